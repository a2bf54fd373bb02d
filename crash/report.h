/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "crash/kind.h"
#include "crash/line.h"

/* So much behind the line of a problem is read for what it says. */
#define CRASH_REPORT_SIZE  (512 * 1024)
#define CRASH_REPORT_LINES 4096

/*
 * The lines of one problem: from its own on, those of the same task or processor, as others may speak in
 * between. Where the log does not tell who speaks it ends at the next problem.
 */
struct crash_report {
        struct bytes log; /* to its end */
        size_t at;
        uint64_t caller;
        unsigned lines;
        bool all_cpus; /* the other processors were asked for their traces */
};

void crash_report_begin(struct crash_report *report, struct bytes log, size_t offset);

/* The next line, the first of which is that of the problem; false at the end. */
bool crash_report_next(struct crash_report *report, struct crash_line *ret_line);
