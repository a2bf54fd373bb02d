/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any records, joined: each is in one event or among the others; an event holds nothing that the rules of
 * pstore/event.h keep apart; and the order in which the records were found makes no difference.
 *
 * The input is a sequence of 8 bytes for each record (see add_record()), the last of which is how long a text
 * of its own follows.
 */
#include <stdio.h>
#include <string.h>

#include "pstore/event.h"
#include "pstore/log-time.h"
#include "tests/fuzz/fuzz.h"

#define RECORDS_MAX 128
#define TEXT_SIZE   320

static struct record made[RECORDS_MAX];
static char texts[RECORDS_MAX][TEXT_SIZE];
static struct record *order[RECORDS_MAX], *other_order[RECORDS_MAX];
static struct event events[RECORDS_MAX], other_events[RECORDS_MAX];
static size_t count, event_count;

/* --- the input ---------------------------------------------------------------------------------- */

static void name_record(struct record *record, struct bytes fields, uint64_t seconds) {
        char name[RECORD_NAME_SIZE];

        if (bytes_u8(fields, 0) & 1)
                snprintf(name, sizeof(name), "%08x%08x", 1000 + bytes_u8(fields, 5) % 4, bytes_u8(fields, 6));
        else
                snprintf(name, sizeof(name), "dump-type0-%u-1-%llu-%zu", bytes_u8(fields, 2),
                         (unsigned long long) seconds, count);
        (void) record_init(record, bytes_u8(fields, 0) & 1 ? RECORD_STORE_ERST : RECORD_STORE_EFI,
                           text_view(name));
}

static void add_record(struct bytes *input) {
        static const char *const whys[] = { "Panic", "Oops", "Nothing", "Panic" };
        struct bytes fields = fuzz_take(input, 8);
        unsigned flags = bytes_u8(fields, 0);
        struct bytes own = fuzz_take(input, bytes_u8(fields, 7) % 64);
        uint64_t seconds = 1000 + bytes_u8(fields, 1);
        struct record *record = &made[count];
        int length;

        length = snprintf(texts[count], TEXT_SIZE, "%s#%u Part%u\n", whys[flags >> 1 & 3],
                          1 + (flags >> 3 & 1), bytes_u8(fields, 2));
        if (flags & 0x10)
                length += snprintf(texts[count] + length, TEXT_SIZE - (size_t) length, "<6>[%5u.%06u] a\n",
                                   bytes_u8(fields, 3), bytes_u8(fields, 4) * 3906);
        memcpy(texts[count] + length, own.data ? own.data : (const uint8_t *) "", own.size);
        name_record(record, fields, seconds);
        record_describe(record, RECORD_TYPE_DMESG, seconds);
        record_set_text(record, bytes_of(texts[count], (size_t) length + own.size), "text");
        order[count] = record;
        count++;
}

/* --- the checks --------------------------------------------------------------------------------- */

static void check_copy(const struct record *longer, const struct record *shorter) {
        fuzz_check(bytes_start_with(longer->text, shorter->text));
        fuzz_check(longer->store == RECORD_STORE_ERST || longer->seconds == shorter->seconds);
}

/* Two records of different parts that stand side by side; `lower` was written first. */
static void check_neighbours(const struct record *higher, const struct record *lower) {
        fuzz_check(higher->header.part > lower->header.part);
        if (higher->store == RECORD_STORE_EFI)
                fuzz_check(higher->seconds >= lower->seconds &&
                           higher->seconds - lower->seconds <= EVENT_GAP_SECONDS);
}

/* A copy may be longer, and show more times, than what the rules were asked about: not where copies are. */
static void check_times(const struct record *higher, const struct record *lower) {
        uint64_t first, last;

        if (log_time_last(record_log(higher), &last) && log_time_first(record_log(lower), &first))
                fuzz_check(last <= first + LOG_TIME_JITTER_US);
}

static bool has_copies(const struct event *event) {
        for (size_t i = event->first; i < event->first + event->record_count; i++)
                if (event_repeats_part(event, order, i))
                        return true;
        return false;
}

static void check_event(const struct event *event) {
        const struct record *any = order[event->first];
        uint64_t log_size = record_log(any).size;
        const struct record *longest = any; /* of its part */

        fuzz_check(event->record_count > 0 && event->part_max == any->header.part);
        for (size_t i = event->first + 1; i < event->first + event->record_count; i++) {
                const struct record *record = order[i];

                fuzz_check(record_is_part(record) && record->store == event->store);
                fuzz_check(record->header.reason == event->reason && record->header.count == event->count);
                fuzz_check(record->boot == any->boot && record->seconds >= event->seconds);
                if (event_repeats_part(event, order, i)) {
                        check_copy(longest, record);
                        continue;
                }
                check_neighbours(longest, record);
                if (!has_copies(event))
                        check_times(longest, record);
                log_size += record_log(record).size;
                longest = record;
        }
        fuzz_check(event->log_size == log_size);
}

/* The events lie side by side, in any order, and the others behind them. */
static void check_all(void) {
        size_t first = 0;

        for (size_t found = 0; found < event_count; found++) {
                size_t i = 0;

                while (i < event_count && events[i].first != first)
                        i++;
                fuzz_check(i < event_count);
                check_event(&events[i]);
                first += events[i].record_count;
        }
        for (size_t i = 0; i < count; i++) {
                size_t times = 0;

                for (size_t k = 0; k < count; k++)
                        times += order[k] == &made[i];
                fuzz_check(times == 1 && record_is_part(order[i]) == (i < first));
        }
}

/* Records that have all in common but their text may change places: a name tells two apart in a store. */
static bool has_twins(void) {
        for (size_t i = 0; i < count; i++)
                for (size_t k = 0; k < i; k++)
                        if (made[i].store == made[k].store && strcmp(made[i].name, made[k].name) == 0)
                                return true;
        return false;
}

static void check_order_makes_no_difference(void) {
        size_t other_count;

        for (size_t i = 0; i < count; i++)
                other_order[i] = &made[count - 1 - i];
        other_count = event_join(other_order, count, other_events);
        fuzz_check(other_count == event_count);
        fuzz_check(memcmp(other_order, order, count * sizeof(*order)) == 0);
        for (size_t i = 0; i < event_count; i++)
                fuzz_check(other_events[i].first == events[i].first &&
                           other_events[i].record_count == events[i].record_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);

        count = 0;
        while (input.size > 0 && count < RECORDS_MAX)
                add_record(&input);
        event_count = event_join(order, count, events);
        check_all();
        if (!has_twins())
                check_order_makes_no_difference();
        return 0;
}
