/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux-tool/options.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"

static const struct verb *const verbs[] = {
        &verb_check,        &verb_list,
        &verb_show,         &verb_dump,
        &verb_write,        &verb_clear,
        &verb_erst,         &verb_kdump_status,
        &verb_kdump_setup,  &verb_kdump_load,
        &verb_kdump_unload, &verb_kdump_capture,
        &verb_kdump_test,   NULL,
};

/* The words of one command line, separated by spaces; getopt may reorder them. */
struct line {
        char text[256];
        char *words[32];
        int count;
};

static void split(struct line *line, const char *text) {
        char *word;

        snprintf(line->text, sizeof(line->text), "pstore-fw %s", text);
        line->count = 0;
        for (word = strtok(line->text, " "); word; word = strtok(NULL, " "))
                line->words[line->count++] = word;
        line->words[line->count] = NULL;
}

static int parse(struct line *line, const char *text, struct options *options, char *error) {
        split(line, text);
        return options_parse(line->count, line->words, verbs, options, error);
}

static void assert_parses(struct line *line, const char *text, struct options *options) {
        char error[OPTIONS_ERROR_SIZE];

        if (parse(line, text, options, error) < 0)
                fail_msg("'%s': %s", text, error);
}

static void test_options_before_and_behind_the_verb(void **state) {
        struct options options;
        struct line line;

        (void) state;
        assert_parses(&line, "--json list -s pstorefs --source erst-image:x -q", &options);
        assert_ptr_equal(options.verb, &verb_list);
        assert_true(options_have(&options, OPTION_JSON));
        assert_true(options_have(&options, OPTION_QUIET));
        assert_false(options_have(&options, OPTION_ALL));
        assert_int_equal(options.source_count, 2);
        assert_string_equal(options.sources[0], "pstorefs");
        assert_string_equal(options.sources[1], "erst-image:x");
        assert_int_equal(options.operand_count, 0);
}

static void test_clear(void **state) {
        struct options options;
        struct line line;

        (void) state;
        assert_parses(&line, "clear --older-than 30d --keep=3 erst:0123456789abcdef -ny -o /x", &options);
        assert_int_equal(options.older_than_seconds, 30 * 86400);
        assert_int_equal(options.keep, 3);
        assert_true(options_have(&options, OPTION_DRY_RUN));
        assert_true(options_have(&options, OPTION_YES));
        assert_string_equal(options.output, "/x");
        assert_int_equal(options.operand_count, 1);
        assert_string_equal(options.operands[0], "erst:0123456789abcdef");
}

static void test_help_and_version(void **state) {
        struct options options;
        struct line line;

        (void) state;
        assert_parses(&line, "--help", &options);
        assert_null(options.verb);
        assert_true(options_have(&options, OPTION_HELP));
        assert_parses(&line, "clear -h", &options);
        assert_ptr_equal(options.verb, &verb_clear);
        assert_parses(&line, "--version", &options);
        assert_true(options_have(&options, OPTION_VERSION));
}

static void test_operands_behind_two_dashes(void **state) {
        struct options options;
        struct line line;

        (void) state;
        assert_parses(&line, "write -- --all", &options);
        assert_string_equal(options.operands[0], "--all");
        assert_false(options_have(&options, OPTION_ALL));
}

static void test_verbs_of_two_words(void **state) {
        struct options options;
        struct line line;

        (void) state;
        assert_parses(&line, "kdump status --json", &options);
        assert_ptr_equal(options.verb, &verb_kdump_status);
        assert_string_equal(options.group, "kdump");
        assert_int_equal(options.operand_count, 0);
        assert_parses(&line, "--reserve 80M kdump -n setup --root /mnt --config=c", &options);
        assert_ptr_equal(options.verb, &verb_kdump_setup);
        assert_int_equal(options.reserve_mib, 80);
        assert_string_equal(options.root, "/mnt");
        assert_string_equal(options.config, "c");
        assert_true(options_have(&options, OPTION_DRY_RUN));
        assert_parses(&line, "kdump load --lock --path both -k /k --initramfs i", &options);
        assert_ptr_equal(options.verb, &verb_kdump_load);
        assert_int_equal(options.path, CRASH_PATH_BOTH);
        assert_string_equal(options.kernel, "/k");
        assert_string_equal(options.initramfs, "i");
        assert_parses(&line, "kdump test -y", &options);
        assert_ptr_equal(options.verb, &verb_kdump_test);
}

/* Of a group alone there is only its help. */
static void test_help_of_a_group(void **state) {
        struct options options;
        struct line line;

        (void) state;
        assert_parses(&line, "kdump --help", &options);
        assert_null(options.verb);
        assert_string_equal(options.group, "kdump");
        assert_parses(&line, "kdump load --help", &options);
        assert_ptr_equal(options.verb, &verb_kdump_load);
}

