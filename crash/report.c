/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/report.h"
#include "crash/find.h"

/* A panic that comes so soon belongs to the report: its trace may be the only one. */
#define LINES_BEFORE_PANIC 22

void crash_report_begin(struct crash_report *report, struct bytes log, size_t offset) {
        *report = (struct crash_report){
                .log = offset < log.size - CRASH_REPORT_SIZE && log.size > CRASH_REPORT_SIZE
                               ? bytes_first(log, offset + CRASH_REPORT_SIZE)
                               : log,
                .at = offset,
        };
}

/* True when another problem, or another boot, begins here, of which this report must take nothing. */
static bool ends_report(const struct crash_report *report, struct bytes text) {
        size_t at;
        const struct crash_kind *kind = crash_kind_find(text, &at);

        if (!kind)
                return crash_stands_at(text, 0, "Linux version "); /* the next boot */
        if (kind->flags & CRASH_IS_PANIC)
                return report->lines > LINES_BEFORE_PANIC;
        return report->caller <= CRASH_CALLER_TIMED && !(kind->flags & CRASH_JOINS);
}

bool crash_report_next(struct crash_report *report, struct crash_line *ret_line) {
        struct crash_line line;

        while (report->lines < CRASH_REPORT_LINES && crash_line_next(report->log, &report->at, &line)) {
                if (report->caller ==
                    0) /* the first line, or what the console of an early boot has no time for */
                        report->caller = line.caller;
                if (line.caller != report->caller && !(report->all_cpus && crash_caller_is_cpu(line.caller)))
                        continue;
                if (report->lines > 0 && ends_report(report, line.text))
                        break;
                if (crash_has(line.text, "Sending NMI from CPU"))
                        report->all_cpus = true;
                report->lines++;
                *ret_line = line;
                return true;
        }
        report->lines = CRASH_REPORT_LINES;
        return false;
}
