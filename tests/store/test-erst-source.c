/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/test.h"

#include "pstore/cper.h"
#include "store/catalog.h"
#include "store/clear.h"
#include "store/erst-source.h"
#include "store/selection.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/fake-erst.h"
#include "tests/support/faulty.h"

#define NOW 1709210110

/* A machine with its store as a source and a catalog of it. */
static struct {
        struct fake_erst fake;
        struct acpi_io io;
        struct erst_table table;
        struct erst erst;
        struct fake_allocator memory;
        struct erst_source erst_source;
        struct record_source source;
        struct catalog catalog;
} s;

static void start(enum fake_erst_style style) {
        struct erst_fault fault;

        fake_erst_init(&s.fake, style);
        s.io = fake_erst_io(&s.fake);
        assert_ok(erst_table_parse(fake_erst_table(&s.fake), &s.table, &fault));
        assert_ok(erst_open(&s.erst, &s.table, &s.io));
        fake_allocator_init(&s.memory);
        erst_source_init(&s.erst_source, &s.erst, &s.memory.allocator, &s.source);
        catalog_init(&s.catalog, &s.memory.allocator, codec_builtin, codec_builtin_count, NULL);
}

static void finish(void) {
        catalog_free(&s.catalog);
        s.source.operations->close(&s.source);
        assert_int_equal(s.memory.live_blocks, 0);
        assert_int_equal(s.fake.wild, 0);
}

static int write_text(const char *text, uint64_t seconds, char name[RECORD_NAME_SIZE]) {
        const struct record_draft draft = { .log = text_view(text), .seconds = seconds };

        return s.source.operations->write(&s.source, &draft, name);
}

static void must_write(const char *text) {
        char name[RECORD_NAME_SIZE];

        assert_ok(write_text(text, NOW, name));
}

static void write_parts(unsigned count) {
        char text[64];

        for (unsigned part = 1; part <= count; part++) {
                snprintf(text, sizeof(text), "Panic#1 Part%u\nlog %u\n", part, part);
                must_write(text);
        }
}

static int load(void) {
        int r = catalog_add(&s.catalog, &s.source);

        assert_ok(catalog_join(&s.catalog));
        return r;
}

/* --- honest ------------------------------------------------------------------------------------- */

static void test_an_empty_store(NO_STATE) {
        struct source_entry entry;

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++)
                for (unsigned lies = 0; lies <= FAKE_ERST_EMPTY_HAS_ID_0; lies += FAKE_ERST_EMPTY_HAS_ID_0) {
                        start(fake_erst_styles[i]);
                        s.fake.lies = lies;
                        assert_ok(s.source.operations->open(&s.source));
                        assert_int_equal(s.source.operations->next(&s.source, &entry), 0);
                        assert_int_equal(load(), 0);
                        finish();
                }
}

static void test_what_was_written_is_read(NO_STATE) {
        const struct record *record;

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                start(fake_erst_styles[i]);
                write_parts(3);
                assert_int_equal(fake_erst_count(&s.fake), 3);
                assert_int_equal(load(), 3);
                assert_int_equal(s.catalog.event_count, 1);
                assert_int_equal(s.catalog.events[0].record_count, 3);
                assert_int_equal(event_missing_count(&s.catalog.events[0], s.catalog.records), 0);
                record = s.catalog.records[0];
                assert_true(bytes_equal(record->text, text_view("Panic#1 Part3\nlog 3\n")));
                assert_int_equal(record->seconds, NOW);
                assert_int_equal(record->error, 0);
                finish();
        }
}

