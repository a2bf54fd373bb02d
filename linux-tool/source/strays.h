/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/*
 * What lies in a directory of records and is none: each is told in one line, and hides no record. A source
 * that reads its directory again says nothing again, and a quiet one nothing at all.
 */
struct strays {
        const struct record_source *source;
        size_t count;  /* in this reading */
        bool told;     /* in an earlier one */
        bool reported; /* by strays_report() */
};

/* Around a reading; its end says how many more there are than lines for them. */
void strays_begin(struct strays *strays);
void strays_end(struct strays *strays);

/* `what` completes the sentence "NAME: WHAT: left out". */
void strays_add(struct strays *strays, const char *name, const char *what);

/*
 * What next() says behind the last record: ERR_STRAY, once, when there were any, and an entry of no store, as
 * the list of the records is whole; 0 otherwise.
 */
int strays_report(struct strays *strays, struct source_entry *ret_entry);
