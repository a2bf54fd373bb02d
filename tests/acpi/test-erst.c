/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/erst-fixture.h"

static struct erst_fixture fixture;

/* --- open --------------------------------------------------------------------------------------- */

static void test_open_learns_the_range(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                assert_int_equal(fixture.erst.range_address, FAKE_ERST_EXCHANGE_ADDRESS);
                assert_int_equal(fixture.erst.range_length, FAKE_ERST_EXCHANGE_SIZE);
                assert_int_equal(fixture.erst.attributes, 0);
                assert_int_equal(fixture.erst.timeout_us, ERST_TIMEOUT_FLOOR_US);
                assert_int_equal(fixture.erst.nominal_us, 0);
                assert_int_equal(erst_record_capacity(&fixture.erst), FAKE_ERST_EXCHANGE_SIZE);
                assert_int_equal(fixture.fake.wild, 0);
                assert_int_equal(fixture.fake.executes, 0);
        }
}

/* 12- and 13-entry tables of 2009 to 2013 lack them. */
static void test_open_needs_the_three_range_actions(NO_STATE) {
        for (uint8_t action = ERST_GET_ERROR_LOG_ADDRESS_RANGE;
             action <= ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES; action++) {
                erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
                erst_fixture_rename(&fixture, action, 0x42);
                fixture.erst.range_length = 77;
                assert_error(erst_open(&fixture.erst, &fixture.table, &fixture.io), ERR_ACTION_MISSING);
                assert_int_equal(fixture.fake.accesses, 0);
                assert_int_equal(fixture.erst.range_length, 77);
        }
}

static void test_timings_are_microseconds(NO_STATE) {
        static const struct {
                uint64_t timings, attributes, timeout_us, nominal_us;
        } cases[] = {
                { (uint64_t) 100 << 32 | 10, 0, ERST_TIMEOUT_FLOOR_US, 10 },
                { (uint64_t) 1000000 << 32 | 20, 0, 1000000, 20 }, /* NVIDIA TH500 */
                { (uint64_t) 100 << 32 | 10, ERST_ATTRIBUTE_SLOW, ERST_TIMEOUT_SLOW_FLOOR_US, 10 },
                { (uint64_t) 7000000 << 32, ERST_ATTRIBUTE_SLOW, 7000000, 0 },
                { UINT64_MAX, 0, ERST_TIMEOUT_CEILING_US, UINT32_MAX },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                erst_fixture_parse(&fixture, FAKE_ERST_MAILBOX);
                fixture.fake.timings = cases[i].timings;
                fixture.fake.attributes = cases[i].attributes;
                erst_fixture_open(&fixture);
                assert_int_equal(fixture.erst.timeout_us, cases[i].timeout_us);
                assert_int_equal(fixture.erst.nominal_us, cases[i].nominal_us);
        }
}

static void test_timings_are_optional(NO_STATE) {
        erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
        erst_fixture_rename(&fixture, ERST_GET_EXECUTE_OPERATION_TIMINGS, 0x42);
        erst_fixture_open(&fixture);
        assert_int_equal(fixture.erst.timeout_us, ERST_TIMEOUT_FLOOR_US);
}

/* Reads of registers that give a fixed value: what a range is refused for. */
static uint64_t fixed_values[16];

static int fixed_read(void *context, uint8_t space, uint64_t address, unsigned width, uint64_t *ret_value) {
        (void) context, (void) space, (void) width;
        *ret_value = fixed_values[address & 15];
        return 0;
}

static int open_fixed(uint64_t address, uint64_t length, uint64_t attributes) {
        const struct acpi_io io = { .read_register = fixed_read };
        struct erst_builder builder;
        struct erst_fault fault;

        erst_builder_init(&builder);
        for (uint8_t action = 0xd; action <= 0xf; action++)
                erst_builder_add(&builder, (struct erst_entry){ action,
                                                                ERST_READ_REGISTER,
                                                                0,
                                                                0,
                                                                { 0, 64, 0, 4, 0x100 + action },
                                                                0,
                                                                UINT64_MAX });
        fixed_values[0xd] = address;
        fixed_values[0xe] = length;
        fixed_values[0xf] = attributes;
        assert_ok(erst_table_parse(erst_builder_finish(&builder), &fixture.table, &fault));
        return erst_open(&fixture.erst, &fixture.table, &io);
}

