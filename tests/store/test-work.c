/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/work.h"

static struct store_fixture f;

static int begin(void **state) {
        (void) state;
        store_fixture_begin(&f);
        store_fixture_put_panic_and_oops(&f);
        store_fixture_load(&f);
        return 0;
}

/* Memory that an allocator gives has anything in it. */
static void test_nothing_is_selected_or_done_at_first(void **state) {
        (void) state;
        assert_int_equal(f.work.count, 3);
        for (size_t i = 0; i < f.work.count; i++) {
                assert_false(f.work.states[i].selected || f.work.states[i].saved || f.work.states[i].is_copy);
                assert_int_equal(f.work.states[i].outcome, 0);
        }
}

/* The events' order is not that in which the records were found. */
static void test_each_record_has_its_own_state(void **state) {
        (void) state;
        for (size_t i = 0; i < f.catalog.record_count; i++)
                work_state(&f.work, f.catalog.records[i])->outcome = (int) i + 1;
        for (size_t i = 0; i < f.catalog.record_count; i++) {
                assert_int_equal(work_state_of(&f.work, f.catalog.records[i])->outcome, i + 1);
                assert_ptr_equal(work_state_of(&f.work, &f.catalog.rows[i]->record), &f.work.states[i]);
        }
}

/* What one verb selects is not selected for another that has the same catalog. */
static void test_two_works_on_one_catalog(void **state) {
        struct work other;

        (void) state;
        assert_ok(work_init(&other, &f.catalog));
        store_fixture_select(&f, "erst:65e079fe00000002", NULL);
        assert_int_equal(work_selected_count(&f.work), 1);
        assert_true(work_is_selected(&f.work, &store_fixture_row(&f, "erst:65e079fe00000002")->record));
        assert_int_equal(work_selected_count(&other), 0);
        work_free(&other);
}

static void test_an_empty_catalog(void **state) {
        struct catalog empty;
        struct work work;

        (void) state;
        catalog_init(&empty, &f.memory.allocator, codec_builtin, codec_builtin_count, NULL);
        assert_ok(work_init(&work, &empty));
        assert_int_equal(work_selected_count(&work), 0);
        work_free(&work);
        catalog_free(&empty);
}

static void test_without_memory(void **state) {
        struct work work;

        (void) state;
        fake_allocator_fail_at(&f.memory, 1);
        assert_error(work_init(&work, &f.catalog), ERR_NO_MEMORY);
        work_free(&work);
        work_free(&work);
}

#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, begin, store_fixture_teardown, &f)

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
