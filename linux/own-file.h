/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/allocator.h"
#include "posix/reason.h"

/*
 * Files of the system's configuration, changed so that at any moment either the old or the new one is there.
 * `root` goes before every path: "" for the running system.
 */

/*
 * Appends the file's text; one that is not there is no error and has none. ERR_NOT_SUPPORTED: a symbolic
 * link, which a rename would replace; or what reading it says.
 */
int own_file_read(const char *root, const char *path, struct buffer *text, bool *ret_exists,
                  struct reason *ret_reason);

/*
 * Writes a file beside it and renames that; all is flushed when it returns. Mode and owner stay as they were;
 * a new file is readable by all, and directories above it are made. What the system says.
 */
int own_file_replace(const char *root, const char *path, struct bytes content, struct reason *ret_reason);

/* A file that is not there is no error. */
int own_file_remove(const char *root, const char *path, struct reason *ret_reason);
