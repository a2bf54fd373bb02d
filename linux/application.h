/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/allocator.h"
#include "linux/esp.h"
#include "posix/reason.h"

/* The application for firmware: as it was built, and on the ESP. */

#define APPLICATION_DIRECTORY "/EFI/pstore-fw" /* below the directory that the ESP is mounted on */
#define APPLICATION_LIMIT     ((size_t) 16 * 1024 * 1024)

/*
 * The name of the one for this machine's firmware, "pstore-fwx64.efi", and the type of its image
 * (linux/pe-image.h). `root` goes before the path: "" for this machine. ERR_NOT_SUPPORTED for a firmware that
 * there is none for, or where the system was not started by UEFI.
 */
int application_choose(const char *root, const char **ret_name, unsigned *ret_machine,
                       struct reason *ret_reason);

/* Appends what is on the ESP. ERR_NOT_FOUND. */
int application_read(const char *esp_directory, const char *name, struct buffer *content);

/*
 * Puts it there: written aside, flushed, read back and compared, renamed, so that at any moment there is a
 * whole one. Nothing is written where the same bytes are there. Directories are made.
 */
int application_put(const char *esp_directory, const char *name, struct bytes content, bool *ret_changed,
                    struct reason *ret_reason);

/*
 * Takes it away, what an interrupted application_put() left, and the directory where that is empty then:
 * dumps and settings stay. *ret_removed: there was one.
 */
int application_remove(const char *esp_directory, const char *name, bool *ret_removed,
                       struct reason *ret_reason);