/* What is wrong, and the argument that the line has to name. */
static const struct {
        const char *line;
        const char *named;
} wrong_lines[] = {
        { "", "verb is missing" },
        { "--json", "verb is missing" },
        { "lst", "lst" },
        { "list --bogus", "--bogus" },
        { "list -x", "-x" },
        { "list -qx", "-x" },
        { "list --source", "--source" },
        { "list -s", "-s" },
        { "list --source=", "--source" },
        { "list --source nothing", "nothing" },
        { "list --source erst-image", "erst-image" },
        { "list --json=yes", "--json=yes" },
        { "list --all", "--all" },
        { "list --yes", "--yes" },
        { "list Panic", "Panic" },
        { "show 20240229T123510Z", "20240229T123510Z" },
        { "erst a b", "b" },
        { "check a", "a" },
        { "write a b", "b" },
        { "write --type console", "console" },
        { "clear --keep many", "many" },
        { "clear --keep -1", "-1" },
        { "clear --older-than 30", "'30'" },
        { "clear --older-than d", "'d'" },
        { "clear --older-than 99999999999999999999d", "9d'" },
        { "dump --output=", "--output" },
        { "kdump", "kdump: a verb is missing" },
        { "kdump --json", "kdump: a verb is missing" },
        { "kdump lod", "lod" },
        { "kdump list", "list" },
        { "load", "load" },
        { "kdump status kdump", "one argument too many for kdump status" },
        { "kdump status --yes", "--yes: not an option of kdump status" },
        { "kdump load --source efivarfs", "--source: not an option of kdump load" },
        { "list --config x", "--config" },
        { "kdump setup --reserve 80", "'80'" },
        { "kdump setup --reserve 80G", "'80G'" },
        { "kdump setup --reserve 0M", "'0M'" },
        { "kdump setup --reserve 65537M", "'65537M'" },
        { "kdump setup --root=", "--root" },
        { "kdump load --path none", "'none'" },
        { "prove", "prove" },
        { "collect", "collect" },
        { "clear --max-used 50%", "--max-used" },
};

static void test_wrong_lines(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(wrong_lines); i++) {
                char error[OPTIONS_ERROR_SIZE] = "";
                struct options options = { .keep = 77 };
                struct line line;

                assert_error(parse(&line, wrong_lines[i].line, &options, error), ERR_INVALID_ARGUMENT);
                if (!strstr(error, wrong_lines[i].named))
                        fail_msg("'%s': '%s' does not name '%s'", wrong_lines[i].line, error,
                                 wrong_lines[i].named);
                assert_null(strchr(error, '\n'));
                assert_int_equal(options.keep, 77);
        }
}

static void test_too_many_sources(void **state) {
        char error[OPTIONS_ERROR_SIZE], text[256] = "list";
        struct options options;
        struct line line;

        (void) state;
        for (int i = 0; i < SOURCES_MAX; i++)
                strcat(text, " -spstorefs");
        assert_parses(&line, text, &options);
        assert_int_equal(options.source_count, SOURCES_MAX);
        strcat(text, " -spstorefs");
        assert_error(parse(&line, text, &options, error), ERR_INVALID_ARGUMENT);
}

static void test_durations(void **state) {
        static const struct {
                const char *text;
                uint64_t seconds;
        } good[] = { { "0s", 0 },       { "90s", 90 },      { "15m", 900 },
                     { "36h", 129600 }, { "30d", 2592000 }, { "2w", 1209600 } };
        static const char *const bad[] = { "", "s", "5", "5x", "5dd", "-5d", " 5d", "5 d", "5D" };
        uint64_t seconds = 0;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
                assert_ok(duration_parse(good[i].text, &seconds));
                assert_int_equal(seconds, good[i].seconds);
        }
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(duration_parse(bad[i], &seconds), ERR_VALUE);
}

/* The help as it is printed; the caller frees it. */
static char *help_of(const struct verb *verb, const char *group) {
        const struct options options = { .verb = verb, .group = group };
        struct output output;
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        output_open(&output, stream, false, false);
        assert_ok(options_print_help(verbs, &options, &output));
        assert_ok(output_close(&output));
        fclose(stream);
        return text;
}

static void assert_help_of(const struct verb *verb, const char *group, const char *must_have) {
        char *help = help_of(verb, group), *line, *rest = help;

        if (!strstr(help, must_have))
                fail_msg("no '%s' in: %s", must_have, help);
        while ((line = strsep(&rest, "\n")))
                if (strlen(line) > 80)
                        fail_msg("more than 80 columns: %s", line);
        free(help);
}

static void assert_help(const struct verb *verb, const char *must_have) {
        assert_help_of(verb, NULL, must_have);
}

static void test_help_has_80_columns(void **state) {
        (void) state;
        for (size_t i = 0; verbs[i]; i++) {
                assert_help(NULL, verbs[i]->name);
                if (strchr(verbs[i]->name, ' '))
                        assert_help_of(NULL, "kdump", verbs[i]->name);
                assert_help(verbs[i], verbs[i]->summary);
                assert_help(verbs[i], "--json");
        }
        assert_help(&verb_clear, "--older-than=AGE");
        assert_help(NULL, "erst-image:FILE");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_options_before_and_behind_the_verb),
                cmocka_unit_test(test_clear),
                cmocka_unit_test(test_help_and_version),
                cmocka_unit_test(test_operands_behind_two_dashes),
                cmocka_unit_test(test_verbs_of_two_words),
                cmocka_unit_test(test_help_of_a_group),
                cmocka_unit_test(test_wrong_lines),
                cmocka_unit_test(test_too_many_sources),
                cmocka_unit_test(test_durations),
                cmocka_unit_test(test_help_has_80_columns),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
