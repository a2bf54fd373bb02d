/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>

#include "posix/reason.h"

/* As UEFI 2.10, 10.3.5.4 writes a path. */
#define SHIM_PATH_SIZE 128

/*
 * The distribution's shim on the ESP that is mounted there, beside an application of this name: "shimx64.efi"
 * in a directory of /EFI. Of several that of the system that runs, by the ID of its os-release below `root`;
 * else none is guessed, and the reason names them: ERR_INVALID_ARGUMENT. ERR_NOT_FOUND. *ret_path is
 * "\EFI\debian\shimx64.efi", *ret_file where it lies.
 */
int shim_find(const char *root, const char *esp_directory, const char *application,
              char ret_path[SHIM_PATH_SIZE], char ret_file[PATH_MAX], struct reason *ret_reason);
