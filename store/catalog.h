/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "codec/decode.h"
#include "pstore/event.h"
#include "store/source.h"

/*
 * Everything that was found: the records of all sources, decoded and joined into events. A malformed record
 * is in it with its error and hides no other.
 */

/* Of so many sources it is known which records they show; a session has fewer. */
#define CATALOG_SOURCES_MAX 32

struct catalog_record {
        struct record record;         /* first, so that a record leads back to its row */
        struct record_source *source; /* that showed it first: whoever clears the record clears it there */
        uint32_t shown_by;            /* bits of catalog->sources, that one's too: see store/places.h */
        enum record_form form;        /* in which the source handed it out */
        enum source_image image;
        uint64_t image_size; /* bytes, of a whole one */
        struct buffer raw;
        struct buffer text;
        size_t index; /* in catalog->rows: what a verb knows of the record lies there, see store/work.h */
};

struct catalog {
        const struct allocator *allocator;
        const struct codec *codecs; /* the decoders to try, in order */
        size_t codec_count;
        char tried[DECODE_TRIED_SIZE]; /* what is wrong with a record that none of them decodes */
        const struct observer *observer;

        struct record_source *sources[CATALOG_SOURCES_MAX]; /* in the order in which they were added */
        size_t source_count;
        struct catalog_record **rows; /* in the order in which they were found */
        size_t row_count, row_capacity;

        /* set by catalog_join() */
        struct record **records; /* the events' records, then the others: see pstore/event.h */
        size_t record_count;
        struct event *events;
        size_t event_count;
        size_t other_first; /* records[other_first .. record_count) belong to no event */
};

/*
 * `observer` may be NULL; all pointers must outlive the catalog, which must not move: faults of its records
 * may refer to it.
 */
void catalog_init(struct catalog *catalog, const struct allocator *allocator, const struct codec *codecs,
                  size_t codec_count, const struct observer *observer);

/*
 * Opens the source, reads and decodes all its records. A record that is there already, from an earlier
 * source, with the same id and the same bytes, or the same text where one of the two has no bytes as stored,
 * is that record and gets no row, so the source that shows most comes first; but its text is taken when that
 * one could not be decoded. Where an id got lost, as in an archive it may, the text tells that it is an
 * earlier record: so archives come behind the stores. Returns the number of records that were added, or why
 * the source could not be opened or walked (source->fault says where); what was read before stays. ERR_LOOP
 * when the source has more than SOURCE_RECORDS_MAX.
 */
int catalog_add(struct catalog *catalog, struct record_source *source);

/* Joins what was added into events. Once, after the last catalog_add(). 0 or ERR_NO_MEMORY. */
int catalog_join(struct catalog *catalog);

/* The row of a record out of catalog->records or catalog->rows. */
static inline const struct catalog_record *catalog_row(const struct record *record) {
        return (const struct catalog_record *) record;
}

/* Frees the catalog, not its sources. */
void catalog_free(struct catalog *catalog);
