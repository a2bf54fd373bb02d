/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/erst-fixture.h"

#include "acpi/erst-nvram.h"

static struct erst_fixture fixture;
static uint64_t ids[32];
static int (*copy_from)(void *context, uint64_t address, void *destination, size_t size);

static void setup(enum fake_erst_style style) {
        erst_fixture_parse(&fixture, style);
        fixture.fake.attributes = ERST_ATTRIBUTE_NVRAM;
        memset(fixture.fake.exchange, 0xff, sizeof(fixture.fake.exchange));
        erst_fixture_open(&fixture);
}

static void put_three(void) {
        fake_erst_put(&fixture.fake, erst_fixture_make_signed(101, 301));
        fake_erst_put(&fixture.fake, erst_fixture_make_signed(102, 402));
        fake_erst_put(&fixture.fake, erst_fixture_make_signed(103, 503));
}

static int read_record(uint64_t id) {
        size_t size = 12345;
        int r = erst_read(&fixture.erst, id, fixture.buffer, sizeof(fixture.buffer), &size);

        if (r == 0)
                assert_true(bytes_equal(bytes_of(fixture.buffer, size), erst_fixture_make_signed(id, size)));
        else
                assert_int_equal(size, 12345);
        return r;
}

static size_t walk(void) {
        size_t count = 77;

        assert_ok(erst_walk(&fixture.erst, ids, ARRAY_SIZE(ids), &count));
        return count;
}

static void test_records_are_read_in_place(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                setup(fake_erst_styles[i]);
                assert_int_equal(walk(), 0);
                put_three();
                assert_int_equal(walk(), 3);
                for (unsigned id = 0; id < 3; id++) {
                        assert_int_equal(ids[id], 101 + id);
                        assert_ok(read_record(101 + id));
                }
                assert_error(read_record(104), ERR_NOT_FOUND);
                assert_error(read_record(0), ERR_INVALID_ARGUMENT);
                assert_int_equal(fixture.fake.executes + fixture.fake.begins + fixture.fake.ends +
                                         fixture.fake.wild,
                                 0);
        }
}

static void test_records_lie_at_any_offset(NO_STATE) {
        size_t count;

        setup(FAKE_ERST_QEMU);
        for (size_t offset = 0; offset < 2200; offset++) {
                memset(fixture.fake.exchange, 0, sizeof(fixture.fake.exchange));
                memcpy(fixture.fake.exchange + offset, erst_fixture_make_signed(7, 200).data, 200);
                assert_int_equal(walk(), 1);
                assert_ok(read_record(7));
        }
        memset(fixture.fake.exchange, 0, sizeof(fixture.fake.exchange));
        memcpy(fixture.fake.exchange + FAKE_ERST_EXCHANGE_SIZE - 128, erst_fixture_make_signed(7, 128).data,
               128);
        assert_int_equal(walk(), 1);
        assert_ok(read_record(7));
        memcpy(fixture.fake.exchange + FAKE_ERST_EXCHANGE_SIZE - 127, erst_fixture_make_signed(7, 128).data,
               127);
        assert_int_equal(walk(), 0);
        put_three();
        assert_error(erst_walk(&fixture.erst, ids, 2, &count), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(count, 2);
        assert_int_equal(ids[1], 102);
}

/* A record inside of another's body is the other's. */
static void test_what_is_no_record_is_none(NO_STATE) {
        uint8_t *range = fixture.fake.exchange;

        setup(FAKE_ERST_QEMU);
        memcpy(range, erst_fixture_make_signed(1, 1000).data, 1000);
        memcpy(range + 300, erst_fixture_make_signed(2, 200).data, 200);
        memcpy(range + 1000, erst_fixture_make_signed(3, 200).data, 200);
        range[1000 + ERST_CPER_PERSISTENCE] = 'x'; /* never stored, or cleared */
        memcpy(range + 1200, erst_fixture_make_signed(0, 200).data, 200);
        memcpy(range + 1400, erst_fixture_make_signed(UINT64_MAX, 200).data, 200);
        memcpy(range + 1600, erst_fixture_make_signed(4, 200).data, 200);
        assert_int_equal(walk(), 2);
        assert_int_equal(ids[0], 1);
        assert_int_equal(ids[1], 4);
}

static void test_a_damaged_record_is_listed_and_hides_no_other(NO_STATE) {
        static const uint32_t lengths[] = { 0, 127, FAKE_ERST_EXCHANGE_SIZE + 1, UINT32_MAX };

        for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
                setup(FAKE_ERST_MAILBOX);
                put_three();
                store_u32(fixture.fake.exchange + ERST_CPER_RECORD_LENGTH, lengths[i]);
                assert_int_equal(walk(), 3);
                assert_error(read_record(101), ERR_LENGTH);
                assert_ok(read_record(103));
                assert_ok(erst_clear(&fixture.erst, 101));
                assert_int_equal(walk(), 2);
                assert_ok(read_record(102));
        }
}

