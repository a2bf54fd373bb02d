/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/places.h"
#include "store/sink.h"

/*
 * How often the machine has crashed, for `check`: what was found anywhere, be it saved and cleared long ago.
 * A crash is no fault of the path that its log took, and so no finding.
 */

#define CRASHES_DAYS 30

struct crashes {
        bool known;          /* false: without a clock nothing can be said */
        size_t count;        /* of the last days, each once wherever it lies */
        size_t future_count; /* of these, later than now */
        char newest[EVENT_NAME_SIZE];
        const struct catalog *catalog;
        size_t counts[CATALOG_SOURCES_MAX]; /* of catalog->sources: in each place where they lie; else 0 */
        const char *unseen;                 /* what was not looked into, in words; NULL: nothing */
};

/* Oopses and panics count, and not what a kernel that was told to (printk.always_kmsg_dump) writes of a
 * shutdown. */
bool crashes_counts(const struct event *event);

/*
 * Counts them. `now` in seconds since 1970, 0: unknown. What is dated in the future counts, as some clock was
 * wrong.
 */
void crashes_count(const struct catalog *catalog, uint64_t now, struct crashes *ret_crashes);

/* "crashes: 3 in the last 30 days, the newest …; 2 in …", and what is not seen; nothing where that is not
 * known. */
int crashes_print(const struct crashes *crashes, const struct sink *sink);
