/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The status of an operation, the time that it takes, and the actions that a table need not have. */
#include "tests/support/erst-fixture.h"

static struct erst_fixture fixture;

static void test_each_status_is_one_error(NO_STATE) {
        static const struct {
                uint64_t status;
                int error;
        } cases[] = {
                { 1, ERR_NO_SPACE },  { 2, ERR_HARDWARE }, { 3, ERR_FAILED },    { 4, ERR_STORE_EMPTY },
                { 5, ERR_NOT_FOUND }, { 6, ERR_STATUS },   { 0xff, ERR_STATUS },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                for (size_t j = 0; j < ARRAY_SIZE(fake_erst_styles); j++) {
                        erst_fixture_begin(&fixture, fake_erst_styles[j]);
                        erst_fixture_put_three(&fixture);
                        fixture.fake.fixed_status = cases[i].status;
                        assert_error(erst_fixture_read_error(&fixture, 101), cases[i].error);
                        assert_error(erst_write(&fixture.erst, erst_fixture_make(7, 200)), cases[i].error);
                        assert_error(erst_clear(&fixture.erst, 101), cases[i].error);
                        assert_int_equal(fixture.erst.last_status, cases[i].status);
                        assert_int_equal(fixture.erst.status_shift, 0);
                        assert_int_equal(fixture.fake.ends, 3);
                }
}

/* HiSilicon D06: the neighbour field is read into bits 63:32. */
static void test_upper_half_of_the_status_is_ignored(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        fixture.fake.fixed_status = 0xabcd00000005;
        assert_error(erst_fixture_read_error(&fixture, 101), ERR_NOT_FOUND);
        assert_int_equal(fixture.erst.last_status, 0xabcd00000005);
}

/* Intel S5520UR: bit offset 0 and mask 0x1fe where NVIDIA has bit offset 1 and mask 0xff. */
static void test_doubled_status_is_halved(NO_STATE) {
        struct erst_fault fault;
        size_t index;

        erst_fixture_parse(&fixture, FAKE_ERST_MAILBOX);
        fixture.fake.slots = 3;
        erst_fixture_put_three(&fixture);
        assert_ok(erst_table_find(&fixture.table, ERST_GET_COMMAND_STATUS, 0, &index));
        fixture.fake.builder.raw[ERST_HEADER_SIZE + index * ERST_ENTRY_SIZE + 6] = 0;
        store_u64(fixture.fake.builder.raw + ERST_HEADER_SIZE + index * ERST_ENTRY_SIZE + 24, 0x1fe);
        assert_ok(erst_table_parse(fake_erst_table(&fixture.fake), &fixture.table, &fault));
        erst_fixture_open(&fixture);
        assert_error(erst_write(&fixture.erst, erst_fixture_make(104, 300)), ERR_NO_SPACE);
        assert_int_equal(fixture.erst.last_status, 2);
        assert_int_equal(fixture.erst.status_shift, 1);
        assert_ok(erst_clear(&fixture.erst, 101));
}

static void test_slow_platform_is_waited_for(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                fixture.fake.busy_us = 230000; /* NOR flash, 32 KiB */
                assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
                assert_true(erst_fixture_holds(&fixture, 7, 1000));
                assert_uint_in_range(fixture.fake.stalled_us, 230000, 232000);
                assert_ok(erst_fixture_read_error(&fixture, 7));
                assert_ok(erst_clear(&fixture.erst, 7));
        }
}

static void test_quick_platform_is_not_waited_for(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
        assert_int_equal(fixture.fake.stalled_us, 0);
        fixture.fake.busy_us = 50;
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
        assert_uint_in_range(fixture.fake.stalled_us, 50, 100);
}