static void test_open_refuses_an_impossible_range(NO_STATE) {
        assert_ok(open_fixed(0x1000, ERST_CPER_HEADER_SIZE, 0));
        assert_error(open_fixed(0x1000, ERST_CPER_HEADER_SIZE - 1, 0), ERR_VALUE);
        assert_error(open_fixed(0, 0x2000, 0), ERR_VALUE);
        assert_error(open_fixed(UINT64_MAX - 0x1000, 0x2000, 0), ERR_VALUE);
        assert_ok(open_fixed(0x1000, UINT32_MAX, 0));
        assert_int_equal(erst_record_capacity(&fixture.erst), ERST_RECORD_SIZE_MAX);
}

/* --- read, write, clear --------------------------------------------------------------------------- */

static void test_write_stores_the_record_with_its_signature(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                struct bytes stored;

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
                stored = fake_erst_find(&fixture.fake, 7);
                assert_int_equal(stored.size, 1000);
                assert_memory_equal(stored.data, erst_fixture_make_signed(7, 1000).data, 1000);
                assert_int_equal(fake_erst_count(&fixture.fake), 1);
                assert_int_equal(fixture.fake.begins, 1);
                assert_int_equal(fixture.fake.executes, 1);
                assert_int_equal(fixture.fake.ends, 1);
                assert_int_equal(fixture.fake.wild, 0);
        }
}

static void test_write_leaves_the_callers_record_alone(NO_STATE) {
        uint8_t before[1000];
        struct bytes record = erst_fixture_make(7, 1000);

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        memcpy(before, record.data, sizeof(before));
        assert_ok(erst_write(&fixture.erst, record));
        assert_memory_equal(record.data, before, sizeof(before));
}

static void test_write_keeps_the_platforms_six_bytes(NO_STATE) {
        struct bytes record = erst_fixture_make(7, 200);

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        memcpy((uint8_t *) record.data + ERST_CPER_PERSISTENCE, "XXabcdefYY", 10);
        assert_ok(erst_write(&fixture.erst, record));
        assert_memory_equal(fake_erst_find(&fixture.fake, 7).data + ERST_CPER_PERSISTENCE, "ERabcdefYY", 10);
}

static void test_write_replaces_the_same_identifier(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_MAILBOX);
        erst_fixture_put_three(&fixture);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(102, 4096)));
        assert_int_equal(fake_erst_count(&fixture.fake), 3);
        assert_true(erst_fixture_holds(&fixture, 101, 300) && erst_fixture_holds(&fixture, 102, 4096) &&
                    erst_fixture_holds(&fixture, 103, 500));
}

static void test_write_takes_the_whole_range(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, FAKE_ERST_EXCHANGE_SIZE)));
        assert_true(erst_fixture_holds(&fixture, 7, FAKE_ERST_EXCHANGE_SIZE));
        assert_error(erst_write(&fixture.erst, erst_fixture_make(8, FAKE_ERST_EXCHANGE_SIZE + 1)),
                     ERR_TOO_LARGE);
        assert_int_equal(fixture.fake.executes, 1);
}

static void test_write_refuses_what_is_no_record(NO_STATE) {
        uint64_t accesses;

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        accesses = fixture.fake.accesses;
        assert_error(erst_write(&fixture.erst, erst_fixture_make(ERST_ID_UNSPECIFIED, 200)),
                     ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&fixture.erst, erst_fixture_make(ERST_ID_NONE, 200)), ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&fixture.erst, bytes_first(erst_fixture_make(7, 200), 199)),
                     ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&fixture.erst, bytes_first(erst_fixture_make(7, 200), 127)),
                     ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&fixture.erst, bytes_of(NULL, 0)), ERR_INVALID_ARGUMENT);
        assert_int_equal(fixture.fake.accesses, accesses);
}

