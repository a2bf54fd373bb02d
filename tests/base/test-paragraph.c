/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "base/paragraph.h"

#define TEN "123456789 "

static char buffer[1024];

/* Begun behind a head of ten columns, with lines below its end. */
static const char *fold(const char *joint, const char *words) {
        static struct text text;
        struct paragraph paragraph = { .text = &text, .column = 10, .indent = 10, .joint = joint };

        text = TEXT_ON(buffer);
        paragraph_put_words(&paragraph, words);
        assert_false(text.truncated);
        return buffer;
}

static void test_what_fits_stays_on_a_line(NO_STATE) {
        assert_string_equal(fold("", ""), "");
        assert_string_equal(fold("", "one two"), "one two");
        /* Eighty columns, and one more. */
        assert_string_equal(fold("", TEN TEN TEN TEN TEN TEN "1234567 90"),
                            TEN TEN TEN TEN TEN TEN "1234567 90");
        assert_string_equal(fold("", TEN TEN TEN TEN TEN TEN "1234567 901"),
                            TEN TEN TEN TEN TEN TEN "1234567\n          901");
}

/* No line is wider than a console, whatever the words, but one that is a single word. */
static void test_every_length(NO_STATE) {
        for (size_t length = 1; length < 100; length++) {
                char words[404];
                size_t column = 10, count = 0;

                for (size_t i = 0; i < sizeof(words) - 1; i++)
                        words[i] = i % (length + 1) == length ? ' ' : 'x';
                words[sizeof(words) - 1] = '\0';
                fold("", words);
                for (const char *c = buffer; *c; c++) {
                        column = *c == '\n' ? 0 : column + 1;
                        count += *c == 'x';
                        assert_true(column <= 80 || (length > 70 && column <= 10 + length));
                }
                for (const char *c = words; *c; c++)
                        count -= *c == 'x';
                assert_int_equal(count, 0);
        }
}

static void test_a_word_is_never_cut(NO_STATE) {
        static const char path[] =
                "/a/path/that/is/longer/than/any/line/of/a/console/may/be/and/that/is/not/cut/"
                "for/that";
        char wanted[256], words[256];

        snprintf(words, sizeof(words), "%s %s end", path, path);
        snprintf(wanted, sizeof(wanted), "%s\n          %s\n          end", path, path);
        assert_string_equal(fold("", words), wanted);
}

/* Pasted into a shell it is what it was. */
static void test_a_command_stays_one(NO_STATE) {
        assert_string_equal(fold(" \\", TEN TEN TEN TEN TEN TEN "12345678"),
                            TEN TEN TEN TEN TEN TEN "12345678");
        assert_string_equal(fold(" \\", TEN TEN TEN TEN TEN TEN "123456789"),
                            TEN TEN TEN TEN TEN "123456789 \\\n          123456789");
        assert_string_equal(fold(" \\", TEN TEN TEN TEN TEN "sh -c 'echo \"a b\" c d' > \"e f\""),
                            TEN TEN TEN TEN TEN "sh -c \\\n          'echo \"a b\" c d' > \"e f\"");
        /* In prose it is an apostrophe. */
        assert_string_equal(fold("", TEN TEN TEN TEN TEN TEN "kernel's last words"),
                            TEN TEN TEN TEN TEN TEN "kernel's\n          last words");
}

static void test_a_word_with_blanks(NO_STATE) {
        char small[160];
        struct text text = TEXT_ON(small);
        struct paragraph paragraph = { .text = &text, .indent = 8, .joint = "" };

        paragraph_put_words(&paragraph, TEN TEN TEN TEN TEN TEN "123456789");
        paragraph_put_word(&paragraph, text_view("(ACPI 6.5, 18.5)"));
        assert_string_equal(small, TEN TEN TEN TEN TEN TEN "123456789\n        (ACPI 6.5, 18.5)");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_fits_stays_on_a_line), cmocka_unit_test(test_every_length),
                cmocka_unit_test(test_a_word_is_never_cut),       cmocka_unit_test(test_a_command_stays_one),
                cmocka_unit_test(test_a_word_with_blanks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
