/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/allocator.h"
#include "posix/reason.h"

/*
 * What reserves memory for a crash kernel at the next boot, and says when the kernel panics. First all of it
 * is planned, then it is done: where one file cannot be changed, none is.
 */

#define SETUP_GRUB_PATH                                                                                      \
        "/etc/default/grub.d/pstore-fw.cfg" /* the last of them counts: behind kdump-tools.cfg */
#define SETUP_GRUB_OUTPUT  "/boot/grub/grub.cfg"
#define SETUP_CMDLINE_PATH "/etc/kernel/cmdline"
#define SETUP_SYSCTL_PATH  "/etc/sysctl.d/60-pstore-fw.conf"

/*
 * Begins the line in /etc/kernel/cmdline that is ours. The kernel takes a parameter with a dot for one of a
 * module that is not loaded yet, and ignores it (K6.1 init/main.c, unknown_bootoption()); there is no
 * module of that name. Comments would not do: kernel-install joins the lines, with '#' and all.
 */
#define SETUP_MARKER "pstore_fw.setup=1"

/*
 * proxmox-boot-tool takes the first line of /etc/kernel/cmdline and no other (proxmox-kernel-helper,
 * zz-proxmox-boot, update_esps()): there ours are words of that line, this one and what stands behind it.
 */
#define SETUP_PROXMOX_TOOL "/usr/sbin/proxmox-boot-tool"
#define SETUP_PROXMOX_ESPS "/etc/kernel/proxmox-boot-uuids"

enum setup_change {
        SETUP_UNCHANGED,
        SETUP_CREATED,
        SETUP_CHANGED,
        SETUP_REMOVED,
};

/* "unchanged", "created", "changed", "removed" */
const char *setup_change_name(enum setup_change change);

struct setup_file {
        const char *path; /* below the root */
        enum setup_change change;
        struct buffer content; /* that it is to have, unless it is removed */
};

#define SETUP_FILES_MAX 3

struct setup {
        const char *root;     /* "" for the running system */
        bool remove;          /* undo it */
        unsigned reserve_mib; /* of memory, when not removing */

        /* Planned: */
        bool has_grub, has_cmdline;
        bool is_proxmox;     /* its tool serves both of them */
        bool grub_is_closed; /* there is a GRUB that reads no file of ours */
        struct setup_file files[SETUP_FILES_MAX];
        size_t file_count;
};

/*
 * Looks which boot loaders' settings are there and what they are to become. ERR_NOT_FOUND: none that can be
 * changed; ERR_EXISTS: a file of our name that is not ours; or what reading says. To be freed in any case.
 */
int setup_plan(struct setup *setup, struct reason *ret_reason);

/* The number of files that the plan changes. */
size_t setup_count_changes(const struct setup *setup);

int setup_apply(const struct setup *setup, struct reason *ret_reason);
void setup_free(struct setup *setup);

/*
 * Whether what boots differs from the settings as they are planned, as after a run that was broken off or
 * whose follow-up failed. No where nothing tells. Entries are those of the kernel `release`.
 */
bool setup_grub_is_stale(const struct setup *setup);
bool setup_entries_are_stale(const struct setup *setup, const char *release);

/* Tells each crashkernel= that is not ours, of the configured command lines and of the running one. */
void setup_find_others(const struct setup *setup,
                       void (*tell)(void *context, const char *where, struct bytes parameter), void *context);
