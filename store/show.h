/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/sink.h"
#include "store/work.h"

enum show_form {
        SHOW_JOINED, /* an event's log in time order, without the parts' header lines */
        SHOW_PARTS,  /* with the header lines */
        SHOW_RAW,    /* the bytes as stored, nothing between records */
};

/*
 * Writes the selected records: events first, by time, then those that belong to none, described where they
 * have no text. Two or more events, or a record beside them, get a line "==> NAME <==" before each.
 * Missing parts are named where they are missing, except with SHOW_RAW. Returns the number of records
 * written, or the sink's error.
 */
int show_selected(const struct work *work, enum show_form form, const struct sink *sink);

/* How many events and records of none are selected, in whole or in part. */
size_t show_count(const struct work *work);

/*
 * The joined log of one event: what dmesg.txt holds. Named gaps only when `name_gaps`. Returns the number of
 * records written, or the sink's error.
 */
int show_event_log(const struct catalog *catalog, const struct event *event, bool name_gaps,
                   const struct sink *sink);

/* Who is told of the parts of an event. An error ends the walk. */
struct show_walker {
        void *context;
        bool with_copies; /* also of a part that comes again, as long or shorter, right behind the first */
        int (*part)(void *context, const struct record *record);

        /* What is missing there, first to last, in front of the part that follows or at the end. NULL. */
        int (*gap)(void *context, uint32_t first, uint32_t last);
};

/* The oldest text first; only what is selected, or everything where `work` is NULL. 0 or the error. */
int show_walk(const struct catalog *catalog, const struct work *work, const struct event *event,
              const struct show_walker *walker);