/* The last byte of the range is the last that a record may have, wherever it begins. */
static void test_a_record_ends_with_the_range(NO_STATE) {
        size_t offset = 304 + 416;

        setup(FAKE_ERST_QEMU);
        put_three();
        store_u32(fixture.fake.exchange + offset + ERST_CPER_RECORD_LENGTH,
                  (uint32_t) (FAKE_ERST_EXCHANGE_SIZE - offset + 1));
        assert_int_equal(walk(), 3);
        assert_error(read_record(103), ERR_LENGTH);
        fixture.fake.lies = FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_ok(erst_clear(&fixture.erst, 103));
        assert_int_equal(fixture.fake.wild, 0);
        setup(FAKE_ERST_QEMU);
        memcpy(fixture.fake.exchange + offset,
               erst_fixture_make_signed(103, FAKE_ERST_EXCHANGE_SIZE - offset).data,
               FAKE_ERST_EXCHANGE_SIZE - offset);
        assert_ok(read_record(103));
}

static unsigned copies_until_change;

/* The memory is not ours alone: the record's length grows between two looks at it. */
static int copy_from_changing(void *context, uint64_t address, void *destination, size_t size) {
        if (copies_until_change-- == 0)
                store_u32(fixture.fake.exchange + 304 + 416 + ERST_CPER_RECORD_LENGTH,
                          FAKE_ERST_EXCHANGE_SIZE);
        return copy_from(context, address, destination, size);
}

static void test_a_length_that_grows_meanwhile(NO_STATE) {
        int r = ERR_LENGTH;

        for (unsigned copies = 0; r != 0; copies++) {
                setup(FAKE_ERST_QEMU);
                put_three();
                copy_from = fixture.io.copy_from;
                fixture.io.copy_from = copy_from_changing;
                copies_until_change = copies;
                r = read_record(103);
                assert_true(r == 0 || r == ERR_LENGTH);
                assert_int_equal(fixture.fake.wild, 0);
                assert_true(copies < 32);
        }
}

static void test_write_takes_empty_space(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                setup(fake_erst_styles[i]);
                put_three();
                assert_ok(erst_write(&fixture.erst, erst_fixture_make_signed(104, 604)));
                assert_int_equal(fixture.fake.begins, 1);
                assert_int_equal(fixture.fake.executes, 1);
                assert_int_equal(fixture.fake.ends, 1);
                assert_true(fixture.fake.offset >= 304 + 416 + 503);
                assert_int_equal(fixture.fake.offset % 8, 0);
                assert_int_equal(walk(), 4);
                for (unsigned id = 101; id <= 104; id++)
                        assert_ok(read_record(id));
                assert_int_equal(fixture.fake.wild, 0);
        }
}

static void test_write_fills_gaps_and_then_says_full(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        put_three();
        assert_ok(erst_clear(&fixture.erst, 102));
        memset(fixture.fake.exchange + 304, 0, 416); /* this platform leaves the bytes */
        assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(5, FAKE_ERST_EXCHANGE_SIZE)),
                     ERR_NO_SPACE);
        assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(5, FAKE_ERST_EXCHANGE_SIZE + 1)),
                     ERR_TOO_LARGE);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make_signed(5, 416)));
        assert_int_equal(fixture.fake.offset, 304);
        for (unsigned id = 6; id < 64; id++) {
                int r = erst_write(&fixture.erst, erst_fixture_make_signed(id, 400));

                if (r == ERR_NO_SPACE)
                        break;
                assert_ok(r);
        }
        assert_int_equal(walk(), 20);
        for (size_t i = 0; i < 20; i++)
                assert_ok(read_record(ids[i]));
        assert_int_equal(fixture.fake.wild, 0);
}

