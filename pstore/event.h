/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "pstore/record.h"

/*
 * An event is one oops or panic: all the records into which the kernel cut its log. An oops and the panic
 * that follows it in the same boot are two events.
 */
struct event {
        enum record_store store;
        struct bytes backend; /* record_backend() of its records */
        enum event_reason reason;
        uint32_t count;
        uint64_t seconds; /* of its earliest record, which is the part that was written first */
        size_t first;     /* its records are records[first .. first + record_count) */
        size_t record_count;
        uint32_t part_max;
        uint64_t log_size; /* bytes of the joined log, each part once */
};

/* Names of events fit in here, with the NUL. */
#define EVENT_NAME_SIZE 64

/*
 * Joins records into events. `records` is put into a new order: the records of one event stand together,
 * the oldest text (the highest part) first, and of several records of one part the longest text first; those
 * that belong to no event come last, by store, time and name. `ret_events` needs room for `count` events at
 * most; they come by time. Returns their number.
 *
 * One event is: one store, one reason, one count, and one boot. No record says which boot it is of, so this
 * is decided by evidence. Two events of one crash are better than one event of two. In order of strength:
 *
 * 1. Ids of ERST records of one boot have the same first half.
 * 2. The kernel writes part 1 first and each part once. Records are taken in the order of writing, which is
 *    that of ERST ids, or of the seconds in variables' names: parts rise in it, and an ERST id by no less
 * than the part (each attempt to write takes a number of both). A part that comes again is of another boot,
 * but for a copy: one text begins with the other and, in EFI, the second is the same.
 * 3. The parts of an event come soon after each other: see EVENT_GAP_SECONDS.
 * 4. Older text is not newer: what the log itself says of the time since boot (pstore/log-time.h) does not
 * rise with the part. Text without times is judged by the rest.
 * 5. A record that could go on with more than one event, because the clock was set back, goes to the one that
 *    ends with the part before it; when that does not decide, it starts an event of its own.
 */
size_t event_join(struct record **records, size_t count, struct event *ret_events);

/*
 * A kernel writes its parts one after another; a slow flash takes up to 230 ms for one, and firmware that
 * reclaims in between some seconds: so long after a part may the next one of the same boot come.
 */
#define EVENT_GAP_SECONDS 10

/*
 * But a virtual machine that crashes as soon as it starts may do so every few seconds. So a variable, which
 * does not tell the boot, that comes later than this has to show a text that was printed when its machine had
 * been up since before the part that it follows.
 */
#define EVENT_GAP_UNPROVEN_SECONDS 2

/*
 * True when a part of the log was there already, in the record before `index` in the order of reading:
 * records[index] is a copy, as long or shorter, that the joined log does not need.
 */
bool event_repeats_part(const struct event *event, struct record *const *records, size_t index);

/* "20261121T075124Z-erst-panic1" */
void event_format_name(const struct event *event, struct text *text);

/*
 * The reverse: what a name tells, with or without the number of its copy behind it ("….2", store/dump.h); the
 * back end shares its memory. ERR_VALUE for any other name.
 */
int event_parse_name(struct bytes name, uint64_t *ret_seconds, struct bytes *ret_backend,
                     enum event_reason *ret_reason, uint32_t *ret_count);

/*
 * The first run of missing parts that starts above `after` and ends below part_max; false when there is none.
 * There are never more runs than records, however high a malformed part number is.
 */
bool event_missing_run(const struct event *event, struct record *const *records, uint32_t after,
                       uint32_t *ret_first, uint32_t *ret_last);

/* How many parts are missing. */
uint32_t event_missing_count(const struct event *event, struct record *const *records);
