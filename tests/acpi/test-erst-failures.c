/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* Every access of every operation fails once. */
#include "tests/support/erst-fixture.h"

static struct erst_fixture fixture;

static int do_open(void) {
        struct erst erst;

        return erst_open(&erst, &fixture.table, &fixture.io);
}

static int do_count(void) {
        uint64_t count;

        return erst_count(&fixture.erst, &count);
}

static int do_walk(void) {
        uint64_t ids[8];
        size_t count;

        return erst_walk(&fixture.erst, ids, ARRAY_SIZE(ids), &count);
}

static int do_read(void) {
        return erst_fixture_read_error(&fixture, 102);
}

static int do_write(void) {
        return erst_write(&fixture.erst, erst_fixture_make(104, 600));
}

static int do_clear(void) {
        return erst_clear(&fixture.erst, 102);
}

static int do_dummy_write(void) {
        return erst_dummy_write(&fixture.erst);
}

static const struct {
        const char *name;
        int (*run)(void);
        bool has_end;
        unsigned before_begin; /* accesses */
} operations[] = {
        { "open", do_open, false, 0 },
        { "count", do_count, false, 0 },
        { "walk", do_walk, false, 0 },
        { "read", do_read, true, 0 },
        { "write", do_write, true, 2 },
        { "clear", do_clear, true, 0 },
        { "dummy write", do_dummy_write, true, 0 },
};

/* Returns false when there was no access number n to fail. */
static bool fail_once(enum fake_erst_style style, size_t operation, uint64_t n) {
        bool failed;
        int r;

        erst_fixture_begin(&fixture, style);
        erst_fixture_put_three(&fixture);
        fake_erst_fail_at(&fixture.fake, n);
        r = operations[operation].run();
        failed = fixture.fake.accesses >= n;
        assert_int_equal(r, failed ? ERR_IO : 0);
        if (failed && operations[operation].has_end)
                assert_int_equal(fixture.fake.ends,
                                 n > operations[operation].before_begin && fixture.fake.accesses > n);
        assert_true(erst_fixture_holds(&fixture, 101, 300));
        assert_true(operations[operation].run == do_clear || erst_fixture_holds(&fixture, 102, 400));
        assert_true(erst_fixture_holds(&fixture, 103, 500));
        return failed;
}

/* What comes after a failure works as if nothing had been. */
static void recover(size_t operation) {
        size_t size = 0;

        fake_erst_fail_at(&fixture.fake, 0);
        assert_ok(erst_fixture_read(&fixture, 101, sizeof(fixture.buffer), &size));
        assert_memory_equal(fixture.buffer, erst_fixture_make(101, 300).data, 300);
        if (!erst_fixture_holds(&fixture, 102, 400))
                fake_erst_put(&fixture.fake, erst_fixture_make(102, 400));
        assert_ok(operations[operation].run());
        assert_ok(erst_write(&fixture.erst, erst_fixture_make(105, 700)));
        assert_true(erst_fixture_holds(&fixture, 101, 300) && erst_fixture_holds(&fixture, 103, 500) &&
                    erst_fixture_holds(&fixture, 105, 700));
        assert_int_equal(fixture.fake.wild, 0);
}

static void test_each_access_of_each_operation_fails_cleanly(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(fake_erst_styles); i++)
                for (size_t j = 0; j < ARRAY_SIZE(operations); j++) {
                        uint64_t n = 1;

                        for (; fail_once(fake_erst_styles[i], j, n); n++)
                                recover(j);
                        recover(j);
                        print_message("%s: %u accesses\n", operations[j].name, (unsigned) n - 1);
                        assert_uint_in_range(n, 2, 200);
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_access_of_each_operation_fails_cleanly),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
