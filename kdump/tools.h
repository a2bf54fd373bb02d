/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kdump/settings.h"
#include "posix/reason.h"

/* The programs that the crash kernel runs, each with what its dynamic linker needs. */

struct kdump_tool_file {
        char name[64];       /* beside the program: "ld.so", "libc.so.6" */
        char path[PATH_MAX]; /* of the running system */
        uint64_t size;       /* bytes */
};

#define KDUMP_TOOL_FILES_MAX 24

struct kdump_tool {
        struct kdump_tool_file files[KDUMP_TOOL_FILES_MAX]; /* the first is the program itself */
        size_t file_count;                                  /* 0: there is no such tool */
};

struct kdump_tools {
        struct kdump_tool log;   /* goes into the initramfs */
        struct kdump_tool image; /* goes to the disk; none: only the log is saved */
        bool log_is_makedumpfile;
};

/* Finds both. ERR_NOT_FOUND: no program reads the log. On failure *ret_tools, which is large, is of no use.
 */
int kdump_tools_find(const struct kdump_settings *settings, struct kdump_tools *ret_tools,
                     struct reason *ret_reason);

/*
 * The program with its loader and libraries. `program` is a path or a name. ERR_NOT_FOUND: there is none;
 * ERR_FAILED: it lacks a library; ERR_SIGNATURE … On failure the tool has no files.
 */
int kdump_tool_find(const char *program, struct kdump_tool *ret_tool, struct reason *ret_reason);

/*
 * Makes DIRECTORY/.pstore-fw-tools/ hold the image tool: a file that differs is written beside and renamed.
 * `directory` is made when it does not exist. ERR_PERMISSION when what is there is
 * not root's alone.
 */
int kdump_tools_install(const struct kdump_tool *tool, const char *directory, struct reason *ret_reason);
