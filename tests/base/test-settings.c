/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "base/settings.h"

struct thing {
        char name[8];
        char path[8];
        unsigned number;
        bool flag;
};

static const struct setting_row rows[] = {
        SETTING_TEXT_ROW(struct thing, name, setting_text, "is no name"),
        SETTING_TEXT_ROW(struct thing, path, setting_path, "is no path"),
        { "number", offsetof(struct thing, number), &setting_number, 2, 20, "is not between 2 and 20" },
        { "flag", offsetof(struct thing, flag), &setting_flag, 0, 0, "is neither yes nor no" },
};

static const struct thing thing_default = { .name = "nobody", .number = 7 };

static int parse(const char *text, struct thing *thing, char error[SETTINGS_ERROR_SIZE]) {
        const struct settings_table tables[] = { { rows, ARRAY_SIZE(rows), thing } };

        *thing = thing_default;
        return settings_parse(text_view(text), tables, ARRAY_SIZE(tables), error);
}

static void test_good_files(NO_STATE) {
        static const struct {
                const char *text;
                struct thing thing;
        } files[] = {
                { "", { "nobody", "", 7, false } },
                { "# a comment\n\n; another\n", { "nobody", "", 7, false } },
                { "name = a\npath=/b\nnumber =20\nflag= yes\n", { "a", "/b", 20, true } },
                { "name: a ; why\nflag = no", { "a", "", 7, false } },
                { "number = 3\r\nnumber = 4\r\n", { "nobody", "", 4, false } },
                { "name = 1234567\npath = /123456\n", { "1234567", "/123456", 7, false } },
                { "\xef\xbb\xbfname = a\n", { "a", "", 7, false } },
                { "name = \"a\"\n", { "\"a\"", "", 7, false } },
                { "name = #a\n", { "#a", "", 7, false } },
                { "name = a;b\t;c\n", { "a;b", "", 7, false } },
                { "name =;a\n", { ";a", "", 7, false } },
                { "name = a = :\n", { "a = :", "", 7, false } },
                { "name = a\rb\r\r\n", { "a\rb", "", 7, false } },
                { "name\t\r=\t a \t\n", { "a", "", 7, false } },
                { "  ; name = a\n\t# name = a\n\r\n   ", { "nobody", "", 7, false } },
        };
        char error[SETTINGS_ERROR_SIZE];
        struct thing thing;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                assert_ok(parse(files[i].text, &thing, error));
                assert_string_equal(thing.name, files[i].thing.name);
                assert_string_equal(thing.path, files[i].thing.path);
                assert_int_equal(thing.number, files[i].thing.number);
                assert_int_equal(thing.flag, files[i].thing.flag);
        }
}

static void test_bad_files(NO_STATE) {
        static const struct {
                const char *text, *error;
        } files[] = {
                { "name\n", "line 1: not 'name = value'" },
                { "flag = no\n\n<xml>\n", "line 3: not 'name = value'" },
                { "[section]\nname = a\n", "line 1: section: there are no sections" },
                { "[]\n", "line 1: : there are no sections" },
                { "name = a\n[behind\n", "line 2: behind: there are no sections" },
                { "= a\n", "line 1: not 'name = value'" },
                { "name ; = a\n", "line 1: not 'name = value'" },
                { "#\n\xef\xbb\xbfname = a\n", "line 2: \\xef\\xbb\\xbfname: no such setting" },
                { "\v\n", "line 1: not 'name = value'" },
                { "name = ;a\n", "line 1: name: '' is no name" },
                { "names = a\n", "line 1: names: no such setting" },
                { "Name = a\n", "line 1: Name: no such setting" },
                { "nmae = a\n", "line 1: nmae: no such setting" },
                { "name =\n", "line 1: name: '' is no name" },
                { "name = 12345678\n", "line 1: name: '12345678' is no name" },
                { "path = a/b\n", "line 1: path: 'a/b' is no path" },
                { "number = 1\n", "line 1: number: '1' is not between 2 and 20" },
                { "number = 21\n", "line 1: number: '21' is not between 2 and 20" },
                { "number = 5x\n", "line 1: number: '5x' is not between 2 and 20" },
                { "number = -3\n", "line 1: number: '-3' is not between 2 and 20" },
                { "number = 99999999999999999999\n",
                  "line 1: number: '99999999999999999999' is not between 2 and 20" },
                { "flag = true\n", "line 1: flag: 'true' is neither yes nor no" },
                { "flag = yes\nnumber = 0\nname = a\nnope = 1\n",
                  "line 2: number: '0' is not between 2 and 20" },
                { "flag = \033[31m\n", "line 1: flag: '\\x1b[31m' is neither yes nor no" },
        };
        char error[SETTINGS_ERROR_SIZE];
        struct thing thing;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                assert_error(parse(files[i].text, &thing, error), ERR_VALUE);
                assert_string_equal(error, files[i].error);
        }
}

