/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <locale.h>

#include "linux-tool/output/output.h"

/* What arrives when `input` is written in pieces of `step` bytes; the caller frees it. */
static char *print(struct bytes input, size_t step, bool terminal, bool colour, size_t *ret_size) {
        struct output output;
        char *text = NULL;
        FILE *stream = open_memstream(&text, ret_size);

        output_open(&output, stream, terminal, colour);
        while (input.size > 0) {
                assert_ok(sink_put(&output.sink, bytes_first(input, step)));
                input = bytes_from(input, step);
        }
        assert_ok(output_close(&output));
        fclose(stream);
        return text;
}

static void assert_prints(const char *input, bool terminal, bool colour, const char *wanted) {
        static const size_t steps[] = { 1, 7, 4096 };

        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
                size_t size;
                char *text = print(text_view(input), steps[i], terminal, colour, &size);

                assert_string_equal(text, wanted);
                assert_int_equal(size, strlen(wanted));
                free(text);
        }
}

static void test_files_get_every_byte(NO_STATE) {
        struct test_random random = { 1 };
        uint8_t bytes[4096];
        size_t size;
        char *text;

        test_random_fill(&random, bytes, sizeof(bytes));
        text = print(bytes_of(bytes, sizeof(bytes)), 100, false, true, &size);
        assert_int_equal(size, sizeof(bytes));
        assert_memory_equal(text, bytes, sizeof(bytes));
        free(text);
}

static void test_terminal_shows_control_characters(NO_STATE) {
        assert_prints("a\033[2Jb\rc\x7f\b\ttab\nnext\n", true, false,
                      "a\\x1b[2Jb\\x0dc\\x7f\\x08\ttab\nnext\n");
        assert_prints("no end of line", true, false, "no end of line");
        assert_prints("", true, true, "");
}

static void test_terminal_never_gets_an_escape_of_the_log(NO_STATE) {
        struct test_random random = { 2 };
        uint8_t bytes[65536];
        size_t size;
        char *text;

        test_random_fill(&random, bytes, sizeof(bytes));
        text = print(bytes_of(bytes, sizeof(bytes)), 1000, true, false, &size);
        for (size_t i = 0; i < size; i++)
                if (((uint8_t) text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') || text[i] == 0x7f)
                        fail_msg("byte %zu is 0x%02x", i, (uint8_t) text[i]);
        free(text);
}

/*
 * U+009B is the control character CSI to a terminal that knows UTF-8; U+00E9 is a letter, U+1F512 a lock of
 * four bytes. Where a character is cut between two writes makes no difference.
 */
static void test_utf8(NO_STATE) {
        if (!setlocale(LC_CTYPE, "C.UTF-8"))
                skip();
        assert_prints("caf\xc3\xa9 \xc2\x9b"
                      "2J \xff \xf0\x9f\x94\x92\n",
                      true, false,
                      "caf\xc3\xa9 \\xc2\\x9b"
                      "2J \\xff \xf0\x9f\x94\x92\n");
        setlocale(LC_CTYPE, "C");
        assert_prints("caf\xc3\xa9\n", true, false, "caf\\xc3\\xa9\n");
}

/* Its end never comes: because something else does, or nothing. */
static void test_a_character_without_an_end(NO_STATE) {
        if (!setlocale(LC_CTYPE, "C.UTF-8"))
                skip();
        assert_prints("a\xe2\x82\nb", true, false, "a\\xe2\\x82\nb");
        assert_prints("a\xe2\x82\xc3\xa9", true, false, "a\\xe2\\x82\xc3\xa9");
        assert_prints("a\xf0\x9f\x94", true, false, "a\\xf0\\x9f\\x94");
        assert_prints("a\xe2\x82", false, false, "a\xe2\x82");
        setlocale(LC_CTYPE, "C");
}

static void test_headings(NO_STATE) {
        assert_prints("==> x <==\nOK\n", true, true, "\033[1m==> x <==\033[0m\n\033[1;32mOK\033[0m\n");
        assert_prints("20240229T123510Z-erst-panic1 x\n  part\n", true, true,
                      "\033[1m20240229T123510Z-erst-panic1 x\033[0m\n  part\n");
        assert_prints("CRITICAL", true, true, "\033[1;31mCRITICAL\033[0m");
        assert_prints("not ==> a heading\n\n20240229T\n", true, true, "not ==> a heading\n\n20240229T\n");
        assert_prints("OK\n", true, false, "OK\n");
        assert_prints("OK\n", false, true, "OK\n");
}

static void test_full_disk(NO_STATE) {
        FILE *full = fopen("/dev/full", "w");
        struct output output;

        assert_non_null(full);
        output_open(&output, full, false, false);
        assert_ok(sink_put(&output.sink, text_view("x")));
        assert_error(output_close(&output), ERR_NO_SPACE);
        fclose(full);
}

/* A long one stops at once, and the reason is not forgotten by the end. */
static void test_full_disk_in_between(NO_STATE) {
        static const uint8_t many[1 << 20];
        FILE *full = fopen("/dev/full", "w");
        struct output output;

        assert_non_null(full);
        output_open(&output, full, false, false);
        assert_error(sink_put(&output.sink, bytes_of(many, sizeof(many))), ERR_NO_SPACE);
        assert_error(output_close(&output), ERR_NO_SPACE);
        fclose(full);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_files_get_every_byte),
                cmocka_unit_test(test_terminal_shows_control_characters),
                cmocka_unit_test(test_terminal_never_gets_an_escape_of_the_log),
                cmocka_unit_test(test_utf8),
                cmocka_unit_test(test_a_character_without_an_end),
                cmocka_unit_test(test_headings),
                cmocka_unit_test(test_full_disk),
                cmocka_unit_test(test_full_disk_in_between),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
