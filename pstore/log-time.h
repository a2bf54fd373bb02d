/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The times that the kernel prints before its lines, "<6>[    5.123456] ": since boot, by the clock of the
 * CPU that printed (kernel/printk/printk.c, print_time()). A kernel may print none (printk.time=0), and a few
 * lines may have none.
 *
 * They do not always rise: a CPU that is being started, or a counter that is being calibrated, falls back by
 * half a second in the logs of real machines.
 */
#define LOG_TIME_JITTER_US UINT64_C(1000000)

/* The time of the first, or last, line that has one; false when none of the outermost lines has. */
bool log_time_first(struct bytes log, uint64_t *ret_us);
bool log_time_last(struct bytes log, uint64_t *ret_us);
