/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/event.h"

#define RECORDS_MAX 32

/* The records that a test puts together, the order in which it hands them over, and what it gets. */
static struct record made[RECORDS_MAX];
static struct record *order[RECORDS_MAX];
static struct event events[RECORDS_MAX];
static size_t count, event_count;

static struct record *put(enum record_store store, const char *name, uint64_t seconds, const char *text) {
        struct record *record = &made[count];

        assert_uint_in_range(count, 0, RECORDS_MAX - 1);
        assert_ok(record_init(record, store, text_view(name)));
        record_describe(record, RECORD_TYPE_DMESG, seconds);
        if (text)
                record_set_text(record, text_view(text), "text");
        order[count++] = record;
        return record;
}

static struct record *put_erst(uint64_t boot, uint32_t number, uint64_t seconds, const char *text) {
        char name[RECORD_NAME_SIZE];

        snprintf(name, sizeof(name), "%08llx%08x", (unsigned long long) boot, number);
        return put(RECORD_STORE_ERST, name, seconds, text);
}

/* "Panic#1 Part2" in an ERST record of the boot, or in a variable when the boot is 0. */
static struct record *put_part(uint64_t boot, uint64_t seconds, const char *why, unsigned number,
                               unsigned part) {
        static char texts[RECORDS_MAX][64];
        char name[RECORD_NAME_SIZE];

        snprintf(texts[count], sizeof(texts[count]), "%s#%u Part%u\n%u\n", why, number, part, part);
        if (boot)
                return put_erst(boot, part + (number - 1) * 16, seconds, texts[count]);
        snprintf(name, sizeof(name), "dump-type0-%u-%u-%llu-D", part, number, (unsigned long long) seconds);
        return put(RECORD_STORE_EFI, name, seconds, texts[count]);
}

static void join(void) {
        event_count = event_join(order, count, events);
}

static void start(void) {
        count = 0;
}

static const char *name_of(size_t event) {
        static char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        assert_uint_in_range(event, 0, event_count - 1);
        event_format_name(&events[event], &text);
        assert_false(text.truncated);
        return name;
}

/* "3 2 1", the event's parts in the order of reading. */
static const char *parts_of(size_t event) {
        static char list[256];
        struct text text = TEXT_ON(list);

        for (size_t i = 0; i < events[event].record_count; i++)
                text_format(&text, "%s%u", i ? " " : "", order[events[event].first + i]->header.part);
        return list;
}

static const char *missing_of(size_t event) {
        static char list[512];
        struct text text = TEXT_ON(list);
        uint32_t first, last = 0;

        while (event_missing_run(&events[event], order, last, &first, &last))
                text_format(&text, "%u-%u ", first, last);
        text_format(&text, "(%u)", event_missing_count(&events[event], order));
        return list;
}

static void test_nothing_gives_nothing(NO_STATE) {
        start();
        join();
        assert_int_equal(event_count, 0);
}

static void test_a_single_record_is_an_event(NO_STATE) {
        start();
        put_part(0x65e079fe, 1709210110, "Panic", 1, 1);
        join();
        assert_int_equal(event_count, 1);
        assert_string_equal(name_of(0), "20240229T123510Z-erst-panic1");
        assert_int_equal(events[0].part_max, 1);
        assert_int_equal(events[0].log_size, 2);
        assert_int_equal(events[0].record_count, 1);
        assert_string_equal(missing_of(0), "(0)");
}

static void test_oops_and_panic_of_one_boot_are_two_events(NO_STATE) {
        for (uint64_t boot = 0; boot <= 0x65e079fe; boot += 0x65e079fe) {
                start();
                put_part(boot, 1709210110, "Oops", 1, 1);
                put_part(boot, 1709210110, "Oops", 1, 2);
                put_part(boot, 1709210110, "Panic", 2, 1);
                put_part(boot, 1709210110, "Panic", 2, 2);
                put_part(boot, 1709210110, "Panic", 2, 3);
                join();
                assert_int_equal(event_count, 2);
                assert_string_equal(name_of(0),
                                    boot ? "20240229T123510Z-erst-oops1" : "20240229T123510Z-efi-oops1");
                assert_string_equal(parts_of(0), "2 1");
                assert_string_equal(name_of(1),
                                    boot ? "20240229T123510Z-erst-panic2" : "20240229T123510Z-efi-panic2");
                assert_string_equal(parts_of(1), "3 2 1");
        }
}

