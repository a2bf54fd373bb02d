/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux-tool/options.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"

/* The words of one command line, separated by spaces; the parser reorders them. */
struct line {
        char text[256];
        const char *words[32];
        size_t count;
};

static void split(struct line *line, const char *text) {
        char *word;

        snprintf(line->text, sizeof(line->text), "%s", text);
        line->count = 0;
        for (word = strtok(line->text, " "); word; word = strtok(NULL, " "))
                line->words[line->count++] = word;
}

static int parse(struct line *line, const char *text, struct options *options, char *error) {
        split(line, text);
        return options_parse(&cli_pstore_fw, line->words, line->count, options, error);
}

static void assert_parses(struct line *line, const char *text, struct options *options) {
        char error[OPTIONS_ERROR_SIZE];

        if (parse(line, text, options, error) < 0)
                fail_msg("'%s': %s", text, error);
}

static void test_options_before_and_behind_the_verb(NO_STATE) {
        const char *sources[SOURCES_MAX];
        struct options options;
        struct line line;

        assert_parses(&line, "--json list -s pstorefs --source erst-image:x -q", &options);
        assert_string_equal(options.verb->name, "list");
        assert_true(options_have(&options, &option_json));
        assert_true(options_have(&options, &option_quiet));
        assert_false(options_have(&options, &option_all));
        assert_int_equal(options_texts(&options, &option_source, sources), 2);
        assert_string_equal(sources[0], "pstorefs");
        assert_string_equal(sources[1], "erst-image:x");
        assert_int_equal(options.operand_count, 0);
}

static void test_help_as_a_verb(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "help", &options);
        assert_true(options_have(&options, &option_help) && !options.verb);
        assert_parses(&line, "/?", &options);
        assert_true(options_have(&options, &option_help) && !options.verb);
        assert_parses(&line, "help kdump load", &options);
        assert_true(options_have(&options, &option_help));
        assert_string_equal(options.verb->name, "kdump load");
        assert_parses(&line, "write help", &options);
        assert_false(options_have(&options, &option_help));
}

static void test_clear(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "clear --older-than 30d --keep=3 erst:0123456789abcdef -ny -o /x", &options);
        assert_int_equal(options_number(&options, &option_older_than), 30 * 86400);
        assert_int_equal(options_number(&options, &option_keep), 3);
        assert_true(options_have(&options, &option_dry_run));
        assert_true(options_have(&options, &option_yes));
        assert_string_equal(options_text(&options, &option_output), "/x");
        assert_int_equal(options.operand_count, 1);
        assert_string_equal(options.operands[0], "erst:0123456789abcdef");
}

static void test_help_and_version(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "--help", &options);
        assert_null(options.verb);
        assert_true(options_have(&options, &option_help));
        assert_parses(&line, "clear -h", &options);
        assert_string_equal(options.verb->name, "clear");
        assert_parses(&line, "--version", &options);
        assert_true(options_have(&options, &option_version));
}

static void test_operands_behind_two_dashes(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "write -- --all", &options);
        assert_string_equal(options.operands[0], "--all");
        assert_false(options_have(&options, &option_all));
}

static void test_verbs_of_two_words(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "kdump status --json", &options);
        assert_string_equal(options.verb->name, "kdump status");
        assert_string_equal(options.group, "kdump");
        assert_int_equal(options.operand_count, 0);
        assert_parses(&line, "--reserve 80M kdump -n setup --root /mnt --config=c", &options);
        assert_string_equal(options.verb->name, "kdump setup");
        assert_int_equal(options_number(&options, &option_reserve), 80);
        assert_string_equal(options_text(&options, &option_root), "/mnt");
        assert_string_equal(options_text(&options, &option_config), "c");
        assert_true(options_have(&options, &option_dry_run));
        assert_parses(&line, "kdump load --lock --path both -k /k --initramfs i", &options);
        assert_string_equal(options.verb->name, "kdump load");
        assert_int_equal(options_number(&options, &option_path), CRASH_PATH_BOTH);
        assert_string_equal(options_text(&options, &option_kernel), "/k");
        assert_parses(&line, "kdump test -y", &options);
        assert_string_equal(options.verb->name, "kdump test");
        assert_parses(&line, "prove crash --force --yes", &options);
        assert_string_equal(options.verb->name, "prove crash");
        assert_string_equal(options.group, "prove");
}

static void test_beginnings_of_names(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "clear --older 2w --al --keep=1 --keep 2", &options);
        assert_int_equal(options_number(&options, &option_older_than), 2 * 604800);
        assert_int_equal(options_number(&options, &option_keep), 2);
        assert_true(options_have(&options, &option_all));
        assert_parses(&line, "list --delete --source=efi-image:x", &options);
        assert_true(options_have(&options, &option_deleted));
}