static void test_full_store_says_so_and_keeps_its_records(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                fixture.fake.slots = 3;
                erst_fixture_put_three(&fixture);
                assert_error(erst_write(&fixture.erst, erst_fixture_make(104, 300)), ERR_NO_SPACE);
                assert_int_equal(fixture.erst.last_status, 1);
                assert_true(erst_fixture_holds(&fixture, 101, 300) &&
                            erst_fixture_holds(&fixture, 102, 400) && erst_fixture_holds(&fixture, 103, 500));
                assert_int_equal(fixture.fake.ends, 1);
                assert_ok(erst_clear(&fixture.erst, 102));
                assert_ok(erst_write(&fixture.erst, erst_fixture_make(104, 300)));
                assert_true(erst_fixture_holds(&fixture, 101, 300) &&
                            erst_fixture_holds(&fixture, 104, 300) && erst_fixture_holds(&fixture, 103, 500));
        }
}

static void test_read_gives_the_record(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                size_t size = 0;

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                assert_ok(erst_fixture_read(&fixture, 102, sizeof(fixture.buffer), &size));
                assert_int_equal(size, 400);
                assert_memory_equal(fixture.buffer, erst_fixture_make(102, 400).data, 400);
                assert_ok(erst_fixture_read(&fixture, 101, 300, &size));
                assert_int_equal(size, 300);
                assert_int_equal(fixture.fake.ends, 2);
                assert_int_equal(fixture.fake.wild, 0);
        }
}

static void test_read_into_a_small_buffer_learns_the_size(NO_STATE) {
        size_t size = 0;

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        assert_error(erst_fixture_read(&fixture, 103, 499, &size), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(size, 500);
        assert_true(bytes_are_all(bytes_of(fixture.buffer, sizeof(fixture.buffer)), 0));
        assert_error(erst_read(&fixture.erst, 103, NULL, 0, &size), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(fixture.fake.ends, 2);
}

static void test_read_of_what_is_not_there(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                assert_error(erst_fixture_read_error(&fixture, 5), ERR_STORE_EMPTY);
                erst_fixture_put_three(&fixture);
                assert_error(erst_fixture_read_error(&fixture, 5), ERR_NOT_FOUND);
                assert_int_equal(fixture.fake.ends, 2);
                assert_error(erst_fixture_read_error(&fixture, ERST_ID_UNSPECIFIED), ERR_INVALID_ARGUMENT);
                assert_error(erst_fixture_read_error(&fixture, ERST_ID_NONE), ERR_INVALID_ARGUMENT);
                assert_int_equal(fixture.fake.begins, 2);
        }
}

static void test_read_trusts_nothing_that_came(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                fixture.fake.lies = FAKE_ERST_READ_GIVES_ANOTHER;
                assert_error(erst_fixture_read_error(&fixture, 102), ERR_MISMATCH);
                fixture.fake.lies = FAKE_ERST_LENGTH_TOO_LONG;
                assert_error(erst_fixture_read_error(&fixture, 102), ERR_LENGTH);
                fixture.fake.lies = FAKE_ERST_LENGTH_TOO_SHORT;
                assert_error(erst_fixture_read_error(&fixture, 102), ERR_LENGTH);
                assert_int_equal(fixture.fake.wild, 0);
                assert_int_equal(fixture.fake.ends, 3);
                fixture.fake.lies = 0;
                assert_ok(erst_fixture_read_error(&fixture, 102));
        }
}

/* Whether a record makes sense is not the transport's to say: what can be saved of it is handed out. */
static void test_torn_record_is_handed_out(NO_STATE) {
        size_t size = 0;

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        fixture.fake.lies = FAKE_ERST_BODY_TORN;
        assert_ok(erst_fixture_read(&fixture, 102, sizeof(fixture.buffer), &size));
        assert_int_equal(size, 400);
        assert_memory_equal(fixture.buffer, erst_fixture_make(102, 400).data, 200);
        assert_true(bytes_are_all(bytes_of(fixture.buffer + 200, 200), 0xff));
}

