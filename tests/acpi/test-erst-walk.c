/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The walk over the identifiers, and the count. */
#include "tests/support/erst-fixture.h"

static struct erst_fixture fixture;

static size_t walk(uint64_t *ids, size_t capacity) {
        size_t count = 12345;

        assert_ok(erst_walk(&fixture.erst, ids, capacity, &count));
        return count;
}

static bool contains(const uint64_t *ids, size_t count, uint64_t id) {
        size_t times = 0;

        for (size_t i = 0; i < count; i++)
                times += ids[i] == id;
        return times == 1;
}

static void assert_walk_finds_three(void) {
        uint64_t ids[FAKE_ERST_SLOTS] = { 0 };

        assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 3);
        assert_true(contains(ids, 3, 101) && contains(ids, 3, 102) && contains(ids, 3, 103));
}

static const uint64_t *scripted_ids;

static int scripted_read(void *context, uint8_t space, uint64_t address, unsigned width,
                         uint64_t *ret_value) {
        (void) context, (void) space, (void) address, (void) width;
        *ret_value = *scripted_ids++;
        return 0;
}

static void test_walk_finds_each_record_once(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                assert_walk_finds_three();
                assert_walk_finds_three();
                assert_int_equal(fixture.fake.begins, fixture.fake.ends);
                assert_int_equal(fixture.fake.wild, 0);
        }
}

static void test_walk_finds_all_of_a_full_store(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                uint64_t ids[FAKE_ERST_SLOTS];

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                for (uint64_t id = 1; id <= FAKE_ERST_SLOTS; id++)
                        fake_erst_put(&fixture.fake, erst_fixture_make(id << 32, 128));
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), FAKE_ERST_SLOTS);
                for (uint64_t id = 1; id <= FAKE_ERST_SLOTS; id++)
                        assert_true(contains(ids, FAKE_ERST_SLOTS, id << 32));
        }
}

static void test_walk_of_an_empty_store_is_no_error(NO_STATE) {
        uint64_t ids[4];

        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 0);
                fixture.fake.lies = FAKE_ERST_EMPTY_HAS_ID_0;
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 0);
                assert_int_equal(walk(ids, 0), 0);
        }
}

/* One access for the count, one for each record and one for the end, and each is written to first. */
static void test_walk_asks_no_more_than_it_must(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        fixture.fake.accesses = 0;
        assert_walk_finds_three();
        assert_int_equal(fixture.fake.accesses, 2 * (1 + 3 + 1));
}

/* A count that is too high costs one more round, and no third. */
static void test_walk_takes_a_second_round_at_most(NO_STATE) {
        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        fixture.fake.count_error = 2;
        fixture.fake.accesses = 0;
        assert_walk_finds_three();
        assert_int_equal(fixture.fake.accesses, 2 * (1 + 2 * (3 + 1)));
}

/* Answers that repeat now and then, in front of a device that can do nothing else. */
static void test_walk_goes_on_while_there_is_news(NO_STATE) {
        static const uint64_t script[] = { 1, 1, 2, 1, 2, 3, 3, 1, 4, 1, 2, 3, 4, 1, 5 };
        uint64_t ids[8];

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        for (uint8_t action = 0; action <= ERST_GET_EXECUTE_OPERATION_TIMINGS; action++)
                if (action != ERST_GET_RECORD_IDENTIFIER)
                        erst_fixture_rename(&fixture, action, 0x42);
        scripted_ids = script;
        fixture.io.read_register = scripted_read;
        assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 4); /* five answers without news are the end */
        for (uint64_t i = 0; i < 4; i++)
                assert_int_equal(ids[i], i + 1);
        assert_ptr_equal(scripted_ids, script + 14);
}

