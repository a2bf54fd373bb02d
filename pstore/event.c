/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/event.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "base/timestamp.h"
#include "pstore/log-time.h"

#define US_PER_SECOND 1000000

/* What a clock in whole seconds and the log's own clock can be apart. */
#define CLOCK_SLACK_SECONDS 2

/* When more events than this could be going on, nobody can say which does: what bounds the work. */
#define OPEN_EVENTS_MAX 64

static int compare_names(const struct record *left, const struct record *right) {
        return memcmp(left->name, right->name, sizeof(left->name));
}

/* The first comparison that tells two records apart decides. */
static int compare_keys(const uint64_t (*keys)[2], size_t count) {
        int order = 0;

        for (size_t i = 0; i < count && order == 0; i++)
                order = keys[i][0] < keys[i][1] ? -1 : keys[i][0] > keys[i][1];
        return order;
}

/* Only Linux' own ids tell a boot: a foreign one holds anything. */
static uint64_t boot_of(const struct record *record) {
        return record_is_part(record) ? record->boot : 0;
}

/* The number behind an ERST id, which starts the name; what was deleted has more behind it. */
static uint64_t erst_id(const struct record *record) {
        uint64_t id = 0;
        size_t at = 0;

        (void) hex_parse(text_view(record->name), &at, 16, &id);
        return id;
}

/* What rises from one record of a boot that the kernel wrote to the next. */
static uint64_t write_order(const struct record *record) {
        return record_is_part(record) && record->store == RECORD_STORE_ERST ? erst_id(record)
                                                                            : record->seconds;
}

/* Parts first, those of one event next to each other in the order in which the kernel wrote them. */
static int compare_for_grouping(const void *a, const void *b) {
        const struct record *left = a, *right = b;
        const uint64_t keys[][2] = {
                { !record_is_part(left), !record_is_part(right) },
                { left->store, right->store },
                { left->header.reason, right->header.reason },
                { left->header.count, right->header.count },
                { boot_of(left), boot_of(right) },
                { write_order(left), write_order(right) },
                { left->header.part, right->header.part },
        };
        int order = compare_keys(keys, sizeof(keys) / sizeof(keys[0]));

        return order ? order : compare_names(left, right);
}

/* The oldest text first, which is the highest part; of its copies the longest. */
static int compare_for_reading(const void *a, const void *b) {
        const struct record *left = a, *right = b;
        const uint64_t keys[][2] = {
                { right->header.part, left->header.part },
                { record_log(right).size, record_log(left).size },
                { left->seconds, right->seconds },
        };
        int order = compare_keys(keys, sizeof(keys) / sizeof(keys[0]));

        return order ? order : compare_names(left, right);
}

/* Of one event, as far as that can be told without looking at when. */
static bool same_group(const struct record *left, const struct record *right) {
        return record_is_part(left) && record_is_part(right) && left->store == right->store &&
               left->header.reason == right->header.reason && left->header.count == right->header.count &&
               left->boot == right->boot && bytes_equal(record_backend(left), record_backend(right));
}

/* What was printed after so many seconds shows that its machine was up for them when it was stored. */
static bool is_up_for(const struct record *record, uint64_t seconds) {
        uint64_t up_us;

        return log_time_last(record_log(record), &up_us) &&
               up_us / US_PER_SECOND >= seconds + CLOCK_SLACK_SECONDS;
}

/* ERST's ids tell the boot already, and copies of what the kernel shows have the times of the copying. */
static bool is_in_time(const struct record *previous, const struct record *next) {
        uint64_t gap = previous->seconds < next->seconds ? next->seconds - previous->seconds
                                                         : previous->seconds - next->seconds;

        if (gap > EVENT_GAP_SECONDS)
                return false;
        return next->store == RECORD_STORE_ERST || gap <= EVENT_GAP_UNPROVEN_SECONDS || is_up_for(next, gap);
}

/* The parts of a log are written from its end on: the higher part is the older text. */
static bool is_not_newer(const struct record *higher_part, const struct record *lower_part) {
        uint64_t higher_us, lower_us;

        return !log_time_last(record_log(higher_part), &higher_us) ||
               !log_time_first(record_log(lower_part), &lower_us) ||
               higher_us <= lower_us + LOG_TIME_JITTER_US;
}

/* Each attempt to write takes a number of both, so ERST's id rises by no less than the part. */
static bool id_keeps_up(const struct record *previous, const struct record *next) {
        return next->store != RECORD_STORE_ERST ||
               erst_id(next) - erst_id(previous) >= next->header.part - previous->header.part;
}