static char reported[400];

static void report(void *context, const char *error) {
        assert_ptr_equal(context, &reported);
        assert_true(strlen(reported) + strlen(error) + 2 < sizeof(reported));
        strcat(strcat(reported, error), "\n");
}

static const char *parse_rest(const char *text, size_t size, struct thing *thing) {
        const struct settings_table tables[] = { { rows, ARRAY_SIZE(rows), thing } };

        *thing = thing_default;
        reported[0] = '\0';
        settings_parse_rest(bytes_of(text, size), tables, ARRAY_SIZE(tables), report, &reported);
        return reported;
}

static void test_the_rest_of_a_bad_file(NO_STATE) {
        static const char text[] = "\xef\xbb\xbfname = a\nnumber = 0\n\n<xml>\nnumber = 9\nnope = 1";
        static const char with_nul[] = "name = a\nflag = yes\n\0";
        struct thing thing;

        assert_string_equal(parse_rest(text, strlen(text), &thing),
                            "line 2: number: '0' is not between 2 and 20\n"
                            "line 4: not 'name = value'\n"
                            "line 6: nope: no such setting\n");
        assert_string_equal(thing.name, "a");
        assert_int_equal(thing.number, 9);
        assert_string_equal(parse_rest(text, 11, &thing), "");
        assert_string_equal(parse_rest(with_nul, sizeof(with_nul), &thing),
                            "has a NUL: no file of settings\n");
        assert_string_equal(thing.name, "nobody");
}

static void test_a_line_that_begins_with_a_blank(NO_STATE) {
        static const char *const beginnings[] = { " ", "\t", "\r", "  \t" };
        char error[SETTINGS_ERROR_SIZE];
        struct thing thing;

        for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++) {
                char text[40];

                snprintf(text, sizeof(text), "name = a\n%snumber = 3\n", beginnings[i]);
                assert_error(parse(text, &thing, error), ERR_VALUE);
                assert_string_equal(error, "line 2: begins with a blank");
                assert_string_equal(thing.name, "a");
                assert_int_equal(thing.number, 7);
        }
        assert_error(parse("name = a\n  b\n", &thing, error), ERR_VALUE);
        assert_string_equal(error, "line 2: begins with a blank");
        assert_ok(parse("name = a\n \n\t\r\n  # comment\n", &thing, error));
        assert_string_equal(thing.name, "a");
}

/* Of a comment, too. */
static void test_a_line_has_a_bound(NO_STATE) {
        char text[400], error[SETTINGS_ERROR_SIZE];
        struct thing thing;

        for (size_t size = 150; size < 300; size++) {
                memset(text, 'x', size);
                memcpy(text, "# ", 2);
                strcpy(text + size, "\nname = a\n");
                if (parse(text, &thing, error) == 0)
                        assert_string_equal(thing.name, "a");
                else
                        assert_string_equal(error, "line 1: longer than 190 bytes");
                assert_int_equal(parse(text, &thing, error) == 0, size <= 190);
        }
}

/* Text of many letters, so that the bound of a line is the only one. */
struct long_thing {
        char value[400];
};

static const struct setting_row long_rows[] = {
        SETTING_TEXT_ROW(struct long_thing, value, setting_path, "begins with no slash"),
};

