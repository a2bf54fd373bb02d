/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/work.h"

static struct store_fixture fixture;

static int begin(NO_STATE) {
        store_fixture_begin(&fixture);
        store_fixture_put_panic_and_oops(&fixture);
        store_fixture_load(&fixture);
        return 0;
}

/* Memory that an allocator gives has anything in it. */
static void test_nothing_is_selected_or_done_at_first(NO_STATE) {
        assert_int_equal(fixture.work.count, 3);
        for (size_t i = 0; i < fixture.work.count; i++) {
                assert_false(fixture.work.states[i].selected || fixture.work.states[i].saved ||
                             fixture.work.states[i].is_copy);
                assert_int_equal(fixture.work.states[i].outcome, 0);
        }
}

/* The events' order is not that in which the records were found. */
static void test_each_record_has_its_own_state(NO_STATE) {
        for (size_t i = 0; i < fixture.catalog.record_count; i++)
                work_state(&fixture.work, fixture.catalog.records[i])->outcome = (int) i + 1;
        for (size_t i = 0; i < fixture.catalog.record_count; i++) {
                assert_int_equal(work_state_of(&fixture.work, fixture.catalog.records[i])->outcome, i + 1);
                assert_ptr_equal(work_state_of(&fixture.work, &fixture.catalog.rows[i]->record),
                                 &fixture.work.states[i]);
        }
}

/* What one verb selects is not selected for another that has the same catalog. */
static void test_two_works_on_one_catalog(NO_STATE) {
        struct work other;

        assert_ok(work_init(&other, &fixture.catalog));
        store_fixture_select(&fixture, "erst:65e079fe00000002", NULL);
        assert_int_equal(work_selected_count(&fixture.work), 1);
        assert_true(work_is_selected(&fixture.work,
                                     &store_fixture_row(&fixture, "erst:65e079fe00000002")->record));
        assert_int_equal(work_selected_count(&other), 0);
        work_free(&other);
}

static void test_an_empty_catalog(NO_STATE) {
        struct catalog empty;
        struct work work;

        catalog_init(&empty, &fixture.memory.allocator, codec_builtin, codec_builtin_count, NULL);
        assert_ok(work_init(&work, &empty));
        assert_int_equal(work_selected_count(&work), 0);
        work_free(&work);
        catalog_free(&empty);
}

static void test_without_memory(NO_STATE) {
        struct work work;

        fake_allocator_fail_at(&fixture.memory, 1);
        assert_error(work_init(&work, &fixture.catalog), ERR_NO_MEMORY);
        work_free(&work);
        work_free(&work);
}

#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, begin, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_is_selected_or_done_at_first),
                TEST(test_each_record_has_its_own_state),
                TEST(test_two_works_on_one_catalog),
                TEST(test_an_empty_catalog),
                TEST(test_without_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