/* Whether the boot that wrote `previous` can have written `next`, a later part, after it. */
static bool may_follow(const struct record *previous, const struct record *next) {
        return id_keeps_up(previous, next) && is_in_time(previous, next) && is_not_newer(next, previous);
}

/* Two variables of one part and one second differ in their ending; ERST's ids are given out again. */
static bool is_copy(const struct record *record, const struct record *other) {
        struct bytes left = record->text, right = other->text;

        return record->header.part == other->header.part &&
               (record->store == RECORD_STORE_ERST || record->seconds == other->seconds) &&
               (bytes_start_with(left, right) || bytes_start_with(right, left));
}

/* Where among the event's records, which come by rising part here, a part belongs: before its copies. */
static size_t place_of(struct record *const *records, const struct event *event, uint32_t part) {
        size_t place = event->first + event->record_count;

        while (place > event->first && records[place - 1]->header.part >= part)
                place--;
        return place;
}

/* Of all that the event has of this part, the first of which is at `place`; false when it has none of it. */
static bool is_copy_in(struct record *const *records, size_t place, size_t end, const struct record *record) {
        size_t i = place;

        while (i < end && is_copy(records[i], record))
                i++;
        return i > place && (i == end || records[i]->header.part != record->header.part);
}

/* How well a record goes on with an event. */
enum fit {
        FIT_NOT,
        FIT_LOOSE, /* there is a hole between the parts */
        FIT_TIGHT,
        FIT_END,
};

static enum fit event_fit(struct record *const *records, const struct event *event,
                          const struct record *record) {
        size_t end = event->first + event->record_count;
        size_t place = place_of(records, event, record->header.part);

        /* The event has the part already, or a later one: only a copy may still come. */
        if (place < end)
                return is_copy_in(records, place, end, record) ? FIT_TIGHT : FIT_NOT;
        if (!may_follow(records[end - 1], record))
                return FIT_NOT;
        return record->header.part - records[end - 1]->header.part == 1 ? FIT_TIGHT : FIT_LOOSE;
}

/* Some events of one group, of which those from `open` on may be going on. */
struct group {
        struct record **records;
        struct event *events;
        size_t count, open;
};

/* Closes the events, oldest first, for which nothing that comes from now on, `seconds`, is soon enough. */
static void group_close_old(struct group *group, uint64_t seconds) {
        for (; group->open < group->count; group->open++) {
                const struct event *event = &group->events[group->open];
                const struct record *last = group->records[event->first + event->record_count - 1];

                if (last->seconds >= seconds || seconds - last->seconds <= EVENT_GAP_SECONDS)
                        return;
        }
}

/*
 * The event that goes on with the record: the only one that fits, or that fits tightly. group->count when
 * there is none.
 */
static size_t group_choose(const struct group *group, const struct record *record) {
        size_t found[FIT_END] = { 0 }, last[FIT_END] = { 0 };

        if (group->count - group->open > OPEN_EVENTS_MAX)
                return group->count;
        for (size_t i = group->open; i < group->count; i++) {
                enum fit fit = event_fit(group->records, &group->events[i], record);

                found[fit]++;
                last[fit] = i;
        }
        if (found[FIT_TIGHT] > 0)
                return found[FIT_TIGHT] == 1 ? last[FIT_TIGHT] : group->count;
        return found[FIT_LOOSE] == 1 ? last[FIT_LOOSE] : group->count;
}

/* Moves records[from] down to `to`; what was there and above moves up. */
static void move_down(struct record **records, size_t from, size_t to) {
        struct record *moved = records[from];

        for (; from > to; from--)
                records[from] = records[from - 1];
        records[to] = moved;
}

/* All events of a group lie side by side, and records[index] behind them. */
static void group_add(struct group *group, size_t index) {
        const struct record *record = group->records[index];
        struct event *event;
        size_t chosen;

        group_close_old(group, record->seconds);
        chosen = group_choose(group, record);
        event = &group->events[chosen];
        if (chosen == group->count) {
                group->events[group->count++] = (struct event){ .first = index, .record_count = 1 };
                return;
        }
        move_down(group->records, index, place_of(group->records, event, record->header.part));
        event->record_count++;
        /* The records of the events behind it have moved up. */
        for (size_t i = chosen + 1; i < group->count; i++)
                group->events[i].first++;
}

bool event_repeats_part(const struct event *event, struct record *const *records, size_t index) {
        return index > event->first && records[index - 1]->header.part == records[index]->header.part;
}

