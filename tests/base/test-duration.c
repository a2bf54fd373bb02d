/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "base/duration.h"
#include "base/text.h"

static void test_a_number_and_a_unit(NO_STATE) {
        static const struct {
                const char *text;
                uint64_t seconds;
        } rows[] = {
                { "0s", 0 },
                { "45s", 45 },
                { "90s", 90 },
                { "15m", 900 },
                { "90m", 5400 },
                { "12h", 43200 },
                { "36h", 129600 },
                { "030d", 2592000 },
                { "30d", 2592000 },
                { "2w", 1209600 },
                { "4294967295w", UINT64_C(4294967295) * 604800 },
                { "18446744073709551615s", UINT64_MAX },
                { "30500568904943w", UINT64_C(30500568904943) * 604800 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint64_t seconds = 4711;

                assert_ok(duration_parse(text_view(rows[i].text), &seconds));
                assert_int_equal(seconds, rows[i].seconds);
        }
}

static void test_anything_else(NO_STATE) {
        static const char *const bad[] = { "",    "s",   "d",   "5",   "30", "5x",   "5dd",   "-5d",
                                           "+5d", " 5d", "5d ", "5 d", "5D", "1.5h", "1h30m", "5\xc3\xa4" };
        uint64_t seconds = 4711;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                if (duration_parse(text_view(bad[i]), &seconds) != ERR_VALUE)
                        fail_msg("taken: '%s'", bad[i]);
        assert_int_equal(seconds, 4711);
}

/* The number alone, and the product. */
static void test_more_than_64_bits_hold(NO_STATE) {
        static const char *const bad[] = { "18446744073709551616s", "18446744073709551615m",
                                           "30500568904944w" };
        uint64_t seconds = 4711;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(duration_parse(text_view(bad[i]), &seconds), ERR_VALUE);
        assert_int_equal(seconds, 4711);
}

/* A view has no NUL behind it. */
static void test_a_view_ends_where_it_ends(NO_STATE) {
        uint64_t seconds = 4711;

        assert_ok(duration_parse(bytes_of("30dd", 3), &seconds));
        assert_int_equal(seconds, 2592000);
        assert_error(duration_parse(bytes_of("30d", 2), &seconds), ERR_VALUE);
        assert_error(duration_parse(bytes_of(NULL, 0), &seconds), ERR_VALUE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_number_and_a_unit),
                cmocka_unit_test(test_anything_else),
                cmocka_unit_test(test_more_than_64_bits_hold),
                cmocka_unit_test(test_a_view_ends_where_it_ends),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