/* Bytes that are neither a record nor empty are the platform's, and so is what a torn record may reach. */
static void test_write_leaves_what_it_does_not_know(NO_STATE) {
        uint8_t before[FAKE_ERST_EXCHANGE_SIZE];

        setup(FAKE_ERST_QEMU);
        for (size_t i = 0; i < sizeof(fixture.fake.exchange); i += 199)
                fixture.fake.exchange[i] = 0x5a;
        memcpy(before, fixture.fake.exchange, sizeof(before));
        assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(5, 200)), ERR_NO_SPACE);
        assert_int_equal(fixture.fake.executes, 0);
        assert_memory_equal(before, fixture.fake.exchange, sizeof(before));
        assert_ok(erst_write(&fixture.erst, erst_fixture_make_signed(5, 190)));
        for (uint32_t length = 0; length < 2; length++) {
                setup(FAKE_ERST_QEMU);
                memcpy(fixture.fake.exchange, erst_fixture_make_signed(1, 200).data, 200);
                store_u32(fixture.fake.exchange + ERST_CPER_RECORD_LENGTH, length - 1); /* all ones, or 0 */
                assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(5, 200)), ERR_NO_SPACE);
        }
}

static void test_write_replaces_without_losing(NO_STATE) {
        setup(FAKE_ERST_MAILBOX);
        put_three();
        assert_ok(erst_write(&fixture.erst, erst_fixture_make_signed(102, 700)));
        assert_int_equal(walk(), 3);
        assert_int_equal(fake_erst_find(&fixture.fake, 102).size, 700);
        assert_ok(read_record(102));
        fixture.fake.fixed_status = 3;
        assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(102, 300)), ERR_FAILED);
        assert_int_equal(walk(), 3);
        assert_int_equal(fake_erst_find(&fixture.fake, 102).size, 700);
        assert_ok(read_record(102));
        assert_error(erst_write(&fixture.erst, bytes_of(fixture.fake.mailbox, 64)), ERR_INVALID_ARGUMENT);
}

static void test_a_record_needs_its_signature(NO_STATE) {
        struct bytes record = erst_fixture_make_signed(9, 200);

        setup(FAKE_ERST_QEMU);
        ((uint8_t *) record.data)[0] = 'X';
        assert_error(erst_write(&fixture.erst, record), ERR_INVALID_ARGUMENT);
        assert_int_equal(fixture.fake.executes, 0);
}

/* Power may fail at any access: what is half written is no record, and nothing else is lost. */
static void test_each_access_of_a_write_may_fail(NO_STATE) {
        uint64_t accesses;

        setup(FAKE_ERST_QEMU);
        put_three();
        fake_erst_fail_at(&fixture.fake, 0);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make_signed(104, 604)));
        accesses = fixture.fake.accesses;
        assert_uint_in_range(accesses, 10, 500);
        for (uint64_t n = 1; n <= accesses; n++) {
                int r;

                setup(FAKE_ERST_QEMU);
                put_three();
                fake_erst_fail_at(&fixture.fake, n);
                r = erst_write(&fixture.erst, erst_fixture_make_signed(104, 604));
                fake_erst_fail_at(&fixture.fake, 0);
                assert_uint_in_range(walk(), 3, 4);
                for (unsigned id = 101; id <= 103; id++)
                        assert_ok(read_record(id));
                if (r == 0 || walk() == 4)
                        assert_ok(read_record(104));
        }
}

static void test_clear_removes_one_record(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                setup(fake_erst_styles[i]);
                put_three();
                assert_ok(erst_clear(&fixture.erst, 102));
                assert_int_equal(fixture.fake.executes, 1);
                assert_int_equal(walk(), 2);
                assert_ok(read_record(101));
                assert_ok(read_record(103));
                assert_error(erst_clear(&fixture.erst, 102), ERR_NOT_FOUND);
                assert_int_equal(fixture.fake.executes, 1);
                assert_int_equal(fixture.fake.wild, 0);
        }
}