static void event_complete(struct record **records, struct event *event) {
        const struct record *any = records[event->first];
        size_t end = event->first + event->record_count;

        sort_pointers((void **) records + event->first, event->record_count, compare_for_reading);
        event->store = any->store;
        event->backend = record_backend(any);
        event->reason = any->header.reason;
        event->count = any->header.count;
        event->seconds = any->seconds;
        event->part_max = records[event->first]->header.part;
        for (size_t i = event->first; i < end; i++) {
                if (records[i]->seconds < event->seconds)
                        event->seconds = records[i]->seconds;
                if (!event_repeats_part(event, records, i))
                        event->log_size += record_log(records[i]).size;
        }
}

static int compare_events(const struct event *left, const struct event *right) {
        const uint64_t keys[][2] = {
                { left->seconds, right->seconds }, { left->store, right->store },
                { left->count, right->count },     { left->reason, right->reason },
                { left->first, right->first },
        };

        return compare_keys(keys, sizeof(keys) / sizeof(keys[0]));
}

/* Shell's sort: no memory, and little to do for the few events, mostly in order, of a real store. */
static void sort_events(struct event *events, size_t count) {
        for (size_t step = count; step > 1;) {
                step = step < 5 ? 1 : step * 5 / 11; /* Gonnet's and Baeza-Yates' steps; the last is 1 */
                /* Each goes down among those that are `step` apart. */
                for (size_t i = step; i < count; i++) {
                        struct event event = events[i];
                        size_t at = i;

                        for (; at >= step && compare_events(&event, &events[at - step]) < 0; at -= step)
                                events[at] = events[at - step];
                        events[at] = event;
                }
        }
}

size_t event_join(struct record **records, size_t count, struct event *ret_events) {
        size_t event_count = 0, first = 0;

        sort_pointers((void **) records, count, compare_for_grouping);
        while (first < count && record_is_part(records[first])) {
                struct group group = { .records = records, .events = ret_events + event_count };
                const struct record *any = records[first];

                for (; first < count && same_group(any, records[first]); first++)
                        group_add(&group, first);
                for (size_t i = 0; i < group.count; i++)
                        event_complete(records, &group.events[i]);
                event_count += group.count;
        }
        sort_events(ret_events, event_count);
        return event_count;
}

void event_format_name(const struct event *event, struct text *text) {
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_compact(event->seconds, time);
        text_format(text, "%s-%.*s-%s%u", time, (int) event->backend.size, (const char *) event->backend.data,
                    event_reason_name(event->reason), event->count);
}

/* The length of what stands at `at` before the next of these two, or the end. */
static size_t run_until(struct bytes name, size_t at, uint8_t from, uint8_t to) {
        size_t end = at;

        while (end < name.size && (name.data[end] < from || name.data[end] > to))
                end++;
        return end - at;
}

int event_parse_name(struct bytes name, uint64_t *ret_seconds, struct bytes *ret_backend,
                     enum event_reason *ret_reason, uint32_t *ret_count) {
        struct bytes backend, reason;
        uint64_t seconds, count, copy;
        size_t at = 0;

        if (timestamp_parse_compact(name, &at, &seconds) < 0 || bytes_u8(name, at++) != '-')
                return ERR_VALUE;
        backend = bytes_first(bytes_from(name, at), run_until(name, at, '-', '-'));
        at += backend.size + 1;
        reason = bytes_first(bytes_from(name, at), run_until(name, at, '0', '9'));
        at += reason.size;
        if (backend.size == 0 || backend.size > RECORD_BACKEND_MAX ||
            event_reason_find(reason) == REASON_NONE || decimal_parse(name, &at, UINT32_MAX, &count) < 0)
                return ERR_VALUE;
        if (at < name.size && (name.data[at++] != '.' || decimal_parse(name, &at, UINT32_MAX, &copy) < 0))
                return ERR_VALUE;
        if (at != name.size)
                return ERR_VALUE;
        *ret_seconds = seconds;
        *ret_backend = backend;
        *ret_reason = event_reason_find(reason);
        *ret_count = (uint32_t) count;
        return 0;
}

/* The records come by falling part, so one walk from the end finds the first hole above `after`. */
bool event_missing_run(const struct event *event, struct record *const *records, uint32_t after,
                       uint32_t *ret_first, uint32_t *ret_last) {
        uint32_t present = after;

        for (size_t i = event->record_count; i > 0; i--) {
                uint32_t part = records[event->first + i - 1]->header.part;

                if (part > present && part - present > 1) {
                        *ret_first = present + 1;
                        *ret_last = part - 1;
                        return true;
                }
                if (part > present)
                        present = part;
        }
        return false;
}

uint32_t event_missing_count(const struct event *event, struct record *const *records) {
        uint32_t distinct = 0, previous = 0;

        for (size_t i = event->record_count; i > 0; i--) {
                uint32_t part = records[event->first + i - 1]->header.part;

                if (part != previous)
                        distinct++;
                previous = part;
        }
        return event->part_max - distinct;
}
