/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/allocator.h"
#include "capture/plan.h"
#include "capture/seal.h"
#include "kdump/boot-image.h"
#include "kdump/collector.h"
#include "kdump/initramfs.h"
#include "kdump/memory-need.h"
#include "kdump/modules.h"
#include "kdump/settings.h"
#include "kdump/stack-record.h"
#include "kdump/target.h"
#include "kdump/tools.h"
#include "kdump/unpacking.h"
#include "kdump/watchdog.h"
#include "linux/machine.h"
#include "store/finding.h"

/*
 * Everything that `kdump load` finds and decides before it loads anything, and everything that speaks
 * against it. `kdump status` shows all of it; `kdump load` stops at the first CRITICAL finding.
 *
 * It goes by phases, each with a result of its own. A phase that fails says so in a CRITICAL finding, and its
 * result is NULL; so is, without a word, that of a phase which needs one that is not there.
 */

/* What this machine is; what cannot be read of it is unknown. */
struct kdump_machine {
        struct machine running;              /* its wish is that of the settings */
        struct crash_path_decision decision; /* which way a panic is meant to take */
        uint64_t ram_bytes;
        uint64_t available_bytes; /* that could be had now without swapping */
};

struct kdump_place {
        struct kdump_target target;
        bool is_left_out;    /* it does not serve, and the log goes to the collector alone */
        uint64_t dump_bytes; /* estimated, of one dump */
};

struct crash_initramfs {
        struct buffer archive; /* as it is loaded */
        struct initramfs_sizes sizes;
        bool lacks_distribution; /* the archive is our part alone, until kdump_preparation_complete() */
};

/*
 * COMMAND_LINE_SIZE - 1 (K6.1 arch/x86/include/asm/setup.h), less what kexec_file_load() keeps for its own
 * elfcorehdr= (arch/x86/kernel/kexec-bzimage64.c, bzImage64_load(): MAX_ELFCOREHDR_STR_LEN).
 */
#define KDUMP_COMMAND_LINE_MAX (2047 - 30)

struct kdump_preparation {
        struct kdump_machine machine;
        struct boot_image *kernel;        /* that boots after a crash */
        struct kdump_unpacking unpacking; /* whether it is unpacked for that; of a kernel that is there */
        struct kdump_collector collector; /* none where the settings want none, or it does not serve */
        struct kdump_place *place;        /* of the dumps; there also when it does not serve */
        struct stack_record *stack;       /* NULL too where the place is plain */
        struct kdump_watchdogs watchdogs; /* none where the settings want none */
        struct kdump_modules *modules;    /* NULL too where the distribution's initramfs has them */
        struct kdump_tools *tools;        /* that read the log and write the image of the memory */
        char command_line[KDUMP_COMMAND_LINE_MAX]; /* cut when it is too long, which is CRITICAL */
        struct capture_plan *plan;
        struct crash_initramfs *initramfs;
        struct memory_need need; /* with a kernel; of an initramfs only when there is one */

        /*
         * In the order of discovery. CRITICAL: nothing can be loaded; WARNING: a dump may fail, or lack
         * something; OK: worth knowing.
         */
        struct findings findings;
};

/*
 * Looks at the machine, and only reads: the tools are put on the disk by kdump_tools_install(). `root` goes
 * before every path: "" for this machine, a directory in tests; but for the tools, which the settings name
 * and which have to run here. The preparation may not be moved, and is to be freed.
 */
void kdump_prepare(const char *root, const struct kdump_settings *settings,
                   struct kdump_preparation *ret_preparation);

/*
 * Builds what an initramfs lacks of the distribution's, which takes half a minute; for `load`. Does nothing
 * when there is a CRITICAL finding. What goes wrong becomes one, and then there is no initramfs.
 */
void kdump_preparation_complete(const char *root, struct kdump_preparation *preparation);

/* The id of the key that dumps are sealed to; false when they are not, or there is no plan. */
bool kdump_preparation_seal_id(const struct kdump_preparation *preparation, char ret_id[SEAL_ID_TEXT_SIZE]);

void kdump_preparation_free(struct kdump_preparation *preparation);
