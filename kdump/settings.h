/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>

#include "capture/plan.h"
#include "posix/reason.h"
#include "store/crash-path.h"

/* What an administrator chooses about kdump: docs/KDUMP.md describes each. */

#define KDUMP_SETTINGS_PATH   "/etc/pstore-fw/kdump.conf"

#define KDUMP_RESERVE_MAX_MIB 65536

enum kdump_initramfs {
        KDUMP_INITRAMFS_OWN,          /* ours alone mounts the disk: a file system on a plain partition */
        KDUMP_INITRAMFS_DISTRIBUTION, /* initramfs-tools or dracut mounts it: LVM, RAID, LUKS, network */
};

enum kdump_watchdog_wish {
        KDUMP_WATCHDOG_AUTO, /* the crash kernel takes over what runs */
        KDUMP_WATCHDOG_NO,
};

struct kdump_settings {
        enum crash_path path;
        char directory[PATH_MAX];  /* where dumps go */
        char kernel[PATH_MAX];     /* image; empty: the running kernel's */
        char image_tool[PATH_MAX]; /* makedumpfile; a name is looked for in PATH */
        char log_tool[PATH_MAX];   /* vmcore-dmesg */
        bool image;                /* no: only the log is saved */
        bool unpack;               /* the kernel is unpacked before it is loaded, where that may be */
        char append[512];          /* more of the crash kernel's command line */
        char public_key[PATH_MAX]; /* or a file that has it; empty: dumps are not sealed */
        char collector[288];       /* HOST:PORT that the sealed log is sent to; empty: none */
        char modules[512];         /* names of further modules, with spaces between */
        unsigned reserve_mib;      /* of memory; 0: what is needed */
        enum kdump_initramfs initramfs;
        enum kdump_watchdog_wish watchdog;
        struct capture_plan plan; /* .dump_level, .compression, .keep and the bounds; the rest is not set */
};

/* Whose initramfs mounts the disk. */
static inline bool kdump_is_distribution(const struct kdump_settings *settings) {
        return settings->initramfs == KDUMP_INITRAMFS_DISTRIBUTION;
}

/* What is in force when nothing is said. */
void kdump_settings_default(struct kdump_settings *ret_settings);

/*
 * What a file says counts more. ERR_NOT_FOUND; ERR_VALUE for a file with an error, of which the settings are
 * of no use; or why it cannot be read. The reason names the file, and the setting.
 */
int kdump_settings_read(const char *path, struct kdump_settings *settings, struct reason *ret_reason);

/* Every setting by name: services/kdump.conf has them all. */
#define KDUMP_SETTINGS_TABLES 2
void kdump_settings_tables(struct kdump_settings *settings,
                           struct settings_table ret_tables[KDUMP_SETTINGS_TABLES]);
