/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/retained.h"

static int compare(const char *left, const char *right) {
        while (*left && *left == *right) {
                left++;
                right++;
        }
        return (unsigned char) *left - (unsigned char) *right;
}

int retained_newest_first(const void *left, const void *right) {
        const struct retained *a = left, *b = right;

        if (a->is_event != b->is_event)
                return a->is_event ? -1 : 1;
        if (a->seconds != b->seconds)
                return a->seconds > b->seconds ? -1 : 1;
        return compare(b->name, a->name);
}

struct room {
        uint64_t events, others, bytes; /* taken */
};

static bool has_room(const struct retention_limits *limits, const struct retained *row,
                     const struct room *taken) {
        uint64_t count = row->is_event ? taken->events : taken->others;

        return (limits->events == 0 || count < limits->events) &&
               (limits->bytes == 0 ||
                (taken->bytes <= limits->bytes && row->bytes <= limits->bytes - taken->bytes));
}

static void take_room(const struct retained *row, struct room *taken) {
        *(row->is_event ? &taken->events : &taken->others) += 1;
        taken->bytes += row->bytes;
}

void retained_find_surplus(const struct retention *retention, const struct retention_limits *limits,
                           void (*call)(void *context, const struct retained *row), void *context) {
        bool is_full[2] = { false, false };
        struct room taken = { 0 };

        for (size_t i = 0; i < retention->count; i++)
                if (retention->rows[i].stays)
                        take_room(&retention->rows[i], &taken);
        for (size_t i = 0; i < retention->count; i++) {
                const struct retained *row = &retention->rows[i];
                bool is_newest = row->is_event && taken.events == 0;

                if (row->stays)
                        continue;
                is_full[row->is_event] |= !is_newest && !has_room(limits, row, &taken);
                if (is_full[row->is_event])
                        call(context, row);
                else
                        take_room(row, &taken);
        }
}
