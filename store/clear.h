/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/work.h"

struct clear_result {
        size_t cleared_count;    /* looked for again, and gone */
        size_t unverified_count; /* the store said yes and cannot be asked again */
        size_t failed_count;     /* refused, or still there */
};

/* Called once for each selected record: 0, ERR_UNVERIFIED, ERR_STILL_THERE or what the store said. */
typedef void clear_report(void *context, const struct catalog_record *row, int error);

/*
 * Erases the selected records, then lists their stores anew and looks for them. Returns 0 when all are
 * gone, or the first error; *ret_result is always set. The caller has made copies before (store/dump.h).
 */
int clear_selected(struct work *work, clear_report *report, void *report_context,
                   struct clear_result *ret_result);