static void test_the_largest_log_fits_and_no_larger_one(NO_STATE) {
        struct source_space space;
        char name[RECORD_NAME_SIZE] = "unchanged", *text;

        start(FAKE_ERST_QEMU);
        assert_ok(s.source.operations->space(&s.source, &space));
        assert_false(space.known);
        assert_int_equal(space.largest_record, FAKE_ERST_EXCHANGE_SIZE - CPER_LINUX_PAYLOAD_OFFSET);
        text = calloc(1, space.largest_record + 2);
        memset(text, 'x', space.largest_record + 1);
        assert_error(write_text(text, NOW, name), ERR_TOO_LARGE);
        assert_string_equal(name, "unchanged");
        assert_int_equal(fake_erst_count(&s.fake), 0);
        text[space.largest_record] = '\0';
        assert_ok(write_text(text, NOW, name));
        assert_string_equal(name, "65e079fe00800001");
        free(text);
        finish();
}

static void test_a_slow_store_is_waited_for(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                start(fake_erst_styles[i]);
                s.fake.busy_us = 230000; /* NOR flash, one record of 32 KiB */
                write_parts(2);
                assert_int_equal(load(), 2);
                finish();
        }
}

static void test_a_store_that_is_busy_for_ever(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        start(FAKE_ERST_QEMU);
        write_parts(1);
        s.fake.busy_us = FAKE_ERST_BUSY_FOR_EVER;
        assert_error(write_text("x", NOW, name), ERR_TIMEOUT);
        assert_int_equal(load(), 1);
        assert_error(s.catalog.rows[0]->record.error, ERR_TIMEOUT);
        finish();
}

/* --- ids ---------------------------------------------------------------------------------------- */

/* And not those that Linux counts from 1: a panic in the same second would replace the record. */
static void test_new_ids_are_made_of_the_time(NO_STATE) {
        static const uint64_t taken[] = { 0x65e079fe00800001, 0x65e079fe00800002, 0x65e079fe00800004 };

        assert_true(erst_source_new_id(0x65e079fe, NULL, 0) == 0x65e079fe00800001);
        assert_true(erst_source_new_id(0x65e079fe, taken, 3) == 0x65e079fe00800003);
        assert_true(erst_source_new_id(0, NULL, 0) == 0x800001);
        assert_true(erst_source_new_id(0x7fffffff, NULL, 0) == 0x7fffffff00800001);
        assert_true(erst_source_new_id(0x80000000, NULL, 0) == 0x8080000000800001);
        assert_true(record_erst_boot(erst_source_new_id(0x80000000, NULL, 0)) == 0x80000000);
        assert_true(erst_source_new_id(UINT64_MAX, NULL, 0) != UINT64_MAX);
        assert_true(erst_source_new_id(UINT64_MAX, NULL, 0) != 0);
}

/* The clock stands, or goes back: no record is ever replaced. */
static void test_ids_never_collide(NO_STATE) {
        char names[10][RECORD_NAME_SIZE];

        start(FAKE_ERST_QEMU);
        for (size_t i = 0; i < 10; i++) {
                assert_ok(write_text("Panic#1 Part1\nx\n", NOW - i % 2, names[i]));
                assert_int_equal(fake_erst_count(&s.fake), i + 1);
                for (size_t k = 0; k < i; k++)
                        assert_string_not_equal(names[i], names[k]);
        }
        finish();
}

/* A list that is not whole: a record that it does not name is not replaced either. */
static void test_an_id_that_the_list_hides_is_not_taken(NO_STATE) {
        uint8_t record[300];
        char name[RECORD_NAME_SIZE];
        size_t before;

        start(FAKE_ERST_QEMU);
        fake_erst_put(&s.fake, fake_erst_make_record(record, 128, 0x42));
        fake_erst_put(&s.fake, fake_erst_make_record(record, 300, 0x65e079fe00800001));
        s.fake.lies = FAKE_ERST_FIRST_ID_FOR_EVER;
        before = fake_erst_count(&s.fake);
        assert_ok(write_text("Panic#1 Part1\nx\n", NOW, name));
        assert_string_equal(name, "65e079fe00800002");
        assert_int_equal(fake_erst_count(&s.fake), before + 1);
        assert_int_equal(fake_erst_find(&s.fake, 0x65e079fe00800001).size, 300);
        finish();
}

/* --- full, lying, failing ----------------------------------------------------------------------- */

