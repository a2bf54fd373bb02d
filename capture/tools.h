/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The programs that read the crashed kernel's memory. One that brings its libraries lies in a directory with
 * them and with the dynamic linker as CAPTURE_LOADER_NAME, and is started by that.
 */

#define TOOL_PATH_SIZE     1024
#define TOOL_ARGUMENTS_MAX 16

struct tool {
        char program[TOOL_PATH_SIZE];   /* empty: there is none */
        char directory[TOOL_PATH_SIZE]; /* where it lies, with its libraries when it has a linker */
        char loader[TOOL_PATH_SIZE];    /* the linker; empty: the program is started as it is */
};

/* Whether `directory` holds the program. */
bool tool_find(const char *directory, const char *name, struct tool *ret_tool);

/* The name without its directory. */
const char *tool_name(const struct tool *tool);

/*
 * What to start: the linker where there is one, the program, then `arguments`, which end in NULL and may hold
 * empty texts, that are left out. What is returned points into the tool and the arguments.
 */
void tool_command(const struct tool *tool, const char *const *arguments,
                  const char *ret_command[TOOL_ARGUMENTS_MAX]);

/*
 * Unpacks every *.gz of a directory into `to`, which may be the same, and unlinks it; a directory that is not
 * there holds none. 0, or the first error, after which the others are tried nevertheless.
 */
int tools_unpack(const char *directory, const char *to);
