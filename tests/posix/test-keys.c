/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "posix/keys.h"

struct thing {
        char name[8];
        char path[8];
        unsigned number;
        bool flag;
};

static const struct key_row rows[] = {
        KEY_TEXT_ROW(struct thing, name, key_text, "is no name"),
        KEY_TEXT_ROW(struct thing, path, key_path, "is no path"),
        { "number", offsetof(struct thing, number), &key_number, 2, 20, "is not between 2 and 20" },
        { "flag", offsetof(struct thing, flag), &key_flag, 0, 0, "is neither yes nor no" },
};

static const struct thing thing_default = { .name = "nobody", .number = 7 };

static int parse(const char *text, struct thing *thing, char error[KEYS_ERROR_SIZE]) {
        const struct key_table tables[] = { { rows, ARRAY_SIZE(rows), thing } };

        *thing = thing_default;
        return keys_parse(text, tables, ARRAY_SIZE(tables), error);
}

static void test_good_files(void **state) {
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
        };
        char error[KEYS_ERROR_SIZE];
        struct thing thing;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                assert_ok(parse(files[i].text, &thing, error));
                assert_string_equal(thing.name, files[i].thing.name);
                assert_string_equal(thing.path, files[i].thing.path);
                assert_int_equal(thing.number, files[i].thing.number);
                assert_int_equal(thing.flag, files[i].thing.flag);
        }
}

static void test_bad_files(void **state) {
        static const struct {
                const char *text, *error;
        } files[] = {
                { "name\n", "line 1: not 'name = value'" },
                { "flag = no\n\n<xml>\n", "line 3: not 'name = value'" },
                { "[section]\nname = a\n", "section: there are no sections" },
                { "nmae = a\n", "nmae: no such setting" },
                { "name =\n", "name: '' is no name" },
                { "name = 12345678\n", "name: '12345678' is no name" },
                { "path = a/b\n", "path: 'a/b' is no path" },
                { "number = 1\n", "number: '1' is not between 2 and 20" },
                { "number = 21\n", "number: '21' is not between 2 and 20" },
                { "number = 5x\n", "number: '5x' is not between 2 and 20" },
                { "number = -3\n", "number: '-3' is not between 2 and 20" },
                { "number = 99999999999999999999\n",
                  "number: '99999999999999999999' is not between 2 and 20" },
                { "flag = true\n", "flag: 'true' is neither yes nor no" },
                { "flag = yes\nnumber = 0\nname = a\nnope = 1\n", "number: '0' is not between 2 and 20" },
                { "flag = \033[31m\n", "flag: '\\x1b[31m' is neither yes nor no" },
        };
        char error[KEYS_ERROR_SIZE];
        struct thing thing;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                assert_error(parse(files[i].text, &thing, error), ERR_VALUE);
                assert_string_equal(error, files[i].error);
        }
}

/* inih would take the rest of a line for another one, or in the place of the first. */
static void test_lines_that_inih_does_not_give_whole(void **state) {
        char text[400], error[KEYS_ERROR_SIZE];
        struct thing thing;

        (void) state;
        assert_error(parse("name = a\n  b\n", &thing, error), ERR_VALUE);
        assert_string_equal(error, "line 2: begins with a blank");
        assert_string_equal(thing.name, "nobody");
        assert_ok(parse("name = a\n \n\t\r\n  # comment\n", &thing, error));
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

static void test_nothing_is_taken_after_an_error(void **state) {
        char error[KEYS_ERROR_SIZE];
        struct thing thing;

        (void) state;
        assert_error(parse("number = 0\nname = a\n", &thing, error), ERR_VALUE);
        assert_string_equal(thing.name, "nobody");
}

static void test_lines_go_to_the_table_that_knows_them(void **state) {
        struct thing first = thing_default, second = thing_default;
        const struct key_table tables[] = { { rows, 2, &first }, { rows + 2, 2, &second } };
        char error[KEYS_ERROR_SIZE];

        (void) state;
        assert_ok(keys_parse("flag = yes\nname = a\n", tables, ARRAY_SIZE(tables), error));
        assert_string_equal(first.name, "a");
        assert_false(first.flag);
        assert_true(second.flag);
}

static void test_what_is_printed_is_read_again(void **state) {
        struct thing thing = { "a b", "/c", 9, true };
        const struct key_table tables[] = { { rows, ARRAY_SIZE(rows), &thing } };
        char buffer[200], error[KEYS_ERROR_SIZE];
        struct text text = TEXT_ON(buffer);
        struct thing again;

        (void) state;
        keys_print(tables, ARRAY_SIZE(tables), &text);
        assert_string_equal(buffer, "name = a b\npath = /c\nnumber = 9\nflag = yes\n");
        assert_ok(parse(buffer, &again, error));
        assert_string_equal(again.name, thing.name);
        assert_int_equal(again.number, thing.number);
}

static void test_what_has_no_value_has_no_line(void **state) {
        struct thing thing = { 0 };
        const struct key_table tables[] = { { rows, ARRAY_SIZE(rows), &thing } };
        char buffer[200];
        struct text text = TEXT_ON(buffer);

        (void) state;
        keys_print(tables, ARRAY_SIZE(tables), &text);
        assert_string_equal(buffer, "number = 0\nflag = no\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good_files),
                cmocka_unit_test(test_bad_files),
                cmocka_unit_test(test_lines_that_inih_does_not_give_whole),
                cmocka_unit_test(test_nothing_is_taken_after_an_error),
                cmocka_unit_test(test_lines_go_to_the_table_that_knows_them),
                cmocka_unit_test(test_what_is_printed_is_read_again),
                cmocka_unit_test(test_what_has_no_value_has_no_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