static void test_an_oops_and_a_panic_of_one_number_are_two(NO_STATE) {
        start();
        put_part(0x65e079fe, 1709210110, "Oops", 1, 1);
        put_part(0x65e079fe, 1709210110, "Panic", 1, 2);
        join();
        assert_int_equal(event_count, 2);
}

static void test_the_stores_are_not_mixed(NO_STATE) {
        start();
        put_part(0, 1709210110, "Panic", 1, 1);
        put_part(0x65e079fe, 1709210110, "Panic", 1, 2);
        join();
        assert_int_equal(event_count, 2);
        assert_int_equal(events[0].store, RECORD_STORE_ERST);
        assert_int_equal(events[1].store, RECORD_STORE_EFI);
}

/* Each part takes its own reading of the clock. */
static void test_parts_across_a_second_are_one_event(NO_STATE) {
        start();
        put_part(0, 1709210119, "Oops", 1, 1);
        put_part(0, 1709210119, "Oops", 1, 2);
        put_part(0, 1709210120, "Oops", 1, 3);
        put_part(0, 1709210120, "Oops", 1, 4);
        put_part(0, 1709210120 + EVENT_GAP_UNPROVEN_SECONDS, "Oops", 1, 5);
        join();
        assert_int_equal(event_count, 1);
        assert_string_equal(parts_of(0), "5 4 3 2 1");
        assert_string_equal(name_of(0), "20240229T123519Z-efi-oops1");
        assert_int_equal(events[0].seconds, 1709210119);
}

static void test_two_boots_with_the_same_count(NO_STATE) {
        start();
        put_part(0, 1709210119, "Panic", 1, 1);
        put_part(0, 1709210119, "Panic", 1, 2);
        put_part(0, 1709210121 + EVENT_GAP_SECONDS, "Panic", 1, 3); /* its parts 1 and 2 are lost */
        put_part(0, 1709220000, "Panic", 1, 1);
        put_part(0, 1709220000, "Panic", 1, 2);
        join();
        assert_int_equal(event_count, 3);
        assert_string_equal(parts_of(0), "2 1");
        assert_string_equal(parts_of(1), "3");
        assert_string_equal(missing_of(1), "1-2 (2)");
        assert_string_equal(parts_of(2), "2 1");

        start();
        put_part(0x65e079fe, 1709210110, "Panic", 1, 1);
        put_part(0x65e07a01, 1709210110, "Panic", 1, 2); /* a clock that stood */
        join();
        assert_int_equal(event_count, 2);
}

/* A machine without a clock of its own boots into the same minute again and again. */
static void test_parts_that_start_anew_are_another_boot(NO_STATE) {
        start();
        put_part(0, 1000, "Panic", 1, 1);
        put_part(0, 1000, "Panic", 1, 2);
        put_part(0, 1002, "Panic", 1, 1);
        put_part(0, 1002, "Panic", 1, 2);
        join();
        assert_int_equal(event_count, 2);
        assert_string_equal(parts_of(0), "2 1");
        assert_string_equal(parts_of(1), "2 1");
}