/* An earlier reader may have left the platform anywhere in its list. */
static void test_walk_begins_anywhere(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++)
                for (size_t cursor = 0; cursor <= 3; cursor++)
                        for (int error = -2; error <= 2; error++) {
                                if (error < 0 && cursor > 0)
                                        continue; /* the count says that one pass was enough */
                                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                                erst_fixture_put_three(&fixture);
                                fixture.fake.cursor = cursor;
                                fixture.fake.count_error = error;
                                assert_walk_finds_three();
                        }
}

static void test_walk_needs_no_count(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                uint64_t count = 12345;

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                fixture.fake.cursor = 2;
                erst_fixture_rename(&fixture, ERST_GET_RECORD_COUNT, 0x42);
                assert_walk_finds_three();
                assert_error(erst_count(&fixture.erst, &count), ERR_ACTION_MISSING);
                assert_int_equal(count, 12345);
        }
}

static void test_walk_ends_when_the_first_repeats_for_ever(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                uint64_t ids[4];

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                fixture.fake.lies = FAKE_ERST_FIRST_ID_FOR_EVER;
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 1);
                assert_int_equal(ids[0], 101);
        }
}

static void test_walk_ends_when_news_never_end(NO_STATE) {
        static uint64_t ids[ERST_WALK_MAX + 1];
        size_t count = 0;

        erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
        erst_fixture_put_three(&fixture);
        fixture.fake.lies = FAKE_ERST_NEW_IDS_FOR_EVER;
        fixture.fake.accesses = 0;
        assert_error(erst_walk(&fixture.erst, ids, ARRAY_SIZE(ids), &count), ERR_LOOP);
        assert_int_equal(count, ERST_WALK_MAX);
        assert_uint_in_range(fixture.fake.accesses, 1, 3 * ERST_WALK_MAX);
}

static void test_walk_into_a_small_array_is_told(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                uint64_t ids[3] = { 0, 0, 77 };
                size_t count = 0;

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                assert_error(erst_walk(&fixture.erst, ids, 2, &count), ERR_BUFFER_TOO_SMALL);
                assert_int_equal(count, 2);
                assert_int_equal(ids[2], 77);
                assert_error(erst_walk(&fixture.erst, NULL, 0, &count), ERR_BUFFER_TOO_SMALL);
                assert_int_equal(count, 0);
        }
}

/* The mailbox moves on only behind a read; reads that fail are no end of the walk, and it ends all the same.
 */
static void test_walk_survives_reads_that_fail(NO_STATE) {
        uint64_t ids[4];

        erst_fixture_begin(&fixture, FAKE_ERST_MAILBOX);
        erst_fixture_put_three(&fixture);
        fixture.fake.fixed_status = 3;
        assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 1);
        assert_int_equal(ids[0], 101);
}

static void test_count_is_the_platforms(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++) {
                uint64_t count = 0;

                erst_fixture_begin(&fixture, fake_erst_styles[i]);
                erst_fixture_put_three(&fixture);
                assert_ok(erst_count(&fixture.erst, &count));
                assert_int_equal(count, 3);
                fixture.fake.count_error = 4;
                assert_ok(erst_count(&fixture.erst, &count));
                assert_int_equal(count, 7);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_walk_finds_each_record_once),
                cmocka_unit_test(test_walk_finds_all_of_a_full_store),
                cmocka_unit_test(test_walk_of_an_empty_store_is_no_error),
                cmocka_unit_test(test_walk_asks_no_more_than_it_must),
                cmocka_unit_test(test_walk_takes_a_second_round_at_most),
                cmocka_unit_test(test_walk_goes_on_while_there_is_news),
                cmocka_unit_test(test_walk_begins_anywhere),
                cmocka_unit_test(test_walk_needs_no_count),
                cmocka_unit_test(test_walk_ends_when_the_first_repeats_for_ever),
                cmocka_unit_test(test_walk_ends_when_news_never_end),
                cmocka_unit_test(test_walk_into_a_small_array_is_told),
                cmocka_unit_test(test_walk_survives_reads_that_fail),
                cmocka_unit_test(test_count_is_the_platforms),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
