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
        enum event_reason reason;
        uint32_t count;
        uint64_t seconds; /* of its earliest record, which is the part that was written first */
        size_t first;     /* its records are records[first .. first + record_count) */
        size_t record_count;
        uint32_t part_max;
        uint64_t log_size; /* bytes of the joined log */
};

/* Names of events fit in here, with the NUL. */
#define EVENT_NAME_SIZE 64

/*
 * Joins records into events. `records` is put into a new order: the records of one event stand together,
 * the oldest text (the highest part) first; those that belong to no event come last, by store, time and name.
 * `ret_events` needs room for `count` events at most; they come by time. Returns their number.
 *
 * One event is: one store, one reason, one count, and one boot. ERST ids tell the boot. A variable does not,
 * so there a boot is a run of times in which the parts come in the order in which the kernel writes them,
 * and each within EVENT_GAP_SECONDS of the one before.
 */
size_t event_join(struct record **records, size_t count, struct event *ret_events);

/*
 * A kernel writes its parts one after another; a slow flash takes up to 230 ms for one, and firmware that
 * reclaims in between some seconds. No machine crashes, boots and crashes again as fast.
 */
#define EVENT_GAP_SECONDS 10

/* "20261121T075124Z-erst-panic1" */
void event_format_name(const struct event *event, struct text *text);

/*
 * The first run of missing parts that starts above `after` and ends below part_max; false when there is none.
 * There are never more runs than records, however high a malformed part number is.
 */
bool event_missing_run(const struct event *event, struct record *const *records, uint32_t after,
                       uint32_t *ret_first, uint32_t *ret_last);

/* How many parts are missing. */
uint32_t event_missing_count(const struct event *event, struct record *const *records);