/* A record of this identifier with a byte at its end that tells it from others. */
static void put_namesake(size_t offset, size_t size, uint8_t mark) {
        memcpy(fixture.fake.exchange + offset, erst_fixture_make_signed(102, size).data, size);
        fixture.fake.exchange[offset + size - 1] = mark;
}

static uint8_t mark_of_what_is_read(size_t size) {
        size_t got = 0;

        assert_ok(erst_read(&fixture.erst, 102, fixture.buffer, sizeof(fixture.buffer), &got));
        assert_int_equal(got, size);
        return fixture.buffer[size - 1];
}

/* After a write that was cut off: what goes is what was read, and only that. */
static void test_two_of_one_identifier_are_cleared_one_by_one(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                setup(fake_erst_styles[i]);
                put_three();
                put_namesake(2048, 402, 0xa1);
                put_namesake(4096, 402, 0xa2);
                assert_int_equal(walk(), 3);
                assert_ok(read_record(102));
                assert_error(erst_clear(&fixture.erst, 102), ERR_EXISTS);
                assert_int_equal(walk(), 3);
                assert_int_equal(mark_of_what_is_read(402), 0xa1);
                assert_error(erst_clear(&fixture.erst, 102), ERR_EXISTS);
                assert_int_equal(mark_of_what_is_read(402), 0xa2);
                assert_int_equal(fixture.fake.executes, 0);
                assert_ok(erst_clear(&fixture.erst, 102));
                assert_int_equal(fixture.fake.executes, 1);
                assert_int_equal(walk(), 2);
                assert_int_equal(fixture.fake.wild, 0);
        }
}

static void test_two_of_the_same_bytes_are_one(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        put_three();
        put_namesake(2048, 1402, 0xa1);
        put_namesake(4096, 1402, 0xa1);
        memset(fixture.fake.exchange + 304, 0, 416); /* that of put_three() */
        assert_int_equal(mark_of_what_is_read(1402), 0xa1);
        assert_ok(erst_clear(&fixture.erst, 102));
        assert_int_equal(walk(), 2);
}

/* Of other lengths, or in the last of many bytes. */
static void test_what_is_not_the_same(NO_STATE) {
        static const size_t sizes[] = { 401, 403, 402 };

        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                setup(FAKE_ERST_QEMU);
                put_three();
                put_namesake(2048, sizes[i], 0xa1);
                assert_error(erst_clear(&fixture.erst, 102), ERR_EXISTS);
                assert_int_equal(mark_of_what_is_read(sizes[i]), 0xa1);
        }
}

static void test_a_damaged_record_hides_no_namesake(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        put_three();
        put_namesake(2048, 402, 0xa1);
        store_u32(fixture.fake.exchange + 304 + ERST_CPER_RECORD_LENGTH, 1);
        assert_int_equal(mark_of_what_is_read(402), 0xa1);
        assert_error(erst_clear(&fixture.erst, 102), ERR_EXISTS);
        assert_error(read_record(102), ERR_LENGTH);
        assert_ok(read_record(101));
        assert_ok(read_record(103));
}

static void test_a_namesake_in_memory_that_cannot_be_written(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        put_three();
        put_namesake(2048, 402, 0xa1);
        fixture.fake.lies = FAKE_ERST_NVRAM_READ_ONLY;
        assert_error(erst_clear(&fixture.erst, 102), ERR_FAILED);
        assert_ok(read_record(102));
}

/* It says success and clears nothing, says that it knows no such record, or has no operations at all. */
static void test_clear_wipes_what_the_platform_leaves(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        put_three();
        fixture.fake.lies = FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_ok(erst_clear(&fixture.erst, 102));
        assert_int_equal(walk(), 2);
        fixture.fake.fixed_status = 5;
        assert_ok(erst_clear(&fixture.erst, 101));
        assert_int_equal(walk(), 1);
        fixture.fake.fixed_status = 3;
        assert_error(erst_clear(&fixture.erst, 103), ERR_FAILED);
        assert_int_equal(walk(), 1);
        erst_fixture_rename(&fixture, ERST_EXECUTE_OPERATION, 0x42);
        assert_ok(erst_clear(&fixture.erst, 103));
        assert_int_equal(walk(), 0);
}

