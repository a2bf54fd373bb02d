/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A hardware watchdog that the crashed kernel had running goes on. Its driver stops it or keeps it running;
 * this takes it over from there, so that a crash kernel which hangs where no process gets to run any more is
 * reset, too. (Documentation/watchdog/watchdog-api.rst)
 *
 * Numbers of watchdogs change from one kernel to the other; the driver of its device names one. `root` goes
 * before /sys and /dev: "" but in tests.
 */

#define WATCHDOG_CLASS       "/sys/class/watchdog"
#define WATCHDOG_DRIVER_SIZE 32

/*
 * The directory in sysfs of what "watchdog0" is, without the root before it: its device, or what the driver
 * drives that it calls itself by. False for a timer of software, which is no device.
 */
bool watchdog_device(const char *root, const char *name, char ret_path[PATH_MAX]);

/* The driver of what "watchdog0" is, "iTCO_wdt"; false as above. */
bool watchdog_driver(const char *root, const char *name, char ret_driver[WATCHDOG_DRIVER_SIZE]);

/*
 * Waits until this time of clock_ms(). As soon as there is a watchdog of the driver it is opened and pinged
 * until then; without a name there is none. True when the time is over: the watchdog is open, is pinged no
 * more and resets the machine unless somebody else does so first. False at a SIGTERM, which is blocked here
 * for good: the watchdog is stopped, or, where it cannot be (nowayout), has as long a timeout as it takes, up
 * to ten minutes, for the system that boots next.
 */
bool watchdog_hold(const char *root, const char *driver, uint64_t until_ms);
