/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kdump/dump-report.h"
#include "kdump/map.h"
#include "kdump/settings.h"
#include "kdump/token.h"
#include "linux/machine.h"

/* What this machine is, as far as a panic is concerned. What load decides is in kdump/preparation.h. */

enum secure_boot {
        SECURE_BOOT_UNKNOWN, /* no EFI variables, or none of this name */
        SECURE_BOOT_OFF,
        SECURE_BOOT_ON,
};

#define KDUMP_OWNERS_MAX      4
#define KDUMP_DUMPS_SHOWN_MAX 16

struct kdump_facts {
        struct machine machine; /* its wish is that of the settings */
        bool load_disabled;     /* kexec_load_disabled: nothing can be loaded any more */
        enum secure_boot secure_boot;
        bool hands_keys_over; /* of LUKS, to a crash kernel (CONFIG_CRASH_DM_CRYPT, since 6.16) */
        char lockdown[32];    /* "none", "integrity", "confidentiality"; empty: this kernel has none */

        bool service_enabled;                 /* ours, which arms kdump at each boot */
        const char *owners[KDUMP_OWNERS_MAX]; /* other services that load a crash kernel */
        size_t owner_count;

        struct dump_report dumps[KDUMP_DUMPS_SHOWN_MAX]; /* the newest first */
        size_t dump_count;                               /* also of those that are not in .dumps */
        struct kdump_map map;                            /* of the crash kernel that is loaded */
        bool test_pending;
        struct test_token test;
};

/* Whether the service that loads the crash kernel at boot is enabled on the system below root ("" or a
 * directory). */
bool kdump_service_is_enabled(const char *root);

/* `root` goes before every path: "" for this machine, a directory in tests. What cannot be read is unknown.
 */
void kdump_facts_look(const char *root, const struct kdump_settings *settings, struct kdump_facts *ret_facts);
