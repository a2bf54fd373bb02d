/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allocator.h"
#include "capture/plan.h"
#include "kdump/boot-image.h"
#include "kdump/memory-need.h"
#include "kdump/modules.h"
#include "kdump/settings.h"
#include "kdump/target.h"
#include "kdump/tools.h"
#include "linux/machine.h"

/*
 * Everything that `kdump load` finds and decides before it loads anything, and everything that speaks
 * against it. `kdump status` shows all of it; `kdump load` stops at the first problem that stops.
 */

enum kdump_severity {
        KDUMP_NOTE,    /* worth knowing */
        KDUMP_WARNING, /* a dump may fail, or lack something */
        KDUMP_FAULT,   /* nothing can be loaded */
};

struct kdump_problem {
        enum kdump_severity severity;
        struct reason reason; /* one line */
        char remedy[160];     /* the command that mends it, or empty */
};

#define KDUMP_PROBLEMS_MAX 16

/*
 * COMMAND_LINE_SIZE - 1 (K6.1 arch/x86/include/asm/setup.h), less what kexec_file_load() keeps for its own
 * elfcorehdr= (arch/x86/kernel/kexec-bzimage64.c, bzImage64_load(): MAX_ELFCOREHDR_STR_LEN).
 */
#define KDUMP_COMMAND_LINE_MAX (2047 - 30)

struct kdump_preparation {
        /* Each part is there when its flag says so; what needs a part that is not there is left out. */
        bool has_kernel, has_target, has_modules, has_tools, has_initramfs;

        /* The distribution's initramfs is wanted, has_modules is false, and `initramfs` is our part alone. */
        bool lacks_distribution;

        struct machine machine;
        struct crash_path_decision decision;
        uint64_t ram_bytes;

        struct boot_image kernel;
        struct kdump_target target;
        struct kdump_modules modules;
        struct kdump_tools tools;
        char command_line[KDUMP_COMMAND_LINE_MAX];
        struct capture_plan plan;    /* with has_target and has_tools */
        struct buffer initramfs;     /* as it is loaded */
        uint64_t initramfs_unpacked; /* bytes of its files in memory */
        struct memory_need need;     /* with has_kernel; of an initramfs only when there is one */
        uint64_t dump_bytes;         /* estimated, of one dump */

        struct kdump_problem problems[KDUMP_PROBLEMS_MAX]; /* in the order of discovery */
        size_t problem_count;
};

/*
 * Looks at the running machine. Reads only: the tools are put on the disk by kdump_tools_install(). 0 also
 * with problems; ERR_NO_MEMORY. The preparation may not be moved, and is to be
 * freed.
 */
int kdump_prepare(const struct kdump_settings *settings, struct kdump_preparation *ret_preparation);

/*
 * Builds what lacks_distribution tells of, which takes half a minute; for `load`. Does nothing when there is
 * a fault. What goes wrong becomes one.
 */
void kdump_preparation_complete(struct kdump_preparation *preparation);

void kdump_preparation_free(struct kdump_preparation *preparation);

/* The first problem that stops a load; NULL when there is none. */
const struct kdump_problem *kdump_preparation_fault(const struct kdump_preparation *preparation);

/* "note", "warning", "fault" */
const char *kdump_severity_name(enum kdump_severity severity);