static void test_a_full_store_loses_nothing(NO_STATE) {
        char name[RECORD_NAME_SIZE] = "unchanged";

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                start(fake_erst_styles[i]);
                s.fake.slots = 3;
                write_parts(3);
                assert_error(write_text("Panic#2 Part1\nx\n", NOW, name), ERR_NO_SPACE);
                assert_string_equal(name, "unchanged");
                assert_int_equal(load(), 3);
                assert_int_equal(s.catalog.event_count, 1);
                assert_int_equal(catalog_faulty_count(&s.catalog), 0);
                finish();
        }
}

static void test_a_write_that_lies_is_found_out(NO_STATE) {
        static const unsigned lies[] = { FAKE_ERST_WRITE_STORES_NOTHING, FAKE_ERST_BODY_TORN };
        char name[RECORD_NAME_SIZE] = "unchanged";

        for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
                start(FAKE_ERST_QEMU);
                write_parts(1);
                s.fake.lies = lies[i];
                assert_error(write_text("Panic#2 Part1\nsome log\n", NOW, name), ERR_MISMATCH);
                assert_string_equal(name, "unchanged");
                finish();
        }
        start(FAKE_ERST_QEMU); /* nothing else in the store: reading says that it is empty */
        s.fake.lies = FAKE_ERST_WRITE_STORES_NOTHING;
        assert_error(write_text("x", NOW, name), ERR_MISMATCH);
        finish();
}

/* The bytes behind the signature are the platform's own: ACPI 6.5, 18.5.1.3. */

static int copy_with_persistence(void *context, uint64_t from, void *to, size_t size) {
        int r = fake_erst_io(&s.fake).copy_from(context, from, to, size);
        size_t offset = (size_t) (from - FAKE_ERST_EXCHANGE_ADDRESS);

        for (size_t at = 0; r >= 0 && at < size; at++)
                if (offset + at >= ERST_CPER_PERSISTENCE + 2 && offset + at < ERST_CPER_PERSISTENCE + 8)
                        ((uint8_t *) to)[at] = 0x77;
        return r;
}

static void test_the_platforms_own_bytes_are_no_difference(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        start(FAKE_ERST_QEMU);
        s.io.copy_from = copy_with_persistence;
        assert_ok(write_text("Panic#1 Part1\nx\n", NOW, name));
        assert_int_equal(load(), 1);
        assert_int_equal(s.catalog.event_count, 1);
        finish();
}

static void test_bad_records_hide_no_good_ones(NO_STATE) {
        uint8_t record[300];

        start(FAKE_ERST_QEMU);
        write_parts(2);
        fake_erst_put(&s.fake, fake_erst_make_record(record, 300, 0x42)); /* foreign, without sections */
        assert_int_equal(load(), 3);
        assert_int_equal(s.catalog.event_count, 1);
        assert_int_equal(s.catalog.record_count - s.catalog.other_first, 1);
        assert_int_equal(s.catalog.records[s.catalog.other_first]->type, RECORD_TYPE_FOREIGN);
        finish();
}

static void test_reads_that_lie_are_errors_of_their_records(NO_STATE) {
        static const struct {
                unsigned lie;
                int error;
        } rows[] = {
                { FAKE_ERST_LENGTH_TOO_LONG, ERR_LENGTH },
                { FAKE_ERST_LENGTH_TOO_SHORT, ERR_LENGTH },
                { FAKE_ERST_READ_GIVES_ANOTHER, ERR_MISMATCH },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                start(FAKE_ERST_QEMU);
                write_parts(3);
                s.fake.lies = rows[i].lie;
                assert_int_equal(load(), 3);
                assert_int_equal(catalog_faulty_count(&s.catalog), 3);
                for (size_t k = 0; k < 3; k++)
                        assert_error(s.catalog.rows[k]->record.error, rows[i].error);
                assert_int_equal(s.catalog.event_count, 0);
                finish();
        }
}

