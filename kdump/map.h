/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/stack-record.h"

/*
 * Whether the crash kernel that was loaded still knows where things lie. What it was told of LVM and arrays
 * is remembered until the next boot, and compared with what is so now. Where it is not so any more the crash
 * kernel finds that out, too, and saves nothing to the disk.
 */

enum kdump_map_state {
        KDUMP_MAP_NONE,    /* it was told nothing, as the file system is on a plain partition */
        KDUMP_MAP_CURRENT, /* it is so now */
        KDUMP_MAP_CHANGED, /* it is not */
        KDUMP_MAP_UNKNOWN, /* what is there now cannot be taken, as an array that has lost a disk */
};

struct kdump_map {
        enum kdump_map_state state;
        char of[STACK_LABEL_SIZE];      /* what is mounted: "vg-root" */
        char changed[STACK_LABEL_SIZE]; /* what is not as it was; else empty */
};

/* To be told by whoever loads a crash kernel, with NULL for a plain partition, or takes it away. What cannot
 * be written down counts as none. `root` goes before every path. */
void kdump_map_note(const char *root, const struct stack_record *loaded);

/* Of dumps in this directory, as it is now. */
void kdump_map_look(const char *root, const char *directory, struct kdump_map *ret_map);