static void test_the_longest_line_is_told_whole(NO_STATE) {
        struct long_thing thing = { 0 };
        const struct settings_table table = { long_rows, ARRAY_SIZE(long_rows), &thing };
        char line[SETTINGS_LINE_MAX + 1], error[SETTINGS_ERROR_SIZE], wanted[400];

        memset(line, 'x', SETTINGS_LINE_MAX);
        line[SETTINGS_LINE_MAX] = '\0';
        memcpy(line, "value=", 6);
        assert_error(settings_parse(text_view(line), &table, 1, error), ERR_VALUE);
        snprintf(wanted, sizeof(wanted), "line 1: value: '%s' begins with no slash", line + 6);
        assert_string_equal(error, wanted);
        memset(line + 6, '\x80', SETTINGS_LINE_MAX - 6);
        assert_error(settings_parse(text_view(line), &table, 1, error), ERR_VALUE);
        assert_int_equal(strlen(error), SETTINGS_ERROR_SIZE - 1);
}

/* What stands behind it would have no effect where somebody takes it for the end. */
static void test_a_nul(NO_STATE) {
        static const struct {
                const char *text;
                size_t size;
        } files[] = {
                { "\0name = a\n", 10 },
                { "name = a\n\0", 10 },
                { "name = a\n# \0\n", 13 },
                { "name = a\0b\n", 11 },
                { "\0", 1 },
        };
        char error[SETTINGS_ERROR_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                struct thing thing = thing_default;
                const struct settings_table table = { rows, ARRAY_SIZE(rows), &thing };

                assert_error(settings_parse(bytes_of(files[i].text, files[i].size), &table, 1, error),
                             ERR_VALUE);
                assert_string_equal(error, "has a NUL: no file of settings");
                assert_string_equal(thing.name, "nobody");
        }
}

static void test_a_view_ends_where_it_ends(NO_STATE) {
        struct thing thing = thing_default;
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &thing };
        char error[SETTINGS_ERROR_SIZE];

        assert_ok(settings_parse(bytes_of(NULL, 0), &table, 1, error));
        assert_ok(settings_parse(bytes_of("name = abc", 8), &table, 1, error));
        assert_string_equal(thing.name, "a");
        assert_ok(settings_parse(bytes_of("name = b\nname = c", 9), &table, 1, error));
        assert_string_equal(thing.name, "b");
}

static void test_nothing_is_taken_after_an_error(NO_STATE) {
        char error[SETTINGS_ERROR_SIZE];
        struct thing thing;

        assert_error(parse("number = 0\nname = a\n", &thing, error), ERR_VALUE);
        assert_string_equal(thing.name, "nobody");
}

static void test_lines_go_to_the_table_that_knows_them(NO_STATE) {
        struct thing first = thing_default, second = thing_default;
        const struct settings_table tables[] = { { rows, 2, &first }, { rows + 2, 2, &second } };
        char error[SETTINGS_ERROR_SIZE];

        assert_ok(settings_parse(text_view("flag = yes\nname = a\n"), tables, ARRAY_SIZE(tables), error));
        assert_string_equal(first.name, "a");
        assert_false(first.flag);
        assert_true(second.flag);
}

static void test_sizes(NO_STATE) {
        static const struct {
                const char *value;
                uint64_t size;
                const char *put;
        } good[] = {
                { "0", 0, "0" },
                { "1000", 1000, "1000" },
                { "1024", 1024, "1K" },
                { "3K", 3072, "3K" },
                { "256M", 256u << 20, "256M" },
                { "2048G", 2048ULL << 30, "2048G" },
                { "17179869183G", 17179869183ULL << 30, "17179869183G" },
                { "18446744073709551615", UINT64_MAX, "18446744073709551615" },
        };
        static const char *const bad[] = { "",    "K",   "1k",  "1KB",  "1T",
                                           "1 K", "1KK", "-1K", "1.5M", "17179869184G" };

        for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
                char buffer[40];
                struct text text = TEXT_ON(buffer);
                uint64_t size = 7;

                assert_ok(setting_size.parse(NULL, &size, good[i].value));
                assert_true(size == good[i].size);
                setting_size.put(NULL, &size, &text);
                assert_string_equal(buffer, good[i].put);
        }
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                uint64_t size = 7;

                if (setting_size.parse(NULL, &size, bad[i]) == 0)
                        fail_msg("taken: %s", bad[i]);
                assert_true(size == 7);
        }
}