static void test_more_options_than_anybody_types(NO_STATE) {
        char error[OPTIONS_ERROR_SIZE];
        const char *words[OPTIONS_GIVEN_MAX + 2] = { "list" };
        struct options options;

        for (size_t i = 1; i < ARRAY_SIZE(words); i++)
                words[i] = "-q";
        assert_ok(options_parse(&cli_pstore_fw, words, ARRAY_SIZE(words) - 1, &options, error));
        assert_error(options_parse(&cli_pstore_fw, words, ARRAY_SIZE(words), &options, error),
                     ERR_INVALID_ARGUMENT);
        test_assert_contains(error, "quiet: one option too many");
}

/* Of a group alone there is only its help. */
static void test_help_of_a_group(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "kdump --help", &options);
        assert_null(options.verb);
        assert_string_equal(options.group, "kdump");
        assert_parses(&line, "kdump load --help", &options);
        assert_string_equal(options.verb->name, "kdump load");
}

/* What is wrong, and the argument that the line has to name. */
static const struct {
        const char *line;
        const char *named;
} wrong_lines[] = {
        { "lst", "lst" },
        { "prove", "prove" },
        { "prove load", "load" },
        { "kdump arm", "arm" },
        { "verify", "verify" },
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
        { "list --config x", "--config: not an option of list" },
        { "clear --d", "--d: unknown or ambiguous" },
        { "clear --=x", "--=x" },
        { "list -q-", "--: unknown" },
        { "kdump setup --reserve 80", "'80'" },
        { "kdump setup --reserve 80G", "'80G'" },
        { "kdump setup --reserve 0M", "'0M'" },
        { "kdump setup --reserve 65537M", "'65537M'" },
        { "kdump setup --root=", "--root" },
        { "kdump load --path none", "'none'" },
        { "prove", "prove" },
        { "harvest", "harvest" },
        { "clear --max-used 50%", "--max-used" },
};

/* What a person gets who types the name alone. */
static void test_no_verb_is_the_overview(NO_STATE) {
        struct options options;
        struct line line;

        assert_parses(&line, "", &options);
        assert_ptr_equal(options.verb, cli_pstore_fw.usual);
        assert_parses(&line, "--source pstorefs", &options);
        assert_ptr_equal(options.verb, cli_pstore_fw.usual);
}

static void test_wrong_lines(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(wrong_lines); i++) {
                char error[OPTIONS_ERROR_SIZE] = "";
                struct options options = { .operand_count = 77 };
                struct line line;

                assert_error(parse(&line, wrong_lines[i].line, &options, error), ERR_INVALID_ARGUMENT);
                if (!strstr(error, wrong_lines[i].named))
                        fail_msg("'%s': '%s' does not name '%s'", wrong_lines[i].line, error,
                                 wrong_lines[i].named);
                assert_null(strchr(error, '\n'));
                assert_int_equal(options.operand_count, 77);
        }
}

static void test_too_many_sources(NO_STATE) {
        char error[OPTIONS_ERROR_SIZE], text[256] = "list";
        const char *sources[SOURCES_MAX];
        struct options options;
        struct line line;

        for (int i = 0; i < SOURCES_MAX; i++)
                strcat(text, " -spstorefs");
        assert_parses(&line, text, &options);
        assert_int_equal(options_texts(&options, &option_source, sources), SOURCES_MAX);
        strcat(text, " -spstorefs");
        assert_error(parse(&line, text, &options, error), ERR_INVALID_ARGUMENT);
}

/* The help as it is printed; the caller frees it. */
static char *help_of(const struct verb *verb, const char *group) {
        const struct options options = { .verb = verb, .group = group };
        struct output output;
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        output_open(&output, stream, false, false);
        assert_ok(options_print_help(&cli_pstore_fw, &options, &output.sink));
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

static void test_help_has_80_columns(NO_STATE) {
        const struct verb *const *verbs = cli_pstore_fw.verbs;

        for (size_t i = 0; verbs[i]; i++) {
                const char *blank = strchr(verbs[i]->name, ' ');
                char group[16] = "";

                assert_help(NULL, verbs[i]->name);
                if (blank) {
                        snprintf(group, sizeof(group), "%.*s", (int) (blank - verbs[i]->name),
                                 verbs[i]->name);
                        assert_help_of(NULL, group, verbs[i]->name);
                }
                assert_help(verbs[i], verbs[i]->summary);
                assert_help(verbs[i], "--json");
                for (size_t k = 0; verbs[i]->options && verbs[i]->options[k]; k++)
                        assert_help(verbs[i], verbs[i]->options[k]->help);
        }
        assert_help(NULL, "erst-image:FILE");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_options_before_and_behind_the_verb),
                cmocka_unit_test(test_help_as_a_verb),
                cmocka_unit_test(test_clear),
                cmocka_unit_test(test_help_and_version),
                cmocka_unit_test(test_operands_behind_two_dashes),
                cmocka_unit_test(test_verbs_of_two_words),
                cmocka_unit_test(test_beginnings_of_names),
                cmocka_unit_test(test_more_options_than_anybody_types),
                cmocka_unit_test(test_help_of_a_group),
                cmocka_unit_test(test_no_verb_is_the_overview),
                cmocka_unit_test(test_wrong_lines),
                cmocka_unit_test(test_too_many_sources),
                cmocka_unit_test(test_help_has_80_columns),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
