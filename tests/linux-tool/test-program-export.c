/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The archive that the built program makes, as tar, zstd and the program itself read it; and its page. */
#include "tests/support/page-reader.h"
#include "tests/support/program-fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/options.h"

/* Runs the shell's command in the folder of the test; what it prints, which the caller frees. */
static char *judge(const struct program_fixture *fixture, const char *command) {
        char line[9000], *output = calloc(1, 1 << 20);
        FILE *pipe;

        snprintf(line, sizeof(line), "cd '%s' && { %s; } 2>&1", fixture->directory, command);
        pipe = popen(line, "r");
        assert_non_null(pipe);
        (void) !fread(output, 1, (1 << 20) - 1, pipe);
        if (pclose(pipe) != 0)
                fail_msg("%s: %s", command, output);
        return output;
}

static void assert_nothing_to_say(const struct program_fixture *fixture, const char *command) {
        char *said = judge(fixture, command);

        assert_string_equal(said, "");
        free(said);
}

static void make_archive(const struct program_fixture *fixture) {
        struct program program;
        struct stat status;
        char line[4300];

        program_run(&program, NULL, "export", "-s", PROGRAM_ERST_IMAGE, "-s", fixture->variables, "-o",
                    fixture->output, NULL);
        program_assert_status(&program, EXIT_DONE);
        snprintf(line, sizeof(line), "%s\n", fixture->output);
        assert_string_equal(program.output, line);
        test_assert_contains(program.messages, "2 events, 16 records");
        assert_int_equal(stat(fixture->output, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);
        program_free(&program);
}

static void test_the_archive(void **state) {
        const struct program_fixture *fixture = *state;
        char *list;

        make_archive(fixture);
        assert_nothing_to_say(fixture, "zstd -q -t output");
        list = judge(fixture, "tar --zstd -tf output | sed 's:^pstore-fw-[0-9]*T[0-9]*Z/::' | head -4");
        assert_string_equal(list, "\nREADME.txt\ncheck.json\nevents/\n");
        free(list);
        list = judge(fixture, "tar --zstd -xOf output --wildcards '*/README.txt'");
        test_assert_contains(
                list, "\n  kernel.txt          the records that were named need not be of this machine\n");
        test_assert_contains(list, PROGRAM_ERST_EVENT);
        free(list);
}

/* The same files, but for the time in manifests; and records that the program reads as it reads their stores.
 */
static void test_events_are_a_dump(void **state) {
        const struct program_fixture *fixture = *state;
        struct program dumped, ours, stores;
        char dumps[4300], events[4300];

        make_archive(fixture);
        snprintf(dumps, sizeof(dumps), "%s/dumps", fixture->directory);
        program_run(&dumped, NULL, "dump", "-s", PROGRAM_ERST_IMAGE, "-s", fixture->variables, "-o", dumps,
                    NULL);
        program_assert_status(&dumped, EXIT_DONE);
        program_free(&dumped);
        assert_nothing_to_say(fixture,
                              "tar --zstd -xf output && mv pstore-fw-* out && "
                              "sed -i '/\"dumped_at\"/d' dumps/*/manifest.json out/events/*/manifest.json && "
                              "diff -r dumps out/events");
        snprintf(events, sizeof(events), "dir:%s/out/events", fixture->directory);
        program_run(&ours, NULL, "show", "--all", "--parts", "-s", events, NULL);
        program_run(&stores, NULL, "show", "--all", "--parts", "-s", PROGRAM_ERST_IMAGE, "-s",
                    fixture->variables, NULL);
        program_assert_status(&ours, EXIT_DONE);
        assert_string_equal(ours.output, stores.output);
        program_free(&ours);
        program_free(&stores);
}

static void test_nothing_is_overwritten_or_cleared(void **state) {
        const struct program_fixture *fixture = *state;
        size_t count = program_fixture_count_variables(fixture);
        struct program program;

        scratch_write(fixture->output, text_view("mine"));
        program_run(&program, NULL, "export", "-s", fixture->variables, "-o", fixture->output, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "exists already");
        assert_string_equal(program.output, "");
        program_free(&program);
        assert_nothing_to_say(fixture,
                              "test \"$(cat output)\" = mine && test -z \"$(find . -name '*.part')\"");
        assert_int_equal(program_fixture_count_variables(fixture), count);
}

static void test_to_standard_output(void **state) {
        const struct program_fixture *fixture = *state;
        struct program program;

        scratch_write(fixture->output, text_view(""));
        program_run_to(&program, fixture->output, "export", "-s", PROGRAM_EFI_IMAGE, PROGRAM_EFI_EVENT, "-o",
                       "-", NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_nothing_to_say(fixture, "zstd -q -t output && tar --zstd -xf output && "
                                       "test -f pstore-fw-*/events/" PROGRAM_EFI_EVENT "/manifest.json");
        program_run(&program, NULL, "export", "-o", "-", "--json", NULL);
        program_assert_status(&program, EXIT_USAGE);
        program_free(&program);
}

/* It is one line in README.txt and on standard error, and the rest is there. */
static void test_what_fails_is_told(void **state) {
        const struct program_fixture *fixture = *state;
        struct program program;
        char source[4300];
        char *readme;

        snprintf(source, sizeof(source), "erst-image:%s/none", fixture->directory);
        program_run(&program, NULL, "export", "-s", source, "-s", fixture->variables, "-o", fixture->output,
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "none: ");
        program_free(&program);
        readme = judge(fixture, "tar --zstd -xOf output --wildcards '*/README.txt'");
        test_assert_contains(readme, PROGRAM_EFI_EVENT);
        free(readme);
}

static void test_of_nothing(void **state) {
        const struct program_fixture *fixture = *state;
        struct program program;
        char source[4300];
        char *readme;

        assert_int_equal(mkdir(scratch_path(fixture->directory, "empty"), 0700), 0);
        snprintf(source, sizeof(source), "efivarfs:%s/empty", fixture->directory);
        program_run(&program, NULL, "export", "-s", source, "-o", fixture->output, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        readme = judge(fixture, "tar --zstd -xOf output --wildcards '*/README.txt'");
        test_assert_contains(readme, "no crash and no record was found");
        free(readme);
}

static void test_a_page(void **state) {
        const struct program_fixture *fixture = *state;
        _cleanup_buffer_ struct buffer logs;
        struct program program;
        char *log = program_fixture_efi_log();

        buffer_init(&logs, &system_allocator);
        program_run(&program, NULL, "show", "--html", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.messages, "");
        assert_true(page_read_logs(text_view(program.output), &logs));
        assert_true(bytes_equal(buffer_bytes(&logs), text_view(log)));
        program_free(&program);
        free(log);
        program_run(&program, NULL, "show", "--html", "--json", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_USAGE);
        program_free(&program);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_fixture_setup, program_fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_the_archive),
                TEST(test_events_are_a_dump),
                TEST(test_nothing_is_overwritten_or_cleared),
                TEST(test_to_standard_output),
                TEST(test_what_fails_is_told),
                TEST(test_of_nothing),
                TEST(test_a_page),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
