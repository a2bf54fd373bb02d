/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <limits.h>

#include "tests/support/test.h"

/* Formats by ours and by libc, and compares. The compiler checks the arguments of both. */
#define assert_formats_alike(...)                                                                            \
        do {                                                                                                 \
                char ours[200], libc[200];                                                                   \
                struct text text = TEXT_ON(ours);                                                            \
                                                                                                             \
                text_format(&text, __VA_ARGS__);                                                             \
                snprintf(libc, sizeof(libc), __VA_ARGS__);                                                   \
                assert_string_equal(ours, libc);                                                             \
                assert_int_equal(text.length, strlen(libc));                                                 \
                assert_false(text.truncated);                                                                \
        } while (0)

static void test_conversions_as_libc(NO_STATE) {
        assert_formats_alike("plain, 100%%");
        assert_formats_alike("%s|%10s|%-10s|%s", "a", "right", "left", "");
        assert_formats_alike("%.*s|%8.*s|%.*s", 2, "abc", 3, "abcdef", -1, "all of it");
        assert_formats_alike("%c%c%3c|%-3c|", 'o', 'k', 'r', 'l');
        assert_formats_alike("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
        assert_formats_alike("%ld %lld %ld", LONG_MIN, LLONG_MIN, LONG_MAX);
        assert_formats_alike("%u %u %lu %llu", 0u, UINT_MAX, ULONG_MAX, ULLONG_MAX);
        assert_formats_alike("%zu %zx", SIZE_MAX, SIZE_MAX);
        assert_formats_alike("%x %X %08x %016llx %2x", 0xabcdefu, 0xabcdefu, 0xbeefu, 0x123456789abcdefULL,
                             0x12345u);
        assert_formats_alike("%5d|%-5d|%05d|%5d|%05d|%-5d|", 42, 42, 42, -42, -42, -42);
        assert_formats_alike("%hhx %hx %hhu %hu", (unsigned char) 0xff, (unsigned short) 0xffff,
                             (unsigned char) 200, (unsigned short) 60000);
        assert_formats_alike("%hhd %hd", (signed char) -5, (short) -300);
        assert_formats_alike("%20llu|%-20llu|%020llu", ULLONG_MAX, ULLONG_MAX, ULLONG_MAX);
}

/* What the compiler would warn of comes here in variables: h cuts, '-' makes '0' mean nothing. */
static void test_flags_the_compiler_frowns_at(NO_STATE) {
        const char *const formats[] = { "%hhd", "%hd", "%hhu", "%hu", "%-05d|", "%0-5d|" };
        const int values[] = { 0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, -129, -32769 };

        for (size_t i = 0; i < ARRAY_SIZE(formats) * ARRAY_SIZE(values); i++) {
                const char *volatile format = formats[i / ARRAY_SIZE(values)];
                char ours[50], libc[50];
                struct text text = TEXT_ON(ours);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
                text_format(&text, format, values[i % ARRAY_SIZE(values)]);
                snprintf(libc, sizeof(libc), format, values[i % ARRAY_SIZE(values)]);
#pragma GCC diagnostic pop
                assert_string_equal(ours, libc);
        }
}

static void test_unknown_conversions_stand_as_written(NO_STATE) {
        const char *const formats[] = { "50%", "a %q b", "%5j", "%", "%-08k|" };

        for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
                const char *volatile format = formats[i];
                char ours[50];
                struct text text = TEXT_ON(ours);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
                text_format(&text, format);
#pragma GCC diagnostic pop
                assert_string_equal(ours, formats[i]);
        }
}

static void test_nothing_is_written_behind_the_capacity(NO_STATE) {
        for (size_t capacity = 1; capacity <= 12; capacity++) {
                char buffer[16];
                struct text text;

                memset(buffer, '#', sizeof(buffer));
                text_init(&text, buffer, capacity);
                text_format(&text, "%s-%03d", "abcdef", 7);
                assert_int_equal(text.truncated, capacity < 11);
                assert_int_equal(text.length, capacity < 11 ? capacity - 1 : 10);
                assert_int_equal(strlen(buffer), text.length);
                assert_memory_equal(buffer, "abcdef-007", text.length);
                assert_int_equal(buffer[capacity], '#');
        }
}

