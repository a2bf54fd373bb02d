/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/ucs2.h"
#include "tests/support/test.h"

static void test_every_unit_comes_back(NO_STATE) {
        for (uint32_t unit = 1; unit <= 0xffff; unit++) {
                uint8_t ucs2[2] = { (uint8_t) unit, (uint8_t) (unit >> 8) };
                uint16_t units[2];
                char utf8[8];
                struct text text = TEXT_ON(utf8);
                size_t length;

                assert_ok(ucs2_to_utf8(bytes_of(ucs2, 2), &text));
                assert_false(text.truncated);
                assert_int_equal(text.length, unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3);
                assert_ok(ucs2_from_utf8(text_bytes(&text), units, ARRAY_SIZE(units), &length));
                assert_int_equal(length, 1);
                assert_int_equal(units[0], unit);
                assert_int_equal(units[1], 0);
        }
}

static void test_what_is_no_such_text(NO_STATE) {
        static const char *const bad[] = { "\x80",      "\xc0\x80",         "\xc1\xbf",     "\xc2",
                                           "\xc2z",     "\xe0\x80\x80",     "\xe0\x9f\xbf", "\xe1\x80",
                                           "\xe1\x80z", "\xf0\x90\x80\x80", "\xff" };
        uint16_t units[8] = { 77 };
        size_t length = 77;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(ucs2_from_utf8(text_view(bad[i]), units, ARRAY_SIZE(units), &length), ERR_VALUE);
        assert_int_equal(length, 77);
}

static void test_bounds(NO_STATE) {
        uint16_t units[4];
        char utf8[4];
        struct text text = TEXT_ON(utf8);
        size_t length = 77;

        assert_error(ucs2_to_utf8(bytes_of("a\0b", 3), &text), ERR_TRUNCATED);
        memset(units, 0x55, sizeof(units));
        assert_error(ucs2_from_utf8(text_view("abc"), units, 3, &length), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(units[3], 0x5555);
        assert_error(ucs2_from_utf8(text_view(""), units, 0, &length), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(length, 77);
        assert_ok(ucs2_from_utf8(text_view("abc"), units, 4, &length));
        assert_int_equal(length, 3);
        assert_int_equal(units[3], 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_unit_comes_back),
                cmocka_unit_test(test_what_is_no_such_text),
                cmocka_unit_test(test_bounds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
