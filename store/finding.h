/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "base/allocator.h"
#include "store/sink.h"

/*
 * What is so, and what mends it: the one form of it, for `check`, for all of kdump and for both front ends.
 * A failure that its caller has yet to judge is none: libraries return an error, on Linux with a struct
 * reason.
 */

/* The exit statuses of monitoring plug-ins. */
enum verdict {
        VERDICT_OK = 0,
        VERDICT_WARNING = 1,
        VERDICT_CRITICAL = 2,
        VERDICT_UNKNOWN = 3,
};

/* "OK", "WARNING", "CRITICAL", "UNKNOWN" */
const char *verdict_name(enum verdict verdict);

struct finding {
        enum verdict verdict;
        char text[512];   /* what is so, one sentence; cut where it is longer */
        char remedy[256]; /* the exact command that mends it, or empty */
};

/* As many as there are, in the order in which they were found until they are sorted. */
struct findings {
        const struct allocator *allocator;
        struct finding *rows;
        size_t count, capacity;
        size_t lost;         /* for which there was no memory; */
        struct finding rest; /* stands for them, with the gravest of their verdicts */
};

/* The allocator has to outlive the list. */
void findings_init(struct findings *findings, const struct allocator *allocator);
void findings_free(struct findings *findings);

/* Adds one; never fails, as what finds no room is counted and told at the end. Conversions as in base/text.h.
 */
void findings_add(struct findings *findings, enum verdict verdict, const char *remedy, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

/* Number `index` from 0 on; NULL behind the last. */
const struct finding *findings_at(const struct findings *findings, size_t index);

/* The first with this verdict; NULL when there is none. */
const struct finding *findings_first(const struct findings *findings, enum verdict verdict);

/* The gravest verdict of all: an unknown is worse than a good sign and better than a bad one. OK of none. */
enum verdict findings_worst(const struct findings *findings);

/* The gravest first; those that are as grave stay in their order. */
void findings_sort(struct findings *findings);

/* Each with its verdict, and its remedy on a line of its own; folded as sink_prose() has it. */
int findings_print(const struct findings *findings, const struct sink *sink);