static void test_escaped(NO_STATE) {
        char buffer[100];
        struct text text = TEXT_ON(buffer);

        text_put_escaped(&text, bytes_of("a\\\n\x1b[1m~\x7f\x80\xff\0z", 13));
        assert_string_equal(buffer, "a\\x5c\\x0a\\x1b[1m~\\x7f\\x80\\xff\\x00z");
}

static void test_decimal(NO_STATE) {
        static const struct {
                const char *text;
                uint64_t maximum;
                int error;
                uint64_t value;
                size_t end;
        } rows[] = {
                { "0", 10, 0, 0, 1 },
                { "10x", 10, 0, 10, 2 },
                { "007", 10, 0, 7, 3 },
                { "11", 10, ERR_VALUE, 0, 0 },
                { "", 10, ERR_VALUE, 0, 0 },
                { "-1", 10, ERR_VALUE, 0, 0 },
                { "x", 10, ERR_VALUE, 0, 0 },
                { "5", 3, ERR_VALUE, 0, 0 },
                { "0", 0, 0, 0, 1 },
                { "1", 0, ERR_VALUE, 0, 0 },
                { "18446744073709551615", UINT64_MAX, 0, UINT64_MAX, 20 },
                { "18446744073709551616", UINT64_MAX, ERR_VALUE, 0, 0 },
                { "99999999999999999999", UINT64_MAX, ERR_VALUE, 0, 0 },
                { "4294967295", UINT32_MAX, 0, UINT32_MAX, 10 },
                { "4294967296", UINT32_MAX, ERR_VALUE, 0, 0 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint64_t value = 77;
                size_t at = 0;
                int r = decimal_parse(text_view(rows[i].text), &at, rows[i].maximum, &value);

                assert_error(r, rows[i].error);
                assert_int_equal(at, rows[i].end);
                assert_true(value == (r < 0 ? 77 : rows[i].value));
        }
}

static void test_hexadecimal(NO_STATE) {
        uint64_t value = 77;
        size_t at = 2;

        assert_ok(hex_parse(text_view("0x65e079FE00000001"), &at, 16, &value));
        assert_int_equal(at, 18);
        assert_true(value == 0x65e079fe00000001);
        at = 1;
        assert_error(hex_parse(text_view("0x12"), &at, 3, &value), ERR_VALUE);
        assert_error(hex_parse(text_view("0012"), &at, 4, &value), ERR_VALUE);
        assert_int_equal(at, 1);
        assert_true(value == 0x65e079fe00000001);
        for (int c = 0; c < 256; c++) {
                const char *digits = "0123456789abcdef0123456789ABCDEF",
                           *found = c ? strchr(digits, c) : NULL;

                assert_int_equal(hex_value((char) c), found ? (found - digits) % 16 : ERR_VALUE);
        }
        assert_int_equal(hex_digit(0), '0');
        assert_int_equal(hex_digit(15), 'f');
}

static void test_strings(NO_STATE) {
        static const char *const list[] = { "a", "b", NULL };

        assert_int_equal(text_length(""), 0);
        assert_int_equal(text_length("abc"), 3);
        assert_true(text_equal("abc", "abc"));
        assert_false(text_equal("abc", "abcd"));
        assert_false(text_equal("", "a"));
        assert_true(text_starts_with("erst-image:x", "erst-image:"));
        assert_true(text_starts_with("x", ""));
        assert_false(text_starts_with("erst", "erst-image:"));
        assert_true(text_ends_with("dmesg.txt.part", ".part"));
        assert_true(text_ends_with(".part", ".part"));
        assert_true(text_ends_with("x", ""));
        assert_false(text_ends_with("part", ".part"));
        assert_false(text_ends_with("dmesg.part.txt", ".part"));
        assert_false(text_ends_with("dmesg.PART", ".part"));
        assert_true(text_is_among("b", list));
        assert_false(text_is_among("c", list));
        assert_false(text_is_among("", list));
        assert_false(text_is_among("a", list + 2));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_conversions_as_libc),
                cmocka_unit_test(test_flags_the_compiler_frowns_at),
                cmocka_unit_test(test_unknown_conversions_stand_as_written),
                cmocka_unit_test(test_nothing_is_written_behind_the_capacity),
                cmocka_unit_test(test_escaped),
                cmocka_unit_test(test_decimal),
                cmocka_unit_test(test_hexadecimal),
                cmocka_unit_test(test_strings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
