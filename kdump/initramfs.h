/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "capture/plan.h"
#include "kdump/memory-need.h"
#include "kdump/modules.h"
#include "kdump/tools.h"

/* The initramfs of the crash kernel: what capture/plan.h says, and nothing else. */

struct initramfs_parts {
        const char *init;      /* path of pstore-fw-capture */
        const char *init_name; /* in the archive: "init", or another beside the distribution's */
        const struct capture_plan *plan;
        const char *stack;                   /* the text of /stack; NULL: none */
        const struct kdump_modules *modules; /* NULL: none, not even /modules */
        const struct kdump_tool *log_tool;
        const struct kdump_tool *image_tool; /* NULL: it lies on the disk, or there is none */
};

struct initramfs_sizes {
        uint64_t files; /* the memory that they take, in whole pages */
        struct module_memory modules;
};

/* A cpio archive (newc) whose bytes depend on its parts only. `ret_archive` is to be freed. */
int initramfs_build(const struct initramfs_parts *parts, struct buffer *ret_archive,
                    struct initramfs_sizes *ret_sizes, struct reason *ret_reason);

/*
 * Where pstore-fw-capture is: beside the running program, or in ../lib/pstore-fw/ from there. `root` goes
 * before the link in /proc that names the program. ERR_NOT_FOUND.
 */
int initramfs_find_init(const char *root, char ret_path[PATH_MAX], struct reason *ret_reason);
