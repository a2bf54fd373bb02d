/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/event.h"
#include "base/memory.h"
#include "base/sort.h"
#include "base/timestamp.h"

static int compare_numbers(uint64_t left, uint64_t right) {
        return left < right ? -1 : left > right;
}

static int compare_names(const struct record *left, const struct record *right) {
        return memcmp(left->name, right->name, sizeof(left->name));
}

/* The first comparison that tells two records apart decides. */
static int compare_keys(const uint64_t (*keys)[2], size_t count) {
        int order = 0;

        for (size_t i = 0; i < count && order == 0; i++)
                order = compare_numbers(keys[i][0], keys[i][1]);
        return order;
}

/* Only Linux' own ids tell a boot: a foreign one holds anything. */
static uint64_t boot_of(const struct record *record) {
        return record_is_part(record) ? record->boot : 0;
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
                { left->seconds, right->seconds },
                { left->header.part, right->header.part },
        };
        int order = compare_keys(keys, sizeof(keys) / sizeof(keys[0]));

        return order ? order : compare_names(left, right);
}

static int compare_for_reading(const void *a, const void *b) {
        const struct record *left = a, *right = b;
        const uint64_t keys[][2] = {
                { right->header.part, left->header.part },
                { left->seconds, right->seconds },
        };
        int order = compare_keys(keys, sizeof(keys) / sizeof(keys[0]));

        return order ? order : compare_names(left, right);
}

static bool same_event(const struct record *previous, const struct record *next) {
        if (previous->store != next->store || previous->header.reason != next->header.reason ||
            previous->header.count != next->header.count || previous->boot != next->boot)
                return false;
        if (previous->store == RECORD_STORE_ERST)
                return true;
        /* Two variables of one part and one second differ in their ending: one is a copy, no other boot's. */
        if (next->header.part == previous->header.part)
                return next->seconds == previous->seconds;
        return next->header.part > previous->header.part &&
               next->seconds - previous->seconds <= EVENT_GAP_SECONDS;
}

static struct event event_of(struct record **records, size_t first, size_t end) {
        struct event event = {
                .store = records[first]->store,
                .reason = records[first]->header.reason,
                .count = records[first]->header.count,
                .seconds = records[first]->seconds,
                .first = first,
                .record_count = end - first,
        };

        for (size_t i = first; i < end; i++) {
                if (records[i]->header.part > event.part_max)
                        event.part_max = records[i]->header.part;
                event.log_size += record_log(records[i]).size;
        }
        return event;
}

static int compare_events(const struct event *left, const struct event *right) {
        const uint64_t keys[][2] = {
                { left->seconds, right->seconds }, { left->store, right->store },
                { left->count, right->count },     { left->reason, right->reason },
                { left->first, right->first },
        };

        return compare_keys(keys, sizeof(keys) / sizeof(keys[0]));
}

/* The events are few, and mostly in order already: insertion sort. */
static void insert_event(struct event *events, size_t count, struct event event) {
        for (; count > 0 && compare_events(&event, &events[count - 1]) < 0; count--)
                events[count] = events[count - 1];
        events[count] = event;
}

size_t event_join(struct record **records, size_t count, struct event *ret_events) {
        size_t event_count = 0, first = 0;

        sort_pointers((void **) records, count, compare_for_grouping);
        while (first < count && record_is_part(records[first])) {
                size_t end = first + 1;

                while (end < count && record_is_part(records[end]) &&
                       same_event(records[end - 1], records[end]))
                        end++;
                insert_event(ret_events, event_count++, event_of(records, first, end));
                sort_pointers((void **) records + first, end - first, compare_for_reading);
                first = end;
        }
        return event_count;
}

void event_format_name(const struct event *event, struct text *text) {
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_compact(event->seconds, time);
        text_format(text, "%s-%s-%s%u", time, record_store_name(event->store),
                    event_reason_name(event->reason), event->count);
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
