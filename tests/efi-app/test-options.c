/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/options.h"
#include "tests/support/test.h"

#define PARSE(...) parse((const char *[]){ __VA_ARGS__, NULL })

static struct options options;
static struct options_fault fault;

static int parse(const char *const *words) {
        size_t count = 0;

        while (words[count])
                count++;
        memset(&fault, 0, sizeof(fault));
        return options_parse((char *const *) words, count, &options, &fault);
}

static void test_nothing(void **state) {
        const char *none[] = { NULL };

        (void) state;
        assert_ok(parse(none));
        assert_null(options.verb);
        assert_int_equal(options.id_count, 0);
        for (enum option_flag flag = 0; flag < OPTION_END; flag++)
                assert_false(options_has(&options, flag));
}

static void test_a_verb_ids_and_options_in_any_order(void **state) {
        (void) state;
        assert_ok(PARSE("--quiet", "clear", "efi:a", "--older-than", "30d", "erst:1", "--keep=2", "--yes"));
        assert_string_equal(options.verb, "clear");
        assert_int_equal(options.id_count, 2);
        assert_string_equal(options.ids[0], "efi:a");
        assert_string_equal(options.ids[1], "erst:1");
        assert_string_equal(options.values[OPTION_OLDER_THAN], "30d");
        assert_string_equal(options.values[OPTION_KEEP], "2");
        assert_true(options_has(&options, OPTION_QUIET));
        assert_true(options_has(&options, OPTION_YES));
        assert_false(options_has(&options, OPTION_ALL));
}

static void test_every_option_has_a_name_and_is_known_by_it(void **state) {
        (void) state;
        for (enum option_flag flag = 0; flag < OPTION_END; flag++) {
                char name[32];

                assert_non_null(options_name(flag));
                snprintf(name, sizeof(name), "%s", options_name(flag));
                assert_ok(PARSE(name, "value"));
                assert_true(options_has(&options, flag));
                for (enum option_flag other = 0; other < OPTION_END; other++)
                        assert_true(other == flag || !options_has(&options, other));
        }
}

static void assert_fault(const char *argument, const char *reason) {
        assert_string_equal(fault.argument, argument);
        assert_string_equal(fault.reason, reason);
}

static void test_usage_errors_name_the_argument(void **state) {
        (void) state;
        assert_error(PARSE("list", "--frob"), ERR_INVALID_ARGUMENT);
        assert_fault("--frob", "is no option");
        assert_error(PARSE("--allx"), ERR_INVALID_ARGUMENT);
        assert_fault("--allx", "is no option");
        assert_error(PARSE("--all=yes"), ERR_INVALID_ARGUMENT);
        assert_fault("--all=yes", "takes no value");
        assert_error(PARSE("clear", "--keep"), ERR_INVALID_ARGUMENT);
        assert_fault("--keep", "wants a value");
}

static void test_a_failure_leaves_the_options_as_they_were(void **state) {
        (void) state;
        assert_ok(PARSE("list"));
        assert_error(PARSE("show", "--frob"), ERR_INVALID_ARGUMENT);
        assert_string_equal(options.verb, "list");
}

static void test_too_many_ids(void **state) {
        const char *words[OPTIONS_IDS_MAX + 3] = { "show" };

        (void) state;
        for (size_t i = 0; i < OPTIONS_IDS_MAX; i++)
                words[i + 1] = "efi:x";
        assert_ok(parse(words));
        assert_int_equal(options.id_count, OPTIONS_IDS_MAX);
        words[OPTIONS_IDS_MAX + 1] = "efi:last";
        assert_error(parse(words), ERR_INVALID_ARGUMENT);
        assert_fault("efi:last", "is one argument too many");
}

static void test_a_source_may_be_given_several_times(void **state) {
        (void) state;
        assert_ok(PARSE("list", "--source", "erst"));
        assert_true(options_has_source(&options, "erst"));
        assert_false(options_has_source(&options, "efi"));
        assert_ok(PARSE("list", "--source", "erst", "--source=efi"));
        assert_true(options_has_source(&options, "erst"));
        assert_true(options_has_source(&options, "efi"));
        assert_ok(PARSE("list"));
        assert_true(options_has_source(&options, "erst"));
        assert_true(options_has_source(&options, "efi"));
}

static void test_durations(void **state) {
        static const struct {
                const char *text;
                uint64_t seconds;
        } rows[] = {
                { "0s", 0 },
                { "45s", 45 },
                { "90m", 5400 },
                { "12h", 43200 },
                { "30d", 2592000 },
                { "2w", 1209600 },
                { "4294967295w", UINT64_C(4294967295) * 604800 },
        };
        static const char *const bad[] = { "",     "d",   "30",   "30x",  "30d ",
                                           " 30d", "-1d", "1.5h", "30dd", "4294967296d" };
        uint64_t seconds = 4711;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(options_parse_duration(bad[i], &seconds), ERR_VALUE);
        assert_int_equal(seconds, 4711);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_ok(options_parse_duration(rows[i].text, &seconds));
                assert_int_equal(seconds, rows[i].seconds);
        }
}

static void test_numbers(void **state) {
        static const char *const bad[] = { "", "x", "1x", " 1", "-1", "4294967296" };
        uint64_t number = 4711;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(options_parse_number(bad[i], &number), ERR_VALUE);
        assert_int_equal(number, 4711);
        assert_ok(options_parse_number("0", &number));
        assert_int_equal(number, 0);
        assert_ok(options_parse_number("4294967295", &number));
        assert_int_equal(number, 4294967295);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_a_verb_ids_and_options_in_any_order),
                cmocka_unit_test(test_every_option_has_a_name_and_is_known_by_it),
                cmocka_unit_test(test_usage_errors_name_the_argument),
                cmocka_unit_test(test_a_failure_leaves_the_options_as_they_were),
                cmocka_unit_test(test_too_many_ids),
                cmocka_unit_test(test_a_source_may_be_given_several_times),
                cmocka_unit_test(test_durations),
                cmocka_unit_test(test_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