static void test_longer_time_is_granted_when_asked_for(NO_STATE) {
        erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
        fixture.fake.busy_us = 900000;
        erst_fixture_open(&fixture);
        assert_error(erst_write(&fixture.erst, erst_fixture_make(7, 1000)), ERR_TIMEOUT);
        fixture.fake.timings = (uint64_t) 1000000 << 32;
        erst_fixture_open(&fixture);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
        fixture.fake.timings = 0;
        fixture.fake.attributes = ERST_ATTRIBUTE_SLOW;
        erst_fixture_open(&fixture);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
}

/* A slow platform that names a nominal time is not asked a thousand times meanwhile. */
static void test_slow_attribute_means_fewer_looks(NO_STATE) {
        uint64_t accesses;

        erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
        fixture.fake.busy_us = 400000;
        fixture.fake.timings = (uint64_t) 1000000 << 32 | 20000;
        erst_fixture_open(&fixture);
        fixture.fake.accesses = 0;
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
        accesses = fixture.fake.accesses;
        fixture.fake.attributes = ERST_ATTRIBUTE_SLOW;
        erst_fixture_open(&fixture);
        fixture.fake.accesses = 0;
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
        assert_uint_in_range(fixture.fake.accesses, 1, accesses / 5);
}

static void test_busy_for_ever_ends_and_END_is_run(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++)
                for (unsigned slow = 0; slow < 2; slow++) {
                        uint64_t before;

                        erst_fixture_parse(&fixture, fake_erst_styles[i]);
                        fixture.fake.attributes = slow ? ERST_ATTRIBUTE_SLOW : 0;
                        erst_fixture_open(&fixture);
                        erst_fixture_put_three(&fixture);
                        fixture.fake.busy_us = FAKE_ERST_BUSY_FOR_EVER;
                        before = fixture.fake.stalled_us;
                        assert_error(erst_write(&fixture.erst, erst_fixture_make(7, 1000)), ERR_TIMEOUT);
                        assert_uint_in_range(fixture.fake.stalled_us - before, fixture.erst.timeout_us,
                                             fixture.erst.timeout_us + 50000);
                        assert_error(erst_fixture_read_error(&fixture, 101), ERR_TIMEOUT);
                        assert_error(erst_clear(&fixture.erst, 101), ERR_TIMEOUT);
                        assert_int_equal(fixture.fake.ends, 3);
                        fixture.fake.busy_us = 0;
                        assert_true(erst_fixture_holds(&fixture, 101, 300) &&
                                    erst_fixture_holds(&fixture, 102, 400) &&
                                    erst_fixture_holds(&fixture, 103, 500));
                        assert_ok(erst_fixture_read_error(&fixture, 101));
                        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
                }
}

/* Steps of 10, 20 … 640 us, and then of 640: the time that is up is up. */
static void test_no_look_after_the_time(NO_STATE) {
        erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
        fixture.fake.timings = (uint64_t) (1270 + 1000 * 640) << 32;
        erst_fixture_open(&fixture);
        assert_int_equal(fixture.erst.timeout_us, 1270 + 1000 * 640);
        fixture.fake.busy_us = FAKE_ERST_BUSY_FOR_EVER;
        assert_error(erst_write(&fixture.erst, erst_fixture_make(7, 1000)), ERR_TIMEOUT);
        assert_int_equal(fixture.fake.stalled_us, fixture.erst.timeout_us);
}

/* 10 times a power of two: the nominal time itself is the longest step. */
static void test_the_longest_step_is_the_nominal_time(NO_STATE) {
        erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
        fixture.fake.attributes = ERST_ATTRIBUTE_SLOW;
        fixture.fake.timings = (uint64_t) 1000000 << 32 | 5120;
        fixture.fake.busy_us = 10230 + 1; /* 10 + 20 + … + 5120 */
        erst_fixture_open(&fixture);
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 1000)));
        assert_int_equal(fixture.fake.stalled_us, 10230 + 5120);
}

