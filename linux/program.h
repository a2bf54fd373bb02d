/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/allocator.h"
#include "posix/reason.h"

/* Programs of the running system. */

/*
 * A path as it is; a name is looked for in PATH, and where the system's own programs are (PROCESS_PATH): an
 * administrator's PATH may lack the second half.
 */
bool program_find(const char *name, char ret_path[PATH_MAX]);

/*
 * A part of ours, such as "pstore-fw-capture": beside the running program, or in ../lib/pstore-fw/ from
 * there, where `make install` puts it. `root` goes before the link in /proc that names the program.
 * ERR_NOT_FOUND.
 */
int program_find_part(const char *root, const char *name, char ret_path[PATH_MAX], struct reason *ret_reason);

/*
 * Runs the program command[0], a path, without this one's environment, and appends all that it says.
 * ERR_FAILED when its status is not 0; ERR_TOO_LARGE; ERR_TIMEOUT after two minutes.
 */
int program_read(const char *const *command, size_t limit, struct buffer *output);

/* What a program that failed said first, without the line's end; nothing where it said nothing. In the
 * buffer. */
struct bytes program_first_line(const struct buffer *said);

/* Runs it with this one's standard output and error. */
int program_call(const char *const *command);
