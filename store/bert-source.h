/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/*
 * What firmware found when the machine started, and reports once, by ACPI's BERT, as a source of records: one
 * for each status block of the region in memory (ACPI 6.5, 18.3.1). Nobody clears it: at the next boot
 * firmware writes it anew. Only how one comes by the region is a front end's.
 */
struct bert_source {
        /* Replaces the buffer's content by the region. ERR_NO_STORE where firmware has none; *ret_fault is
         * set where what tells of it is malformed. */
        int (*load)(void *context, struct buffer *region, struct fault *ret_fault);
        void *context;

        struct buffer region;
        size_t next; /* offset of the block that next() comes to, and its number */
        unsigned number;
};

/*
 * `load` and `context` are set. The block status of what it hands out is 0, whatever firmware wrote: Linux
 * overwrites it with that once it has printed the block (K6.1 drivers/acpi/apei/bert.c), and a record has to
 * have the same bytes before and after.
 */
void bert_source_init(struct bert_source *source, const struct allocator *allocator,
                      struct record_source *ret_source);
