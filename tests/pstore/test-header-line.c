/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/header-line.h"

static void test_each_reason_the_kernel_knows(NO_STATE) {
        static const struct {
                const char *line;
                enum event_reason reason;
                uint32_t count, part;
                const char *name;
        } rows[] = {
                { "Panic#1 Part2\n", REASON_PANIC, 1, 2, "panic" },
                { "Oops#3 Part1\n", REASON_OOPS, 3, 1, "oops" },
                { "Emergency#1 Part10\n", REASON_EMERGENCY, 1, 10, "emergency" },
                { "Shutdown#7 Part1\n", REASON_SHUTDOWN, 7, 1, "shutdown" },
                { "Restart#1 Part1\n", REASON_RESTART, 1, 1, "restart" },
                { "Halt#1 Part1\n", REASON_HALT, 1, 1, "halt" },
                { "Poweroff#1 Part1\n", REASON_POWEROFF, 1, 1, "poweroff" },
                { "Unknown#4294967295 Part4294967295\n", REASON_UNKNOWN, UINT32_MAX, UINT32_MAX, "unknown" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char text[128];
                struct header_line line;

                snprintf(text, sizeof(text), "%s<6>[    0.0] log\n", rows[i].line);
                assert_ok(header_line_parse(text_view(text), &line));
                assert_int_equal(line.reason, rows[i].reason);
                assert_int_equal(line.count, rows[i].count);
                assert_int_equal(line.part, rows[i].part);
                assert_int_equal(line.size, strlen(rows[i].line));
                assert_string_equal(event_reason_name(line.reason), rows[i].name);
        }
        assert_int_equal(ARRAY_SIZE(rows), REASON_END - 1);
}

static void test_what_is_no_header_line(NO_STATE) {
        static const char *const texts[] = {
                "",
                "\n",
                "Panic",
                "Panic#1 Part1", /* cut */
                "Panic#1 Part\n",
                "Panic# Part1\n",
                "Panic#1Part1\n",
                "Panic#1  Part1\n",
                "Panic#1 Part1 \n",
                "Panic#1 Part1\r\n",
                "Panic#1 Part1x",
                "Panic#-1 Part1\n",
                "Panic#1 Part-1\n",
                "Panic#4294967296 Part1\n",
                "Panic#1 Part4294967296\n",
                "Panic#1 Part99999999999999999999999999\n",
                "panic#1 Part1\n",
                " Panic#1 Part1\n",
                "Fire#1 Part1\n",
                "Panic: Total 1 times\n", /* pstore-blk */
        };
        struct header_line line = { .size = 77 };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                if (header_line_parse(text_view(texts[i]), &line) >= 0)
                        fail_msg("\"%s\" is a header line", texts[i]);
        assert_int_equal(line.size, 77);
}

static void test_every_cut_is_refused(NO_STATE) {
        static const char text[] = "Emergency#12 Part345\n";
        struct header_line line;

        for (size_t size = 0; size < sizeof(text) - 1; size++) {
                char *cut = malloc(size + 1);

                memcpy(cut, text, size);
                assert_error(header_line_parse(bytes_of(cut, size), &line), ERR_VALUE);
                free(cut);
        }
        assert_ok(header_line_parse(bytes_of(text, sizeof(text) - 1), &line));
}

/* A decoder shows only the beginning of its output: what is no header line there is none elsewhere. */
static void test_no_line_is_longer_than_the_longest(NO_STATE) {
        struct header_line line = { 0 };
        char text[128] = "Panic#";

        memset(text + 6, '0', 60);
        memcpy(text + 66, "1 Part1\n", 9);
        assert_error(header_line_parse(text_view(text), &line), ERR_VALUE);
        assert_ok(header_line_parse(text_view("Emergency#4294967295 Part4294967295\n"), &line));
        assert_uint_in_range(line.size, 1, HEADER_LINE_MAX);
}

static void test_reasons_outside_the_list_have_a_name_too(NO_STATE) {
        assert_string_equal(event_reason_name(REASON_NONE), "none");
        assert_string_equal(event_reason_name(REASON_END), "none");
        assert_string_equal(event_reason_name((enum event_reason) 1000), "none");
}

static void test_a_line_before_the_header_line(NO_STATE) {
        static const struct {
                const char *text;
                size_t size;
                uint64_t seconds;
        } good[] = {
                { "Panic#1 Part2\nlog", 14, 0 },
                { "Oops: Total 3 times\nPanic#1 Part2\nlog", 34, 0 },
                { "====1709210110.123456-D\nPanic#1 Part2\nlog", 38, 1709210110 },
                { "====5.000001-C\nPanic#1 Part2\n", 29, 5 },
        };
        static const char *const bad[] = {
                "====5.000001-E\nPanic#1 Part2\n",
                "====5-D\nPanic#1 Part2\n",
                "====5.1-D\n",
                "Panic: Total 3 times\n",
                "Panic: Total times\nPanic#1 Part2\n",
                "x\nPanic#1 Part2\n",
                "====5.1-D\n====5.1-D\nPanic#1 Part2\n",
        };
        struct header_line line = { .count = 77 };
        uint64_t seconds = 77;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(header_line_find(text_view(bad[i]), &line, &seconds), ERR_VALUE);
        assert_int_equal(line.count, 77);
        assert_int_equal(seconds, 77);
        for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
                assert_ok(header_line_find(text_view(good[i].text), &line, &seconds));
                assert_int_equal(line.size, good[i].size);
                assert_int_equal(line.part, 2);
                assert_int_equal(seconds, good[i].seconds);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_reason_the_kernel_knows),
                cmocka_unit_test(test_what_is_no_header_line),
                cmocka_unit_test(test_every_cut_is_refused),
                cmocka_unit_test(test_no_line_is_longer_than_the_longest),
                cmocka_unit_test(test_reasons_outside_the_list_have_a_name_too),
                cmocka_unit_test(test_a_line_before_the_header_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
