/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* `collect` as it is called: what it does is tests/store/test-collect.c's matter, and test-cut-short.c's. */
#include "tests/support/program-fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/options.h"
#include "linux-tool/tell/metrics.h"

struct collect_fixture {
        struct program_fixture *program;
        char config[4200], metrics[4200];
};

static int begin(void **state) {
        struct collect_fixture *fixture = calloc(1, sizeof(*fixture));
        const char *directory;

        assert_int_equal(program_fixture_setup((void **) &fixture->program), 0);
        directory = fixture->program->directory;
        snprintf(fixture->config, sizeof(fixture->config), "%s/conf", directory);
        snprintf(fixture->metrics, sizeof(fixture->metrics), "%s/metrics", directory);
        assert_int_equal(mkdir(fixture->metrics, 0700), 0);
        *state = fixture;
        return 0;
}

static int end(void **state) {
        struct collect_fixture *fixture = *state;

        assert_int_equal(program_fixture_teardown((void **) &fixture->program), 0);
        free(fixture);
        return 0;
}

static void configure(const struct collect_fixture *fixture, const char *lines) {
        scratch_write(fixture->config, text_view(lines));
}

static void collect(const struct collect_fixture *fixture, struct program *program, const char *more) {
        program_run(program, NULL, "collect", "--volatile-copy", "--source", fixture->program->variables,
                    "--output", fixture->program->output, "--config", fixture->config, more, NULL);
}

/* Of sources that were named nobody knows whose they are. */
static void test_what_was_named_is_not_told(void **state) {
        struct collect_fixture *fixture = *state;
        char settings[4400];
        struct program program;

        snprintf(settings, sizeof(settings), "journal = yes\nmetrics = yes\nmetrics_directory = %s\n",
                 fixture->metrics);
        configure(fixture, settings);
        collect(fixture, &program, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.messages, "14 records safe in ");
        test_assert_contains(program.messages, "14 cleared");
        assert_int_equal(test_count_lines(program.messages), 1);
        program_free(&program);
        assert_int_equal(access(scratch_path(fixture->program->output, TALLY_FILE), F_OK), -1);
        assert_int_equal(scratch_count_files(fixture->metrics), 0);
}

static void test_a_wrong_line(void **state) {
        struct collect_fixture *fixture = *state;
        size_t before = program_fixture_count_variables(fixture->program);
        char wanted[4400];
        struct program program;

        configure(fixture, "# what stays\nkeep_events = 3\nkeep_bytes = some\n");
        collect(fixture, &program, NULL);
        program_assert_status(&program, EXIT_FAILED);
        snprintf(wanted, sizeof(wanted), "%s: line 3: keep_bytes: ", fixture->config);
        test_assert_contains(program.messages, wanted);
        assert_int_equal(test_count_lines(program.messages), 1);
        assert_string_equal(program.output, "");
        program_free(&program);
        assert_int_equal(access(fixture->program->output, F_OK), -1);
        assert_int_equal(program_fixture_count_variables(fixture->program), before);
}

static void test_a_full_disk(void **state) {
        struct collect_fixture *fixture = *state;
        size_t before = program_fixture_count_variables(fixture->program);
        struct rlimit unlimited, limit;
        struct program program;

        configure(fixture, "");
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
        limit = (struct rlimit){ 4096, unlimited.rlim_max }; /* the log is larger, what is said is not */
        (void) signal(SIGXFSZ, SIG_IGN); /* then a write says EFBIG, as one to a full disk says ENOSPC */
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        collect(fixture, &program, NULL);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
        (void) signal(SIGXFSZ, SIG_DFL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "/output: 14 records not saved, the first of them efi:");
        test_assert_contains(program.messages, "0 records safe in ");
        test_assert_contains(program.messages, ", 0 cleared");
        program_free(&program);
        assert_int_equal(program_fixture_count_variables(fixture->program), before);
        assert_int_equal(scratch_count_files(fixture->program->output), 0);
}

/* Two of them, in the target. */
static void put_old_events(const struct collect_fixture *fixture) {
        for (unsigned i = 1; i <= 2; i++) {
                char source[4200], name[64];
                struct program program;

                snprintf(name, sizeof(name), "/old%u/dmesg-efi-150000%u00001001", i, i);
                scratch_put(fixture->program->directory, name, "Panic#1 Part1\nx\n");
                snprintf(source, sizeof(source), "pstorefs:%s/old%u", fixture->program->directory, i);
                program_run(&program, NULL, "dump", "--source", source, "--output", fixture->program->output,
                            NULL);
                program_assert_status(&program, EXIT_DONE);
                program_free(&program);
        }
}

/* Not even what a run that was cut short has left, nor what is older than what may stay. */
static void test_a_dry_run(void **state) {
        struct collect_fixture *fixture = *state;
        size_t variables = program_fixture_count_variables(fixture->program), files;
        struct program program;

        configure(fixture, "keep_events = 1\n");
        collect(fixture, &program, "--dry-run");
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, PROGRAM_EFI_EVENT "  14 records would be copied\n");
        test_assert_contains(program.messages, ", 14 would be cleared");
        program_free(&program);
        assert_int_equal(access(fixture->program->output, F_OK), -1);

        put_old_events(fixture);
        scratch_put(fixture->program->output, "/unfinished/1/dmesg.txt", "x");
        files = scratch_count_files(fixture->program->directory);
        collect(fixture, &program, "--dry-run");
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_int_equal(scratch_count_files(fixture->program->directory), files);
        assert_int_equal(program_fixture_count_variables(fixture->program), variables);

        collect(fixture, &program, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.messages, "2 old events or records removed");
        program_free(&program);
        assert_int_equal(access(scratch_path(fixture->program->output, "unfinished"), F_OK), -1);
}

/* Nothing came, and something went all the same. */
static void test_nothing_to_collect(void **state) {
        struct collect_fixture *fixture = *state;
        char source[4200], wanted[8400];
        struct program program;

        configure(fixture, "keep_events = 1\n");
        put_old_events(fixture);
        assert_int_equal(mkdir(scratch_path(fixture->program->directory, "empty"), 0700), 0);
        snprintf(source, sizeof(source), "pstorefs:%s/empty", fixture->program->directory);
        for (unsigned i = 0; i < 2; i++) {
                program_run(&program, NULL, "collect", "--volatile-copy", "--source", source, "--output",
                            fixture->program->output, "--config", fixture->config, NULL);
                program_assert_status(&program, EXIT_DONE);
                snprintf(wanted, sizeof(wanted),
                         "pstore-fw: no records in %s (a directory, and no pstorefs)\n%s", source,
                         i == 0 ? "pstore-fw: 1 old event or record removed: keep_events and keep_bytes say "
                                  "how many stay\n"
                                : "");
                assert_string_equal(program.messages, wanted);
                program_free(&program);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(what_was_named_is_not_told), TEST(a_wrong_line), TEST(a_full_disk), TEST(a_dry_run),
                TEST(nothing_to_collect),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
