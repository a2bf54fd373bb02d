/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * A line of a kernel's log as a console, netconsole, /dev/kmsg, pstore, syslog or journalctl shows it,
 * without what each of them puts before it.
 */
struct crash_line {
        struct bytes text; /* what the kernel said; empty where another program did */
        size_t offset;     /* of the whole line in the log */
        bool has_time;
        uint64_t time_us; /* since the machine started */

        /*
         * Who said it: lines of two processors lie between each other. 0: nothing is known, as there is no
         * time either; 1: there is a time alone; otherwise a task or a processor, as CONFIG_PRINTK_CALLER has
         * it.
         */
        uint64_t caller;
};

#define CRASH_CALLER_TIMED 1

/* True for a processor, which is what an interrupt is told of. */
static inline bool crash_caller_is_cpu(uint64_t caller) {
        return caller & UINT64_C(1) << 32;
}

/* The line at *at, which moves behind it; false at the end. */
bool crash_line_next(struct bytes log, size_t *at, struct crash_line *ret_line);
