/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/event-crash.h"
#include "store/sink.h"
#include "store/work.h"

/* What crashed, for people: both front ends print it alike. */

/*
 * Of each event that is selected, what its log tells, and of each other record what it holds. Returns how
 * many were told of, or the sink's error or ERR_NO_MEMORY.
 */
int explain_selected(const struct work *work, const struct sink *sink);

/* Of a log that belongs to no record. 1, 0 when it tells of no crash, of which nothing is written, or an
 * error. */
int explain_log(struct bytes log, const struct sink *sink);

/* "3 d 2 h", "12 min 5 s", "4.694 s" */
void explain_put_uptime(uint64_t time_us, struct text *text);

/* "nfsd, pid 812, CPU 3"; "O: a module from outside the kernel's tree"; "nfs sunrpc"; or nothing. */
void explain_put_process(const struct crash *crash, struct text *text);
void explain_put_taint(const struct crash *crash, struct text *text);
void explain_put_modules(const struct crash *crash, struct text *text);