static void test_longest_timeout_is_reached_by_time_and_not_by_looks(NO_STATE) {
        erst_fixture_parse(&fixture, FAKE_ERST_QEMU);
        fixture.fake.timings = UINT64_MAX - 0xffffffff;
        erst_fixture_open(&fixture);
        fixture.fake.busy_us = FAKE_ERST_BUSY_FOR_EVER;
        assert_error(erst_dummy_write(&fixture.erst), ERR_TIMEOUT);
        assert_uint_in_range(fixture.fake.stalled_us, ERST_TIMEOUT_CEILING_US,
                             ERST_TIMEOUT_CEILING_US + 1000);
}

static void test_begin_and_end_are_optional(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        erst_fixture_rename(&fixture, ERST_END_OPERATION, 0x42);
        assert_ok(erst_fixture_read_error(&fixture, 101));
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 200)));
        assert_ok(erst_clear(&fixture.erst, 101));
        assert_int_equal(fixture.fake.ends, 0);
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        erst_fixture_rename(&fixture, ERST_BEGIN_READ_OPERATION, 0x42);
        assert_error(erst_fixture_read_error(&fixture, 102),
                     ERR_FAILED); /* the device's own: it was not told what to do */
}

/* An action that answers nothing answers 0: the identifier set before it does not mean busy. */
static void test_empty_busy_action_is_not_busy(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_MAILBOX);
        erst_fixture_put_three(&fixture);
        erst_fixture_rename(&fixture, ERST_CHECK_BUSY_STATUS, 0x42);
        erst_fixture_rename(&fixture, ERST_ACTION_RESERVED, ERST_CHECK_BUSY_STATUS); /* a NOOP */
        assert_ok(erst_fixture_read_error(&fixture, 101));
}

static void test_needed_actions_are_missed_before_anything_is_run(NO_STATE) {
        static const struct {
                uint8_t action;
                bool for_write, for_read, for_clear;
        } cases[] = {
                { ERST_SET_RECORD_OFFSET, true, true, false },
                { ERST_EXECUTE_OPERATION, true, true, true },
                { ERST_CHECK_BUSY_STATUS, true, true, true },
                { ERST_GET_COMMAND_STATUS, true, true, true },
                { ERST_SET_RECORD_IDENTIFIER, false, true, true },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
                erst_fixture_put_three(&fixture);
                erst_fixture_rename(&fixture, cases[i].action, 0x42);
                fixture.fake.accesses = 0;
                if (cases[i].for_write)
                        assert_error(erst_write(&fixture.erst, erst_fixture_make(7, 200)),
                                     ERR_ACTION_MISSING);
                if (cases[i].for_read)
                        assert_error(erst_fixture_read_error(&fixture, 101), ERR_ACTION_MISSING);
                if (cases[i].for_clear)
                        assert_error(erst_clear(&fixture.erst, 101), ERR_ACTION_MISSING);
                assert_int_equal(fixture.fake.accesses, 0);
                if (!cases[i].for_write)
                        assert_ok(erst_write(&fixture.erst, erst_fixture_make(7, 200)));
                if (!cases[i].for_clear)
                        assert_ok(erst_clear(&fixture.erst, 101));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_status_is_one_error),
                cmocka_unit_test(test_upper_half_of_the_status_is_ignored),
                cmocka_unit_test(test_doubled_status_is_halved),
                cmocka_unit_test(test_slow_platform_is_waited_for),
                cmocka_unit_test(test_quick_platform_is_not_waited_for),
                cmocka_unit_test(test_longer_time_is_granted_when_asked_for),
                cmocka_unit_test(test_slow_attribute_means_fewer_looks),
                cmocka_unit_test(test_busy_for_ever_ends_and_END_is_run),
                cmocka_unit_test(test_no_look_after_the_time),
                cmocka_unit_test(test_the_longest_step_is_the_nominal_time),
                cmocka_unit_test(test_longest_timeout_is_reached_by_time_and_not_by_looks),
                cmocka_unit_test(test_begin_and_end_are_optional),
                cmocka_unit_test(test_empty_busy_action_is_not_busy),
                cmocka_unit_test(test_needed_actions_are_missed_before_anything_is_run),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
