/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The small files of /proc and /sys. `root` goes before every path: "" here, a directory in tests. */

/* False when it does not fit, and *ret_path is empty then. */
bool system_file_path(const char *root, const char *name, char ret_path[PATH_MAX]);

bool system_file_exists(const char *root, const char *name);

/* The first line without its end; false when it cannot be read. */
bool system_file_line(const char *root, const char *name, char *ret_line, size_t size);

/* A decimal number. */
bool system_file_number(const char *root, const char *name, uint64_t *ret_number);

/* 0, ERR_PERMISSION … */
int system_file_write(const char *root, const char *name, const char *text);
