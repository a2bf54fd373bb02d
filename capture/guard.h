/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * Makes sure that the machine comes back whatever the capture does: two processes that wait, which no lack of
 * memory kills. The first restarts the machine as reboot(2) does, which asks every driver to shut its device
 * down and can hang in one of them; the second, started by the first, resets it without asking anybody. They
 * are this program still: a bound on them (posix/process.h) is what they must not have. Where no process gets
 * to run any more, a hardware watchdog is left, which the first holds meanwhile (capture/watchdog.h).
 */
struct guard_stage {
        uint64_t after_ms; /* since guard_start() */
        void (*act)(void *context);
};

struct guard {
        struct guard_stage stages[2];
        void *context;
        const char *watchdog; /* the driver of the one to be held; empty: none */
};

/* The process of the first stage, whose group has both; or an error. */
pid_t guard_start(const struct guard *guard);

/* Takes them back, where the machine is not to be restarted by us. */
void guard_stop(pid_t pid);

/*
 * Before we restart the machine: the first process, whose turn that was, lets go of the watchdog and ends,
 * for which it is waited a moment. The second stays.
 */
void guard_end(pid_t pid);