static void test_clear_removes_one_record(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                assert_error(erst_clear(&fixture.erst, 101), ERR_STORE_EMPTY);
                erst_fixture_put_three(&fixture);
                assert_ok(erst_clear(&fixture.erst, 102));
                assert_int_equal(fake_erst_count(&fixture.fake), 2);
                assert_true(erst_fixture_holds(&fixture, 101, 300) && erst_fixture_holds(&fixture, 103, 500));
                assert_error(erst_clear(&fixture.erst, 102), ERR_NOT_FOUND);
                assert_error(erst_clear(&fixture.erst, ERST_ID_UNSPECIFIED), ERR_INVALID_ARGUMENT);
                assert_error(erst_clear(&fixture.erst, ERST_ID_NONE), ERR_INVALID_ARGUMENT);
                assert_int_equal(fixture.fake.ends, 3);
        }
}

/* Success is what the platform says; the caller who wants to know reads again. */
static void test_lies_about_success_are_seen_by_reading(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        fixture.fake.lies = FAKE_ERST_WRITE_STORES_NOTHING | FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(104, 300)));
        assert_error(erst_fixture_read_error(&fixture, 104), ERR_NOT_FOUND);
        assert_ok(erst_clear(&fixture.erst, 101));
        assert_ok(erst_fixture_read_error(&fixture, 101));
}

static void test_dummy_write_stores_nothing(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                assert_ok(erst_dummy_write(&fixture.erst));
                assert_int_equal(fake_erst_count(&fixture.fake), 3);
                assert_int_equal(fixture.fake.executes, 1);
                assert_int_equal(fixture.fake.ends, 1);
        }
        erst_fixture_rename(&fixture, ERST_BEGIN_DUMMY_WRITE_OPERATION, 0x42);
        assert_error(erst_dummy_write(&fixture.erst), ERR_ACTION_MISSING);
}

/* The offset that an earlier user of the platform left is not ours. */
static void test_offset_is_set_to_the_ranges_begin(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                fixture.fake.offset = fixture.fake.mailbox[1] = 64;
                assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 200)));
                assert_true(erst_fixture_holds(&fixture, 7, 200));
                fixture.fake.offset = fixture.fake.mailbox[1] = 64;
                assert_ok(erst_fixture_read_error(&fixture, 7));
        }
}

static void test_finds_its_table_by_the_rsdp(NO_STATE) {
        uint8_t buffer[2048];
        size_t size;

        erst_fixture_parse(&fixture, FAKE_ERST_MAILBOX);
        assert_ok(
                acpi_find_table(&fixture.io, FAKE_ERST_RSDP_ADDRESS, "ERST", buffer, sizeof(buffer), &size));
        assert_true(bytes_equal(bytes_of(buffer, size), fake_erst_table(&fixture.fake)));
        fake_erst_remove_table(&fixture.fake);
        assert_error(
                acpi_find_table(&fixture.io, FAKE_ERST_RSDP_ADDRESS, "ERST", buffer, sizeof(buffer), &size),
                ERR_NOT_FOUND);
        assert_int_equal(fixture.fake.wild, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_open_learns_the_range),
                cmocka_unit_test(test_open_needs_the_three_range_actions),
                cmocka_unit_test(test_timings_are_microseconds),
                cmocka_unit_test(test_timings_are_optional),
                cmocka_unit_test(test_open_refuses_an_impossible_range),
                cmocka_unit_test(test_write_stores_the_record_with_its_signature),
                cmocka_unit_test(test_write_leaves_the_callers_record_alone),
                cmocka_unit_test(test_write_keeps_the_platforms_six_bytes),
                cmocka_unit_test(test_write_replaces_the_same_identifier),
                cmocka_unit_test(test_write_takes_the_whole_range),
                cmocka_unit_test(test_write_refuses_what_is_no_record),
                cmocka_unit_test(test_full_store_says_so_and_keeps_its_records),
                cmocka_unit_test(test_read_gives_the_record),
                cmocka_unit_test(test_read_into_a_small_buffer_learns_the_size),
                cmocka_unit_test(test_read_of_what_is_not_there),
                cmocka_unit_test(test_read_trusts_nothing_that_came),
                cmocka_unit_test(test_torn_record_is_handed_out),
                cmocka_unit_test(test_clear_removes_one_record),
                cmocka_unit_test(test_lies_about_success_are_seen_by_reading),
                cmocka_unit_test(test_dummy_write_stores_nothing),
                cmocka_unit_test(test_offset_is_set_to_the_ranges_begin),
                cmocka_unit_test(test_finds_its_table_by_the_rsdp),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
