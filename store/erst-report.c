/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/erst-report.h"
#include "acpi/erst-describe.h"
#include "base/error.h"

#define LINE_SIZE 256

int erst_report_init(struct erst_report *report, const struct erst_table *table,
                     const struct allocator *allocator) {
        size_t count = erst_table_judge(table, NULL, 0);
        struct erst_finding *findings = NULL;

        if (count > 0) {
                findings = allocator->resize(allocator->context, NULL, 0, count * sizeof(*findings));
                if (!findings)
                        return ERR_NO_MEMORY;
                erst_table_judge(table, findings, count);
        }
        *report = (struct erst_report){
                .table = table,
                .findings = findings,
                .finding_count = count,
                .allocator = allocator,
        };
        return 0;
}

/* Ends the line and puts it, and makes room for the next. */
static int put_line(const struct sink *sink, struct text *line) {
        int r;

        text_put_char(line, '\n');
        r = sink_put(sink, text_bytes(line));
        text_init(line, line->buffer, line->capacity);
        return r;
}

int erst_report_print(const struct erst_report *report, const struct sink *sink) {
        char buffer[LINE_SIZE];
        struct text line = TEXT_ON(buffer);
        int r;

        erst_describe_table(report->table, &line);
        r = put_line(sink, &line);
        erst_describe_heading(&line);
        if (r >= 0)
                r = put_line(sink, &line);
        for (size_t i = 0; i < report->table->entry_count && r >= 0; i++) {
                erst_describe_entry(report->table, i, &line);
                r = put_line(sink, &line);
        }
        for (size_t i = 0; i < report->finding_count && r >= 0; i++) {
                erst_describe_finding(&report->findings[i], &line);
                r = put_line(sink, &line);
        }
        return r;
}

void erst_report_free(struct erst_report *report) {
        const struct allocator *allocator = report->allocator;

        if (report->findings)
                (void) allocator->resize(allocator->context, report->findings,
                                         report->finding_count * sizeof(*report->findings), 0);
        report->findings = NULL;
        report->finding_count = 0;
}
