/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/guid.h"
#include "tests/support/test.h"

#define CRASH_TEXT "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"

static const struct guid crash =
        GUID_INIT(0xcfc8fc79, 0xbe2e, 0x4ddc, 0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0);

/* As these bytes lie in every EFI variable store. */
static const uint8_t crash_bytes[] = { 0x79, 0xfc, 0xc8, 0xcf, 0x2e, 0xbe, 0xdc, 0x4d,
                                       0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0 };

static void test_bytes_and_text(NO_STATE) {
        char text[GUID_TEXT_SIZE];

        assert_memory_equal(crash.bytes, crash_bytes, GUID_SIZE);
        guid_format(&crash, text);
        assert_string_equal(text, CRASH_TEXT);
}

static void test_parse(NO_STATE) {
        struct guid guid;

        assert_ok(guid_parse(text_view(CRASH_TEXT), &guid));
        assert_true(guid_equal(&guid, &crash));
        assert_ok(guid_parse(text_view("CFC8FC79-BE2E-4DDC-97F0-9F98BFE298A0"), &guid));
        assert_true(guid_equal(&guid, &crash));
}

static void test_parse_refuses(NO_STATE) {
        static const char *const bad[] = {
                "",
                "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a",
                CRASH_TEXT "0",
                "cfc8fc79+be2e-4ddc-97f0-9f98bfe298a0",
                "cfc8fc7-9be2e-4ddc-97f0-9f98bfe298a0",
                "cfc8fc79-be2e-4ddc-97f0-9f98bfe298ag",
                "{fc8fc79-be2e-4ddc-97f0-9f98bfe298a}",
        };
        struct guid guid = crash;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(guid_parse(text_view(bad[i]), &guid), ERR_VALUE);
        assert_true(guid_equal(&guid, &crash));
}

static void test_every_byte_counts(NO_STATE) {
        for (size_t i = 0; i < GUID_SIZE; i++) {
                char text[GUID_TEXT_SIZE];
                struct guid other = crash, parsed;

                other.bytes[i] ^= 0x80;
                assert_false(guid_equal(&crash, &other));
                guid_format(&other, text);
                assert_ok(guid_parse(text_view(text), &parsed));
                assert_true(guid_equal(&parsed, &other));
        }
}

static void test_load(NO_STATE) {
        uint8_t bytes[20] = { 0 };
        struct guid guid;

        memcpy(bytes + 4, crash_bytes, GUID_SIZE);
        assert_error(guid_load(bytes_of(bytes, sizeof(bytes)), 5, &guid), ERR_TRUNCATED);
        assert_ok(guid_load(bytes_of(bytes, sizeof(bytes)), 4, &guid));
        assert_true(guid_equal(&guid, &crash));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_bytes_and_text), cmocka_unit_test(test_parse),
                cmocka_unit_test(test_parse_refuses),  cmocka_unit_test(test_every_byte_counts),
                cmocka_unit_test(test_load),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
