/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/watchdog.h"
#include "store/finding.h"

/*
 * Hardware watchdogs that run, or will. One goes on when the kernel dies that pinged it, and resets the
 * machine before a dump is there, unless the crash kernel has its driver and is fast enough. softdog is none:
 * it dies with its kernel.
 */

#define KDUMP_WATCHDOGS_MAX 4

struct kdump_watchdog {
        char name[32];                     /* "watchdog0" */
        bool is_known, is_active;          /* this kernel tells of it; it runs */
        char driver[WATCHDOG_DRIVER_SIZE]; /* of the device: "iTCO_wdt" */
        uint64_t timeout_seconds;          /* 0: not known */
        uint64_t timeout_max_seconds;      /* that it takes; 0: not known */
        bool by_systemd;                   /* process 1 has it open, and is systemd */
};

struct kdump_watchdogs {
        struct kdump_watchdog list[KDUMP_WATCHDOGS_MAX];
        size_t count;
        bool untold; /* there is one of a driver that the class does not have, such as ipmi_watchdog */
};

/*
 * Those of /sys/class/watchdog that are active, or could not be stopped once they are (nowayout); also each
 * of which the kernel does not tell (CONFIG_WATCHDOG_SYSFS). `root` goes before every path: "" for this
 * machine, a directory in tests.
 */
void kdump_watchdogs_look(const char *root, struct kdump_watchdogs *ret_watchdogs);

/* The first that is active; NULL when none is. */
const struct kdump_watchdog *kdump_watchdogs_active(const struct kdump_watchdogs *watchdogs);

/* Which resets the machine before the crash kernel can have it in hand, and of which that is not known. */
void kdump_watchdogs_judge(const struct kdump_watchdogs *watchdogs, struct findings *findings);