static void test_what_is_printed_is_read_again(NO_STATE) {
        struct thing thing = { "a b", "/c", 9, true };
        const struct settings_table tables[] = { { rows, ARRAY_SIZE(rows), &thing } };
        char buffer[200], error[SETTINGS_ERROR_SIZE];
        struct text text = TEXT_ON(buffer);
        struct thing again;

        assert_ok(settings_put(tables, ARRAY_SIZE(tables), &text));
        assert_string_equal(buffer, "name = a b\npath = /c\nnumber = 9\nflag = yes\n");
        assert_ok(parse(buffer, &again, error));
        assert_string_equal(again.name, thing.name);
        assert_int_equal(again.number, thing.number);
}

static void test_what_has_no_value_has_no_line(NO_STATE) {
        struct thing thing = { 0 };
        const struct settings_table tables[] = { { rows, ARRAY_SIZE(rows), &thing } };
        char buffer[200];
        struct text text = TEXT_ON(buffer);

        assert_ok(settings_put(tables, ARRAY_SIZE(tables), &text));
        assert_string_equal(buffer, "number = 0\nflag = no\n");
}

static void test_what_no_line_holds_is_not_put(NO_STATE) {
        static const char *const values[] = {
                " a", "a ", "a\t", "a\r", "a\nb", "\n", ";", ";a", "a ;b", " "
        };
        struct thing thing = { 0 };
        const struct settings_table table = { rows, 1, &thing };

        for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
                char buffer[200];
                struct text text = TEXT_ON(buffer);

                strcpy(thing.name, values[i]);
                if (settings_put(&table, 1, &text) != ERR_VALUE)
                        fail_msg("written: '%s'", values[i]);
                assert_string_equal(buffer, "");
        }
}

static void test_what_is_put_has_the_bound_of_what_is_read(NO_STATE) {
        struct long_thing thing = { 0 }, again = { 0 };
        const struct settings_table table = { long_rows, ARRAY_SIZE(long_rows), &thing };
        const struct settings_table table_again = { long_rows, ARRAY_SIZE(long_rows), &again };
        char buffer[400], error[SETTINGS_ERROR_SIZE];
        struct text text = TEXT_ON(buffer);

        memset(thing.value, '/', SETTINGS_LINE_MAX - strlen("value = "));
        assert_ok(settings_put(&table, 1, &text));
        assert_int_equal(text.length, SETTINGS_LINE_MAX + 1);
        assert_ok(settings_parse(text_bytes(&text), &table_again, 1, error));
        assert_string_equal(again.value, thing.value);

        strcat(thing.value, "/");
        assert_error(settings_put(&table, 1, &text), ERR_VALUE);
}

static void test_a_text_that_is_too_small(NO_STATE) {
        struct thing thing = { "a", "/b", 3, true };
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &thing };
        char buffer[20];
        struct text text = TEXT_ON(buffer);

        assert_error(settings_put(&table, 1, &text), ERR_BUFFER_TOO_SMALL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good_files),
                cmocka_unit_test(test_bad_files),
                cmocka_unit_test(test_the_rest_of_a_bad_file),
                cmocka_unit_test(test_a_line_that_begins_with_a_blank),
                cmocka_unit_test(test_a_line_has_a_bound),
                cmocka_unit_test(test_the_longest_line_is_told_whole),
                cmocka_unit_test(test_a_nul),
                cmocka_unit_test(test_a_view_ends_where_it_ends),
                cmocka_unit_test(test_nothing_is_taken_after_an_error),
                cmocka_unit_test(test_lines_go_to_the_table_that_knows_them),
                cmocka_unit_test(test_sizes),
                cmocka_unit_test(test_what_is_printed_is_read_again),
                cmocka_unit_test(test_what_has_no_value_has_no_line),
                cmocka_unit_test(test_what_no_line_holds_is_not_put),
                cmocka_unit_test(test_what_is_put_has_the_bound_of_what_is_read),
                cmocka_unit_test(test_a_text_that_is_too_small),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
