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
 * Erases the selected records, each right after it was read again and compared with what the catalog has of
 * it: ERR_CHANGED when it differs, and it stays. Event by event, and of each the part that was written first
 * last, so that what a reset leaves has the name of its event and looks like no other; the catalog's observer
 * may stop it between events, and the rest has ERR_INTERRUPTED. Then lists their stores anew and looks for
 * them. Returns 0 when all are gone, or the first error; *ret_result is always set. The caller has made
 * copies before (store/dump.h).
 */
int clear_selected(struct work *work, clear_report *report, void *report_context,
                   struct clear_result *ret_result);

/*
 * An outbox may hold what is another source's record in the catalog. Of those that are saved it is erased
 * there, each compared before, whatever becomes of the other: before clear_selected(), as a directory of
 * copies lets go of an event only as a whole. 0, or the first error.
 */
int clear_shared(const struct work *work, struct record_source *outbox);

/* Looks for them, behind clear_selected(). 0 when all are gone, or the first error, and how many are left. */
int clear_confirm_shared(const struct work *work, struct record_source *outbox, size_t *ret_left);