static void test_the_same_part_twice(NO_STATE) {
        start();
        for (unsigned part = 1; part <= 3; part++)
                put_part(0x65e079fe, 1709210110, "Panic", 1, part);
        put_erst(0x65e079fe, 9, 1709210110, "Panic#1 Part2\n2\n");
        join();
        assert_int_equal(event_count, 1);
        assert_string_equal(parts_of(0), "3 2 2 1");
        assert_string_equal(missing_of(0), "(0)");

        start();
        for (unsigned part = 1; part <= 3; part++)
                put_part(0, 1709210110, "Panic", 1, part);
        put(RECORD_STORE_EFI, "dump-type0-2-1-1709210110-C", 1709210110, "Panic#1 Part2\n2\n");
        join();
        assert_int_equal(event_count, 1);
        assert_string_equal(parts_of(0), "3 2 2 1");
        assert_string_equal(missing_of(0), "(0)");
}

static void test_gaps_are_named(NO_STATE) {
        static const struct {
                uint32_t parts[4];
                const char *missing;
        } rows[] = {
                { { 1, 2, 3 }, "(0)" },
                { { 3, 4 }, "1-2 (2)" },
                { { 1, 3, 7 }, "2-2 4-6 (4)" },
                { { 2, 4, 6, 8 }, "1-1 3-3 5-5 7-7 (4)" },
                { { 1, UINT32_MAX }, "2-4294967294 (4294967293)" },
                { { UINT32_MAX }, "1-4294967294 (4294967294)" },
                { { UINT32_MAX - 2, UINT32_MAX }, "1-4294967292 4294967294-4294967294 (4294967293)" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                start();
                for (size_t k = 0; k < ARRAY_SIZE(rows[i].parts) && rows[i].parts[k]; k++)
                        put_part(0x65e079fe, 1709210110, "Panic", 1, rows[i].parts[k]);
                join();
                assert_int_equal(event_count, 1);
                assert_string_equal(missing_of(0), rows[i].missing);
        }
}

static void test_part_0_is_no_gap(NO_STATE) {
        start();
        put_part(0x65e079fe, 1709210110, "Panic", 1, 0);
        join();
        assert_int_equal(events[0].part_max, 0);
        assert_string_equal(missing_of(0), "(0)");
        put_part(0x65e079fe, 1709210110, "Panic", 1, 2);
        join();
        assert_string_equal(missing_of(0), "1-1 (1)");
}

static void test_events_come_by_time(NO_STATE) {
        start();
        put_part(0x65e07a00, 1709210112, "Panic", 1, 1);
        put_part(0, 1709210111, "Panic", 1, 1);
        put_part(0x65e079f0, 1709210096, "Oops", 4, 1);
        put_part(0, 1709210112, "Oops", 9, 1);
        join();
        assert_int_equal(event_count, 4);
        assert_string_equal(name_of(0), "20240229T123456Z-erst-oops4");
        assert_string_equal(name_of(1), "20240229T123511Z-efi-panic1");
        assert_string_equal(name_of(2), "20240229T123512Z-erst-panic1");
        assert_string_equal(name_of(3), "20240229T123512Z-efi-oops9");
}

/* --- evidence ----------------------------------------------------------------------------------- */

/* A variable that holds part `part` of Panic#1, and lines from the first to the last second since boot. */
static struct record *put_log(uint64_t seconds, unsigned part, const char *first_time,
                              const char *last_time) {
        static char texts[RECORDS_MAX][128];
        char name[RECORD_NAME_SIZE];

        snprintf(texts[count], sizeof(texts[count]), "Panic#1 Part%u\n<6>[%12s] a\n<4>[%12s][    T1] b\n",
                 part, first_time, last_time);
        snprintf(name, sizeof(name), "dump-type0-%u-1-%llu-D", part, (unsigned long long) seconds);
        return put(RECORD_STORE_EFI, name, seconds, texts[count]);
}

static void assert_events(const char *first, const char *second) {
        join();
        assert_int_equal(event_count, second ? 2 : 1);
        assert_string_equal(parts_of(0), first);
        if (second)
                assert_string_equal(parts_of(1), second);
}

/* Half a dump, and 3 seconds later the other half of another one: a machine that crashes when it starts. */
static void test_a_late_part_has_to_show_that_the_machine_was_up(NO_STATE) {
        start();
        put_part(0, 1000, "Panic", 1, 1);
        put_part(0, 1003, "Panic", 1, 2);
        assert_events("1", "2");

        start();
        put_log(1000, 1, "4.000000", "4.500000");
        put_log(1003, 2, "3.000000", "4.000000");
        assert_events("1", "2");

        start();
        put_log(1000, 1, "54.000000", "54.500000");
        put_log(1003, 2, "3.000000", "54.000000");
        assert_events("2 1", NULL);

        start();
        put_log(1000, 1, "54.000000", "54.500000");
        put_log(1001 + EVENT_GAP_SECONDS, 2, "3.000000", "54.000000");
        assert_events("1", "2");
}

static void test_older_text_is_not_newer(NO_STATE) {
        start();
        put_log(1000, 1, "4.100000", "4.500000");
        put_log(1000, 2, "5.000000", "5.100000"); /* a clock that falls back by a second */
        assert_events("2 1", NULL);

        start();
        put_log(1000, 1, "4.100000", "4.500000");
        put_log(1000, 2, "5.000000", "5.100001");
        assert_events("1", "2");
}

/* 6.1 on QEMU: a second CPU's clock, and a counter that turns out to be unstable. */
static void test_times_of_a_real_log_that_fall_back(NO_STATE) {
        start();
        put_log(1000, 1, "0.000000", "0.600000");
        put_log(1000, 2, "0.300000", "0.558077");
        assert_events("2 1", NULL);
}

static void test_an_id_counts_each_part(NO_STATE) {
        start();
        put_erst(0x65e079fe, 1, 1709210110, "Panic#1 Part1\n1\n");
        put_erst(0x65e079fe, 3, 1709210110, "Panic#1 Part2\n2\n"); /* a machine check came between */
        put_erst(0x65e079fe, 4, 1709210110, "Panic#1 Part4\n4\n"); /* too few attempts for part 3 */
        assert_events("2 1", "4");
}

/* Its clock stands at each start at the same second, and ids are given out again. */
static void test_two_boots_of_one_id(NO_STATE) {
        start();
        put_erst(0x386d4380, 2, 946684800, "Panic#2 Part1\n1\n");
        put_erst(0x386d4380, 3, 946684800, "Panic#2 Part2\n2\n");
        put_erst(0x386d4380, 4, 946684800, "Panic#2 Part2\nanother\n");
        assert_events("2 1", "2");

        start();
        put_erst(0x386d4380, 1, 946684800, "Panic#1 Part1\n1\n");
        put_erst(0x386d4380, 2, 946684801 + EVENT_GAP_SECONDS, "Panic#1 Part2\n2\n");
        assert_events("1", "2");

        start();
        put_erst(0x386d4380, 1, 946684801 + EVENT_GAP_SECONDS, "Panic#1 Part1\n1\n");
        put_erst(0x386d4380, 2, 946684800, "Panic#1 Part2\n2\n");
        assert_events("2", "1");
}

/* systemd-pstore copies the newest first, and the copies' times are all that is known of them. */
static void test_times_of_copies_that_fall(NO_STATE) {
        start();
        put_part(0x65e079fe, 1709210112, "Panic", 1, 1);
        put_part(0x65e079fe, 1709210111, "Panic", 1, 2);
        put_part(0x65e079fe, 1709210110, "Panic", 1, 3);
        assert_events("3 2 1", NULL);
        assert_string_equal(name_of(0), "20240229T123510Z-erst-panic1");
}

static void test_ids_after_2038(NO_STATE) {
        static const struct {
                const char *id;
                const char *text;
        } rows[] = {
                { "8080000000000001", "Panic#1 Part1\n1\n" }, /* 0x80000000 seconds */
                { "8080000000000002", "Panic#1 Part2\n2\n" },
                { "8080000001000001", "Panic#1 Part1\n1\n" }, /* a second later */
                { "80800000010000ff", "Panic#1 Part99\n2\n" },
        };

        start();
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                put(RECORD_STORE_ERST, rows[i].id, 0x80000000 + i / 2, rows[i].text);
        assert_events("2 1", "99 1");
        assert_string_equal(name_of(0), "20380119T031408Z-erst-panic1");
}

/* generic_id() of part 100 is that of part 0 a second later: the kernel's file names mix them, we do not. */
static void test_parts_beyond_100(NO_STATE) {
        start();
        put_part(0, 1709210119, "Panic", 1, 1);
        put_part(0, 1709210119, "Panic", 1, 99);
        put_part(0, 1709210119, "Panic", 1, 100);
        put_part(0, 1709210120, "Panic", 1, 101);
        put_part(0, 1709210120, "Panic", 1, 1000);
        assert_events("1000 101 100 99 1", NULL);
        assert_string_equal(missing_of(0), "2-98 102-999 (995)");
}

/* The clock was set back between two boots: only a hole tells that part 3 is not of the second one. */
static void test_what_fits_two_events_joins_the_one_that_it_continues(NO_STATE) {
        start();
        put_part(0, 1000, "Panic", 1, 1);
        put_part(0, 1000, "Panic", 1, 2);
        put_part(0, 1001, "Panic", 1, 1);
        put_part(0, 1001, "Panic", 1, 3);
        assert_events("3 2 1", "1");
}

static void test_what_continues_two_events_joins_neither(NO_STATE) {
        start();
        put_part(0, 1000, "Panic", 1, 1);
        put_part(0, 1000, "Panic", 1, 2);
        put_part(0, 1001, "Panic", 1, 1);
        put_part(0, 1001, "Panic", 1, 2);
        put_part(0, 1001, "Panic", 1, 3);
        put_part(0, 1001, "Panic", 1, 4);
        join();
        assert_int_equal(event_count, 3);
        assert_string_equal(parts_of(0), "2 1");
        assert_string_equal(parts_of(1), "2 1");
        assert_string_equal(parts_of(2), "4 3");
        assert_string_equal(missing_of(2), "1-2 (2)");

        start(); /* behind a hole in either */
        put_part(0, 1000, "Panic", 1, 1);
        put_part(0, 1001, "Panic", 1, 1);
        put_part(0, 1001, "Panic", 1, 3);
        join();
        assert_int_equal(event_count, 3);

        start(); /* as at first, but what was printed tells */
        put_log(1000, 1, "60.500000", "61.000000");
        put_log(1000, 2, "60.000000", "60.400000");
        put_log(1001, 1, "30.500000", "31.000000");
        put_log(1001, 2, "30.000000", "30.400000");
        put_log(1001, 3, "55.000000", "60.000000");
        assert_events("3 2 1", "2 1");
}

/* One record is torn, or was stored by another kernel: it does not tear the rest. */
static void test_a_copy_is_the_beginning_of_the_other(NO_STATE) {
        start();
        put_part(0, 1000, "Panic", 1, 1);
        put(RECORD_STORE_EFI, "dump-type0-2-1-1000-C", 1000, "Panic#1 Part2\nto");
        put(RECORD_STORE_EFI, "dump-type0-2-1-1000-D", 1000, "Panic#1 Part2\ntorn\n");
        put_part(0, 1000, "Panic", 1, 3);
        assert_events("3 2 2 1", NULL);
        assert_int_equal(events[0].log_size, 2 + 5 + 2);
        assert_int_equal(record_log(order[1]).size, 5);
        assert_false(event_repeats_part(&events[0], order, 1));
        assert_true(event_repeats_part(&events[0], order, 2));

        start(); /* the first is the beginning of either, but they are two */
        put_erst(0x65e079fe, 1, 1000, "Panic#1 Part1\n");
        put_erst(0x65e079fe, 2, 1000, "Panic#1 Part1\none\n");
        put_erst(0x65e079fe, 3, 1000, "Panic#1 Part1\ntwo\n");
        assert_events("1 1", "1");

        start();
        put_part(0, 1000, "Panic", 1, 1);
        put_part(0, 1000, "Panic", 1, 2);
        put(RECORD_STORE_EFI, "dump-type0-2-1-1000-C", 1000, "Panic#1 Part2\nanother\n");
        assert_events("2 1", "2");
}

/* --- the others --------------------------------------------------------------------------------- */

static void put_others(void) {
        put(RECORD_STORE_EFI, "zz", 5, NULL);
        put(RECORD_STORE_ERST, "00000009ffffffff", 30, NULL);
        put(RECORD_STORE_ERST, "ffffffff00000001", 20, NULL); /* a foreign id tells no boot */
        put(RECORD_STORE_EFI, "aa", 5, "no header line");
        put(RECORD_STORE_EFI, "mm", 4, NULL);
        put(RECORD_STORE_ERST, "0000000900000001", 30, NULL);
}

static void test_what_belongs_to_no_event_comes_last(NO_STATE) {
        static const char *const names[] = {
                "ffffffff00000001", "0000000900000001", "00000009ffffffff", "mm", "aa", "zz"
        };

        start();
        put_others();
        put_part(0, 1709210119, "Panic", 1, 1);
        put_part(0x65e079fe, 1709210110, "Panic", 1, 1);
        join();
        assert_int_equal(event_count, 2);
        assert_true(record_is_part(order[0]) && record_is_part(order[1]));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_string_equal(order[2 + i]->name, names[i]);
}

static void test_nothing_but_others(NO_STATE) {
        start();
        put_others();
        join();
        assert_int_equal(event_count, 0);
}

/* --- the order of the input does not matter ----------------------------------------------------- */

struct outcome {
        struct record *order[RECORDS_MAX];
        struct event events[RECORDS_MAX];
        size_t event_count;
};

static struct outcome outcome(void) {
        struct outcome result;

        memset(&result, 0, sizeof(result));
        join();
        memcpy(result.order, order, sizeof(order));
        memcpy(result.events, events, event_count * sizeof(*events));
        result.event_count = event_count;
        return result;
}

static void assert_same_outcome(const struct outcome *wanted) {
        struct outcome got = outcome();

        assert_int_equal(got.event_count, wanted->event_count);
        for (size_t i = 0; i < count; i++)
                assert_ptr_equal(got.order[i], wanted->order[i]);
        for (size_t i = 0; i < got.event_count; i++) {
                assert_int_equal(got.events[i].first, wanted->events[i].first);
                assert_int_equal(got.events[i].record_count, wanted->events[i].record_count);
                assert_true(got.events[i].seconds == wanted->events[i].seconds);
                assert_int_equal(got.events[i].part_max, wanted->events[i].part_max);
        }
}

static void put_a_bit_of_everything(void) {
        start();
        put_part(0, 1709210119, "Oops", 1, 1);
        put_part(0, 1709210120, "Oops", 1, 2);
        put_part(0, 1709210120, "Panic", 2, 1);
        put_part(0x65e079fe, 1709210120, "Panic", 1, 1);
        put_part(0x65e079fe, 1709210120, "Panic", 1, 2);
        put_erst(0x65e079fe, 9, 1709210120, "Panic#1 Part2\n2\n");
        put(RECORD_STORE_EFI, "odd", 0, NULL);
}

static void swap(size_t a, size_t b) {
        struct record *kept = order[a];

        order[a] = order[b];
        order[b] = kept;
}

/* Heap's algorithm; join() reorders the array, so each permutation is made of a copy. */
static void test_all_permutations_give_the_same(NO_STATE) {
        struct record *permuted[RECORDS_MAX];
        size_t counters[RECORDS_MAX] = { 0 }, permutations = 1;
        struct outcome wanted;

        put_a_bit_of_everything();
        wanted = outcome();
        assert_int_equal(wanted.event_count, 3);
        for (size_t i = 1; i < count;) {
                if (counters[i] >= i) {
                        counters[i++] = 0;
                        continue;
                }
                swap(i % 2 ? counters[i] : 0, i);
                memcpy(permuted, order, sizeof(order));
                assert_same_outcome(&wanted);
                memcpy(order, permuted, sizeof(order));
                permutations++;
                counters[i]++;
                i = 1;
        }
        assert_int_equal(permutations, 5040);
}

static void test_shuffles_of_many_give_the_same(NO_STATE) {
        struct test_random random = { 1 };
        struct outcome wanted;

        put_a_bit_of_everything();
        put_others();
        for (unsigned part = 1; part <= 15; part++)
                put_part(0, 1709300000 + part / 4, "Panic", 1, part);
        wanted = outcome();
        for (unsigned round = 0; round < 2000; round++) {
                for (size_t i = count - 1; i > 0; i--)
                        swap(i, test_random_next(&random) % (i + 1));
                assert_same_outcome(&wanted);
        }
}

static void test_names_are_read(NO_STATE) {
        static const char *const bad[] = {
                "",
                "20240229T123510Z",
                "20240229T123510Z-erst",
                "20240229T123510Z-erst-panic",
                "20240229T123510Z-erst-hiccup1",
                "20240229T123510Z--panic1",
                "20240229T123510Z-erst-panic1.",
                "20240229T123510Z-erst-panic1.x",
                "20240229T123510Z-erst-panic1-1",
                "20240230T123510Z-erst-panic1",
                "20240229T123510Z-abcdefghijklmnopq-panic1",
                "x20240229T123510Z-erst-panic1",
        };
        enum event_reason reason = REASON_NONE;
        struct bytes backend = { 0 };
        uint64_t seconds = 0;
        uint32_t number = 0;

        assert_ok(event_parse_name(text_view("20240229T123510Z-efi_pstore-emergency12.3"), &seconds, &backend,
                                   &reason, &number));
        assert_true(seconds == 1709210110 && number == 12);
        assert_true(bytes_equal(backend, text_view("efi_pstore")));
        assert_int_equal(reason, REASON_EMERGENCY);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(event_parse_name(text_view(bad[i]), &seconds, &backend, &reason, &number),
                             ERR_VALUE);
        assert_true(number == 12);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names_are_read),
                cmocka_unit_test(test_nothing_gives_nothing),
                cmocka_unit_test(test_a_single_record_is_an_event),
                cmocka_unit_test(test_oops_and_panic_of_one_boot_are_two_events),
                cmocka_unit_test(test_an_oops_and_a_panic_of_one_number_are_two),
                cmocka_unit_test(test_the_stores_are_not_mixed),
                cmocka_unit_test(test_parts_across_a_second_are_one_event),
                cmocka_unit_test(test_two_boots_with_the_same_count),
                cmocka_unit_test(test_parts_that_start_anew_are_another_boot),
                cmocka_unit_test(test_the_same_part_twice),
                cmocka_unit_test(test_gaps_are_named),
                cmocka_unit_test(test_part_0_is_no_gap),
                cmocka_unit_test(test_events_come_by_time),
                cmocka_unit_test(test_a_late_part_has_to_show_that_the_machine_was_up),
                cmocka_unit_test(test_older_text_is_not_newer),
                cmocka_unit_test(test_times_of_a_real_log_that_fall_back),
                cmocka_unit_test(test_an_id_counts_each_part),
                cmocka_unit_test(test_two_boots_of_one_id),
                cmocka_unit_test(test_times_of_copies_that_fall),
                cmocka_unit_test(test_ids_after_2038),
                cmocka_unit_test(test_parts_beyond_100),
                cmocka_unit_test(test_what_fits_two_events_joins_the_one_that_it_continues),
                cmocka_unit_test(test_what_continues_two_events_joins_neither),
                cmocka_unit_test(test_a_copy_is_the_beginning_of_the_other),
                cmocka_unit_test(test_what_belongs_to_no_event_comes_last),
                cmocka_unit_test(test_nothing_but_others),
                cmocka_unit_test(test_all_permutations_give_the_same),
                cmocka_unit_test(test_shuffles_of_many_give_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