static void test_a_list_that_repeats_itself_ends(NO_STATE) {
        start(FAKE_ERST_QEMU);
        write_parts(3);
        s.fake.lies = FAKE_ERST_FIRST_ID_FOR_EVER;
        assert_int_equal(load(), 1);
        finish();
}

static void test_a_list_that_never_ends_is_told(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        start(FAKE_ERST_QEMU);
        write_parts(1);
        s.fake.lies = FAKE_ERST_NEW_IDS_FOR_EVER;
        assert_error(load(), ERR_LOOP);
        assert_error(write_text("x", NOW, name), ERR_LOOP);
        assert_int_equal(fake_erst_count(&s.fake), 1);
        finish();
}

/* What a list without an end did name is there nevertheless. */
static void test_a_list_that_never_ends_hides_nothing(NO_STATE) {
        uint8_t record[200];

        start(FAKE_ERST_QEMU);
        fake_erst_put(&s.fake, fake_erst_make_record(record, 200, 5000)); /* one that it comes to invent */
        s.fake.lies = FAKE_ERST_NEW_IDS_FOR_EVER;
        assert_error(load(), ERR_LOOP);
        assert_int_equal(s.catalog.row_count, 1);
        assert_string_equal(s.catalog.rows[0]->record.name, "0000000000001388");
        finish();
}

/* A count is a hint: more or fewer than it says, all that can be listed is. */
static void test_a_count_that_lies_hides_nothing(NO_STATE) {
        static const int errors[] = { -3, -1, 1, 100 };

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++)
                for (size_t k = 0; k < ARRAY_SIZE(errors); k++) {
                        start(fake_erst_styles[i]);
                        write_parts(3);
                        s.fake.count_error = errors[k];
                        s.fake.cursor = 0;
                        assert_int_equal(load(), 3);
                        assert_int_equal(catalog_faulty_count(&s.catalog), 0);
                        finish();
                }
}

/* Its header is right and its second half is not: it is listed, and what there is of it can be saved. */
static void test_a_torn_record_is_kept(NO_STATE) {
        const struct catalog_record *row;

        start(FAKE_ERST_QEMU);
        must_write("Panic#1 Part1\n0123456789012345678901234567890123456789012345678901234567890123456789"
                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901\n");
        s.fake.lies = FAKE_ERST_BODY_TORN;
        assert_int_equal(load(), 1);
        row = s.catalog.rows[0];
        assert_int_equal(row->record.raw.size, fake_erst_find(&s.fake, 0x65e079fe00800001).size);
        assert_true(bytes_equal(
                bytes_first(row->record.raw, row->record.raw.size / 2),
                bytes_first(fake_erst_find(&s.fake, 0x65e079fe00800001), row->record.raw.size / 2)));
        finish();
}

/* --- NVRAM -------------------------------------------------------------------------------------- */

static void start_nvram(enum fake_erst_style style) {
        struct erst_fault fault;

        start(style);
        s.fake.attributes = ERST_ATTRIBUTE_NVRAM;
        memset(s.fake.exchange, 0xff, sizeof(s.fake.exchange));
        assert_ok(erst_table_parse(fake_erst_table(&s.fake), &s.table, &fault));
        assert_ok(erst_open(&s.erst, &s.table, &s.io));
}

static int clear_all(struct clear_result *result);

static void test_nvram_is_written_read_and_cleared_in_place(NO_STATE) {
        struct clear_result result;

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                start_nvram(fake_erst_styles[i]);
                assert_int_equal(load(), 0);
                write_parts(5);
                assert_int_equal(fake_erst_count(&s.fake), 5);
                assert_ok(clear_all(&result));
                assert_int_equal(s.catalog.event_count, 1);
                assert_int_equal(event_missing_count(&s.catalog.events[0], s.catalog.records), 0);
                assert_int_equal(result.cleared_count, 5);
                assert_int_equal(fake_erst_count(&s.fake), 0);
                finish();
        }
}

