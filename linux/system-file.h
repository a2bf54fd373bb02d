/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allocator.h"

/* The small files of /proc and /sys. `root` goes before every path: "" here, a directory in tests. */

/* False when it does not fit, and *ret_path is empty then. */
bool system_file_path(const char *root, const char *name, char ret_path[PATH_MAX]);

bool system_file_exists(const char *root, const char *name);

/* The first line without its end; false when it cannot be read. */
bool system_file_line(const char *root, const char *name, char *ret_line, size_t size);

/* A decimal number. */
bool system_file_number(const char *root, const char *name, uint64_t *ret_number);

/*
 * Appends a file of a directory that others may write to: no link, no pipe, and at most `limit` bytes. The
 * errors are those of file_read_beneath() (posix/file.h).
 */
int system_file_read_in(const char *root, const char *directory, const char *name, size_t limit,
                        struct buffer *buffer);

/* 0, ERR_PERMISSION … */
int system_file_write(const char *root, const char *name, const char *text);
