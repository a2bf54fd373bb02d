/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/settings.h"
#include "posix/reason.h"

/*
 * Reads a file of settings, of 64 KiB at most, into what its tables are about (base/settings.h). An error of
 * the file, or ERR_VALUE of a line in it: the reason names the path, and the line; what stands before that
 * line has been taken.
 */
int settings_file_read(const char *path, const struct settings_table *tables, size_t table_count,
                       struct reason *ret_reason);