static void test_nvram_that_is_full_loses_nothing(NO_STATE) {
        char name[RECORD_NAME_SIZE], text[2001];

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        start_nvram(FAKE_ERST_MAILBOX);
        write_parts(2);
        for (unsigned i = 0; i < 3; i++)
                assert_ok(write_text(text, NOW + i, name));
        assert_error(write_text(text, NOW + 3, name), ERR_NO_SPACE);
        assert_int_equal(load(), 5);
        assert_int_equal(catalog_faulty_count(&s.catalog), 0);
        finish();
}

static void test_nvram_that_cannot_be_written_is_found_out(NO_STATE) {
        struct clear_result result;
        char name[RECORD_NAME_SIZE];

        start_nvram(FAKE_ERST_QEMU);
        write_parts(1);
        s.fake.lies = FAKE_ERST_NVRAM_READ_ONLY | FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_error(write_text("x", NOW, name), ERR_FAILED);
        assert_error(clear_all(&result), ERR_FAILED);
        assert_int_equal(result.cleared_count, 0);
        assert_int_equal(fake_erst_count(&s.fake), 1);
        finish();
}

/* --- clearing ----------------------------------------------------------------------------------- */

static int clear_all(struct clear_result *result) {
        const struct selection all = { 0 };
        const char *unknown;

        struct work work;
        int r;

        assert_ok(load());
        assert_ok(work_init(&work, &s.catalog));
        assert_ok(selection_mark(&work, &all, &unknown));
        r = clear_selected(&work, NULL, NULL, result);
        work_free(&work);
        return r;
}

static void test_what_was_cleared_is_gone(NO_STATE) {
        struct clear_result result;

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                start(fake_erst_styles[i]);
                write_parts(5);
                assert_ok(clear_all(&result));
                assert_int_equal(result.cleared_count, 5);
                assert_int_equal(fake_erst_count(&s.fake), 0);
                finish();
        }
}

static void test_a_clear_that_lies_is_found_out(NO_STATE) {
        struct clear_result result;

        start(FAKE_ERST_QEMU);
        write_parts(2);
        s.fake.lies = FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_error(clear_all(&result), ERR_STILL_THERE);
        assert_int_equal(result.failed_count, 2);
        assert_int_equal(result.cleared_count, 0);
        finish();
}

static void put_in_nvram(size_t offset, const char *text) {
        uint8_t record[1024];
        size_t size;

        assert_ok(cper_build_dmesg(UINT64_C(0x65e079fe00800001), NOW, text_view(text), record, sizeof(record),
                                   &size));
        memcpy(record + ERST_CPER_PERSISTENCE, "ER", 2);
        memcpy(s.fake.exchange + offset, record, size);
}

static bool is_in_nvram(const char *text) {
        return memmem(s.fake.exchange, sizeof(s.fake.exchange), text, strlen(text));
}

/* After a write that was cut off: each is copied before it goes, and none goes with another. */
static void test_two_records_of_one_id(NO_STATE) {
        struct clear_result result;

        start(FAKE_ERST_QEMU);
        s.fake.attributes = ERST_ATTRIBUTE_NVRAM;
        memset(s.fake.exchange, 0xff, sizeof(s.fake.exchange));
        assert_ok(erst_open(&s.erst, &s.table, &s.io));
        put_in_nvram(0, "Panic#1 Part1\nthe first\n");
        put_in_nvram(1024, "Panic#1 Part1\nthe second\n");
        assert_error(clear_all(&result), ERR_EXISTS);
        assert_true(bytes_equal(record_log(s.catalog.records[0]), text_view("the first\n")));
        assert_false(is_in_nvram("the first"));
        assert_true(is_in_nvram("the second"));
        catalog_free(&s.catalog);
        assert_ok(clear_all(&result));
        assert_true(bytes_equal(record_log(s.catalog.records[0]), text_view("the second\n")));
        catalog_free(&s.catalog);
        assert_int_equal(load(), 0);
        finish();
}

