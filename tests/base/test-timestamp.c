/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <time.h>

#include "base/timestamp.h"
#include "tests/support/test.h"

#define LAST 253402300799ULL /* 9999-12-31T23:59:59Z */

static void assert_as_libc(uint64_t seconds) {
        time_t libc_seconds = (time_t) seconds;
        struct civil_time civil;
        uint64_t back;
        struct tm tm;

        assert_non_null(gmtime_r(&libc_seconds, &tm));
        timestamp_to_civil(seconds, &civil);
        assert_int_equal(civil.year, tm.tm_year + 1900);
        assert_int_equal(civil.month, tm.tm_mon + 1);
        assert_int_equal(civil.day, tm.tm_mday);
        assert_int_equal(civil.hour, tm.tm_hour);
        assert_int_equal(civil.minute, tm.tm_min);
        assert_int_equal(civil.second, tm.tm_sec);
        assert_ok(timestamp_from_civil(&civil, &back));
        assert_true(back == seconds);
}

static void test_every_day_as_libc(NO_STATE) {
        for (uint64_t day = 0; day <= LAST / 86400; day++)
                assert_as_libc(day * 86400 + day * 7919 % 86400);
}

static void test_edges_as_libc(NO_STATE) {
        static const uint64_t edges[] = { 0,          1,          86399,      86400,      951782399,
                                          951782400,  951868799,  951868800,  1709210110, 2147483647,
                                          2147483648, 4294967296, 4107542399, 4107542400, LAST };

        for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
                assert_as_libc(edges[i]);
}

static void test_later_is_clamped(NO_STATE) {
        char text[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(LAST + 1, text);
        assert_string_equal(text, "9999-12-31T23:59:59Z");
        timestamp_format_rfc3339(UINT64_MAX, text);
        assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void test_texts(NO_STATE) {
        char text[TIMESTAMP_TEXT_SIZE];

        timestamp_format(1709210110, text);
        assert_string_equal(text, "2024-02-29 12:35:10 UTC");
        timestamp_format_compact(1709210110, text);
        assert_string_equal(text, "20240229T123510Z");
        timestamp_format_rfc3339(0, text);
        assert_string_equal(text, "1970-01-01T00:00:00Z");
}

static void test_texts_are_read(NO_STATE) {
        static const char *const bad[] = { "",
                                           "20240229T123510",
                                           "20240229 123510Z",
                                           "20230229T123510Z",
                                           "2024022T1123510Z",
                                           "0240229T123510Z",
                                           "2024-2-29T12:35:10Z",
                                           "2024-02-29T12:35:10+01:00" };
        struct bytes compact = text_view("x20240229T123510Z-erst"),
                     rfc3339 = text_view("2024-02-29T12:35:10Z");
        uint64_t seconds = 0;
        size_t offset = 1;

        assert_ok(timestamp_parse_compact(compact, &offset, &seconds));
        assert_true(seconds == 1709210110);
        assert_int_equal(offset, 17);
        offset = 0;
        seconds = 0;
        assert_ok(timestamp_parse_rfc3339(rfc3339, &offset, &seconds));
        assert_true(seconds == 1709210110);
        assert_int_equal(offset, 20);
        offset = 0;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                assert_error(timestamp_parse_compact(text_view(bad[i]), &offset, &seconds), ERR_VALUE);
                assert_error(timestamp_parse_rfc3339(text_view(bad[i]), &offset, &seconds), ERR_VALUE);
        }
        assert_error(timestamp_parse_compact(rfc3339, &offset, &seconds), ERR_VALUE);
        assert_int_equal(offset, 0);
}

static void test_dates_that_do_not_exist(NO_STATE) {
        static const struct civil_time bad[] = {
                { 1969, 12, 31, 23, 59, 59 }, { 10000, 1, 1, 0, 0, 0 }, { 2023, 0, 1, 0, 0, 0 },
                { 2023, 13, 1, 0, 0, 0 },     { 2023, 1, 0, 0, 0, 0 },  { 2023, 1, 32, 0, 0, 0 },
                { 2023, 2, 29, 0, 0, 0 },     { 2100, 2, 29, 0, 0, 0 }, { 2023, 4, 31, 0, 0, 0 },
                { 2023, 1, 1, 24, 0, 0 },     { 2023, 1, 1, 0, 60, 0 }, { 2023, 1, 1, 0, 0, 60 },
        };
        const struct civil_time leap = { 2000, 2, 29, 0, 0, 0 };
        uint64_t seconds = 77;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(timestamp_from_civil(&bad[i], &seconds), ERR_VALUE);
        assert_true(seconds == 77);
        assert_ok(timestamp_from_civil(&leap, &seconds));
        assert_true(seconds == 951782400);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_day_as_libc),       cmocka_unit_test(test_edges_as_libc),
                cmocka_unit_test(test_later_is_clamped),        cmocka_unit_test(test_texts),
                cmocka_unit_test(test_dates_that_do_not_exist), cmocka_unit_test(test_texts_are_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
