/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst-table.h"
#include "base/allocator.h"
#include "store/sink.h"

/* What the `erst` verb says of a table, in both front ends: the table, and all that is odd about it. */
struct erst_report {
        const struct erst_table *table;
        struct erst_finding *findings; /* of erst_table_judge(), however many there are */
        size_t finding_count;
        const struct allocator *allocator;
};

/*
 * Judges the table. It and the allocator outlive the report. 0, then erst_report_free() is due, or
 * ERR_NO_MEMORY.
 */
int erst_report_init(struct erst_report *report, const struct erst_table *table,
                     const struct allocator *allocator);

/*
 * In lines for people, as acpi/erst-describe.h makes them: the table, a heading, the entries, the findings.
 * 0, or the sink's error.
 */
int erst_report_print(const struct erst_report *report, const struct sink *sink);

void erst_report_free(struct erst_report *report);