static void test_names_that_are_no_ids(NO_STATE) {
        struct buffer buffer;

        start(FAKE_ERST_QEMU);
        buffer_init(&buffer, &s.memory.allocator);
        assert_error(s.source.operations->read(&s.source, "xyz", &buffer), ERR_VALUE);
        assert_error(s.source.operations->erase(&s.source, "65e079fe"), ERR_VALUE);
        assert_error(s.source.operations->read(&s.source, "65e079fe00800001", &buffer), ERR_NOT_FOUND);
        buffer_free(&buffer);
        finish();
}

/* --- each access, each allocation --------------------------------------------------------------- */

static void test_each_access_of_a_write_may_fail(NO_STATE) {
        char name[RECORD_NAME_SIZE];
        uint64_t accesses;

        start(FAKE_ERST_MAILBOX);
        write_parts(1);
        fake_erst_fail_at(&s.fake, 0);
        must_write("Panic#2 Part1\nx\n");
        accesses = s.fake.accesses;
        finish();
        for (uint64_t n = 1; n <= accesses; n++) {
                uint64_t kept;

                start(FAKE_ERST_MAILBOX);
                write_parts(1);
                kept = s.fake.records[0].id;
                fake_erst_fail_at(&s.fake, n);
                (void) write_text("Panic#2 Part1\nx\n", NOW, name);
                fake_erst_fail_at(&s.fake, 0);
                assert_true(fake_erst_find(&s.fake, kept).size > 0);
                assert_uint_in_range(load(), 1, 2);
                assert_int_equal(catalog_faulty_count(&s.catalog), 0);
                finish();
        }
}

static void test_each_allocation_of_a_write_may_fail(NO_STATE) {
        char name[RECORD_NAME_SIZE];
        int r;

        for (size_t n = 1;; n++) {
                start(FAKE_ERST_QEMU);
                fake_allocator_fail_at(&s.memory, n);
                r = write_text("Panic#1 Part1\nx\n", NOW, name);
                finish();
                if (r >= 0)
                        break;
                assert_error(r, ERR_NO_MEMORY);
                assert_uint_in_range(n, 1, 10);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_an_empty_store),
                cmocka_unit_test(test_what_was_written_is_read),
                cmocka_unit_test(test_the_largest_log_fits_and_no_larger_one),
                cmocka_unit_test(test_a_slow_store_is_waited_for),
                cmocka_unit_test(test_a_store_that_is_busy_for_ever),
                cmocka_unit_test(test_new_ids_are_made_of_the_time),
                cmocka_unit_test(test_ids_never_collide),
                cmocka_unit_test(test_an_id_that_the_list_hides_is_not_taken),
                cmocka_unit_test(test_a_full_store_loses_nothing),
                cmocka_unit_test(test_a_write_that_lies_is_found_out),
                cmocka_unit_test(test_the_platforms_own_bytes_are_no_difference),
                cmocka_unit_test(test_bad_records_hide_no_good_ones),
                cmocka_unit_test(test_reads_that_lie_are_errors_of_their_records),
                cmocka_unit_test(test_a_list_that_repeats_itself_ends),
                cmocka_unit_test(test_a_list_that_never_ends_is_told),
                cmocka_unit_test(test_a_count_that_lies_hides_nothing),
                cmocka_unit_test(test_a_torn_record_is_kept),
                cmocka_unit_test(test_nvram_is_written_read_and_cleared_in_place),
                cmocka_unit_test(test_nvram_that_is_full_loses_nothing),
                cmocka_unit_test(test_nvram_that_cannot_be_written_is_found_out),
                cmocka_unit_test(test_a_list_that_never_ends_hides_nothing),
                cmocka_unit_test(test_what_was_cleared_is_gone),
                cmocka_unit_test(test_a_clear_that_lies_is_found_out),
                cmocka_unit_test(test_two_records_of_one_id),
                cmocka_unit_test(test_names_that_are_no_ids),
                cmocka_unit_test(test_each_access_of_a_write_may_fail),
                cmocka_unit_test(test_each_allocation_of_a_write_may_fail),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