static void test_a_platform_without_operations_is_enough(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        for (uint8_t action = 0; action < ERST_GET_ERROR_LOG_ADDRESS_RANGE; action++)
                erst_fixture_rename(&fixture, action, 0x42);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make_signed(5, 300)));
        assert_int_equal(walk(), 1);
        assert_ok(read_record(5));
        assert_ok(erst_clear(&fixture.erst, 5));
        assert_int_equal(walk(), 0);
        assert_int_equal(fixture.fake.executes, 0);
}

static void test_memory_that_cannot_be_written_is_told(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        put_three();
        fixture.fake.lies = FAKE_ERST_NVRAM_READ_ONLY | FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_error(erst_clear(&fixture.erst, 102), ERR_FAILED);
        assert_int_equal(walk(), 3);
        assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(5, 300)), ERR_FAILED);
        assert_int_equal(walk(), 3);
}

/* The "CPER" of the new record would be the "ER" of a stray one before it, which would then hide it. */
static void test_a_stray_signature_hides_no_new_record(NO_STATE) {
        setup(FAKE_ERST_QEMU);
        memset(fixture.fake.exchange, 0, sizeof(fixture.fake.exchange));
        memcpy(fixture.fake.exchange + 6, erst_fixture_make_signed(9, 128).data, ERST_CPER_RECORD_ID + 1);
        fixture.fake.exchange[105] = 0x11; /* so that the first room is at 112, and its "ER" at 114 */
        assert_int_equal(walk(), 0);
        assert_error(erst_write(&fixture.erst, erst_fixture_make_signed(5, 300)), ERR_FAILED);
        assert_int_equal(walk(), 0);
        assert_int_equal(fixture.fake.executes, 0);
}

static void test_a_range_that_claims_too_much_is_bounded(NO_STATE) {
        struct erst_nvram nvram = { &fixture.io, FAKE_ERST_EXCHANGE_ADDRESS, FAKE_ERST_EXCHANGE_SIZE };
        struct erst_nvram_record record;
        uint64_t offset = UINT64_MAX;

        setup(FAKE_ERST_QEMU);
        assert_int_equal(erst_nvram_next(&nvram, &offset, &record), 0);
        nvram.size = UINT64_MAX / 2;
        offset = ERST_NVRAM_SIZE_MAX - ERST_CPER_HEADER_SIZE + 1;
        assert_int_equal(erst_nvram_next(&nvram, &offset, &record), 0);
        assert_int_equal(fixture.fake.wild, 0);
        offset = 0;
        assert_error(erst_nvram_next(&nvram, &offset, &record), ERR_IO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_records_are_read_in_place),
                cmocka_unit_test(test_records_lie_at_any_offset),
                cmocka_unit_test(test_what_is_no_record_is_none),
                cmocka_unit_test(test_a_damaged_record_is_listed_and_hides_no_other),
                cmocka_unit_test(test_a_record_ends_with_the_range),
                cmocka_unit_test(test_a_length_that_grows_meanwhile),
                cmocka_unit_test(test_write_takes_empty_space),
                cmocka_unit_test(test_write_fills_gaps_and_then_says_full),
                cmocka_unit_test(test_write_leaves_what_it_does_not_know),
                cmocka_unit_test(test_write_replaces_without_losing),
                cmocka_unit_test(test_a_record_needs_its_signature),
                cmocka_unit_test(test_each_access_of_a_write_may_fail),
                cmocka_unit_test(test_clear_removes_one_record),
                cmocka_unit_test(test_two_of_one_identifier_are_cleared_one_by_one),
                cmocka_unit_test(test_two_of_the_same_bytes_are_one),
                cmocka_unit_test(test_what_is_not_the_same),
                cmocka_unit_test(test_a_damaged_record_hides_no_namesake),
                cmocka_unit_test(test_a_namesake_in_memory_that_cannot_be_written),
                cmocka_unit_test(test_clear_wipes_what_the_platform_leaves),
                cmocka_unit_test(test_a_platform_without_operations_is_enough),
                cmocka_unit_test(test_memory_that_cannot_be_written_is_told),
                cmocka_unit_test(test_a_stray_signature_hides_no_new_record),
                cmocka_unit_test(test_a_range_that_claims_too_much_is_bounded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
