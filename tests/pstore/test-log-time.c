/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "base/text.h"
#include "pstore/log-time.h"

static void test_lines_of_kernels(NO_STATE) {
        static const struct {
                const char *log;
                bool found;
                uint64_t first, last;
        } rows[] = {
                { "<6>[    5.123456] a\n<4>[    6.000001] b\n", true, 5123456, 6000001 },
                { "<6>[    5.123456] a\n<4>[    6.000001] b", true, 5123456, 6000001 },
                { "<6>[    5.123456][    T1] caller\n", true, 5123456, 5123456 },
                { "[    0.000000] no priority\n", true, 0, 0 },
                { "<14>[4294967295.999999] a\n", true, UINT64_C(4294967295999999),
                  UINT64_C(4294967295999999) },
                { "cut\n<6>[   12.000000] a\n<6>[   13.000000] b\ncontinued\n\n", true, 12000000, 13000000 },
                { "<6>[    1.000000] a\n<6>[    2.000000", true, 1000000, 1000000 },
                { "<6>[    1.000000]", true, 1000000, 1000000 },
                { "<6>no times [    1.000000]\n", false, 0, 0 },
                { "<6>[    1.00000] a\n", false, 0, 0 },
                { "<6>[    1.0000000] a\n", false, 0, 0 },
                { "<6>[    1,000000] a\n", false, 0, 0 },
                { "<6>[4294967296.000000] a\n", false, 0, 0 },
                { "<6>[         ] a\n", false, 0, 0 },
                { "<>[    1.000000] a\n", false, 0, 0 },
                { "\n\n\n", false, 0, 0 },
                { "", false, 0, 0 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint64_t first = 0, last = 0;

                assert_int_equal(log_time_first(text_view(rows[i].log), &first), rows[i].found);
                assert_int_equal(log_time_last(text_view(rows[i].log), &last), rows[i].found);
                assert_true(first == rows[i].first && last == rows[i].last);
        }
}

/* A log without times is not read whole. */
static void test_only_the_outermost_lines_are_looked_at(NO_STATE) {
        char log[1024] = "", *end = log;
        uint64_t us;

        for (unsigned lines = 0; lines < 100; lines++)
                end += sprintf(end, lines == 50 ? "[    7.000000] a\n" : "a\n");
        assert_true(log_time_first(text_view(log), &us) && us == 7000000);
        assert_true(log_time_last(text_view(log), &us) && us == 7000000);
        end = log;
        for (unsigned lines = 0; lines < 200; lines++)
                end += sprintf(end, lines == 100 ? "[    7.000000] a\n" : "a\n");
        assert_false(log_time_first(text_view(log), &us));
        assert_false(log_time_last(text_view(log), &us));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines_of_kernels),
                cmocka_unit_test(test_only_the_outermost_lines_are_looked_at),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
