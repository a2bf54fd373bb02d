/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/duration.h"
#include "tests/support/test.h"

static void test_good(void **state) {
        static const struct {
                const char *text;
                uint64_t seconds;
        } rows[] = { { "0s", 0 },
                     { "90s", 90 },
                     { "15m", 900 },
                     { "36h", 129600 },
                     { "30d", 2592000 },
                     { "2w", 1209600 },
                     { "4294967295w", UINT64_C(4294967295) * 604800 } };
        uint64_t seconds = 0;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_ok(duration_parse(rows[i].text, &seconds));
                assert_int_equal(seconds, rows[i].seconds);
        }
}

static void test_bad(void **state) {
        static const char *const rows[] = { "",    "s",   "5",   "5x",   "5dd", "-5d",
                                            " 5d", "5 d", "5d ", "1.5h", "5D",  "4294967296d" };
        uint64_t seconds = 4711;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                assert_error(duration_parse(rows[i], &seconds), ERR_VALUE);
        assert_int_equal(seconds, 4711);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good),
                cmocka_unit_test(test_bad),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
