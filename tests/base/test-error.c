/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <limits.h>

#include "tests/support/test.h"

static const int all[] = {
#define ROW(name, group, text) name,
        ERROR_LIST(ROW)
#undef ROW
};

static void test_names_groups_and_texts(NO_STATE) {
        static const struct {
                const char *name, *text;
                enum error_group group;
        } rows[] = {
#define ROW(name, group, text) { #name, text, ERROR_GROUP_##group },
                ERROR_LIST(ROW)
#undef ROW
        };

        for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
                assert_true(all[i] < 0);
                assert_string_equal(error_name(all[i]), rows[i].name);
                assert_string_equal(error_text(all[i]), rows[i].text);
                assert_int_equal(error_group(all[i]), rows[i].group);
        }
        assert_int_equal(error_group(ERR_STREAM), ERROR_GROUP_INPUT);
        assert_int_equal(error_group(ERR_NO_SPACE), ERROR_GROUP_ENVIRONMENT);
}

static void test_all_differ(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
                for (size_t k = 0; k < i; k++) {
                        assert_int_not_equal(all[i], all[k]);
                        assert_string_not_equal(error_text(all[i]), error_text(all[k]));
                }
}

/* "WHAT: TEXT" reads as one line, so no capital and no full stop. */
static void test_texts_complete_a_sentence(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
                const char *text = error_text(all[i]);

                assert_uint_in_range(text[0], 'a', 'z');
                assert_uint_in_range(text[strlen(text) - 1], 'a', 'z');
                assert_null(strchr(text, '\n'));
        }
}

static void test_numbers_that_are_no_error(NO_STATE) {
        static const int none[] = { 0, 1, INT_MAX, INT_MIN, -(int) ARRAY_SIZE(all) - 1, -1000 };

        for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
                assert_string_equal(error_name(none[i]), "ERR_BUG");
                assert_int_equal(error_group(none[i]), ERROR_GROUP_BUG);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names_groups_and_texts),
                cmocka_unit_test(test_all_differ),
                cmocka_unit_test(test_texts_complete_a_sentence),
                cmocka_unit_test(test_numbers_that_are_no_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
