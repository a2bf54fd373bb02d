/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the command says where no verb is named. Nothing of it may need more than 80 columns. */
#include "tests/support/program-fixture.h"

#include <sys/stat.h>

#include "cli/options.h"
#include "linux/dump-directory.h"
#include "store/finding.h"

#define LINE_WIDTH 80

#define NEXT_LOOK                                                                                            \
        "next, with the same --source:\n"                                                                    \
        "  pstore-fw explain         what crashed, in full\n"                                                \
        "  pstore-fw show            its log, whole and in order\n"

#define NEXT_DUMP  "  pstore-fw dump            copy all of it to " DUMP_DIRECTORY "\n"
#define NEXT_CLEAR "  pstore-fw clear --dumped  erase what has been copied\n"
#define NEXT_CHECK "  pstore-fw check           will the next crash leave a trace?\n"
#define NEXT_HELP  "  pstore-fw --help          all verbs\n"

static void put(const struct program_fixture *fixture, const char *name, const char *log) {
        char text[4096];

        snprintf(text, sizeof(text), "Panic#1 Part1\n%s", log);
        scratch_put(fixture->directory, name, text);
}

/* "KIND:" and a path below the folder, which has to be there; valid until the next but one. */
static const char *spec_of(const struct program_fixture *fixture, const char *kind, const char *name) {
        static char specs[2][4200];
        static unsigned next;
        char *spec = specs[next++ % 2];

        snprintf(spec, sizeof(specs[0]), "%s:%s/%s", kind, fixture->directory, name);
        return spec;
}

static void assert_narrow(const char *text) {
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
                if (strcspn(line, "\n") > LINE_WIDTH)
                        fail_msg("%.*s", (int) strcspn(line, "\n"), line);
}

static void look(struct program *program, const char *source, const char *another) {
        program_run(program, NULL, "--source", source, another ? "--source" : NULL, another, NULL);
        program_assert_status(program, EXIT_DONE);
        assert_string_equal(program->messages, "");
        assert_narrow(program->output);
}

static void test_of_a_store(NO_STATE) {
        struct program program;

        look(&program, PROGRAM_EFI_IMAGE, NULL);
        assert_string_equal(program.output,
                            "kernel panic: sysrq triggered crash\n"
                            "  2024-02-29 12:35:19 UTC, " PROGRAM_EFI_EVENT "\n"
                            "  in " PROGRAM_EFI_IMAGE "\n"
                            "  no copy of it was found\n"
                            "CRITICAL: a crash leaves less than its log: no store has 10240 "
                            "bytes left for it\n" NEXT_LOOK NEXT_DUMP NEXT_CLEAR NEXT_CHECK NEXT_HELP);
        program_free(&program);
}

/* What lies in an archive says nothing of a machine: there is no verdict, and check would refuse it. */
static void test_of_an_archive(void **state) {
        struct program_fixture *fixture = *state;
        char wanted[8400];
        struct program program;

        put(fixture, "/archive/dmesg-efi-170009000001001", "<0>[    1.0] hello\n");
        look(&program, spec_of(fixture, "dir", "archive"), NULL);
        snprintf(wanted, sizeof(wanted),
                 "panic: its log tells of no crash that is known\n"
                 "  2023-11-15 23:13:20 UTC, 20231115T231320Z-efi-panic1\n"
                 "  in %s/archive\n" NEXT_LOOK NEXT_HELP,
                 fixture->directory);
        assert_string_equal(program.output, wanted);
        program_free(&program);
}

static void test_of_an_empty_archive(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        assert_int_equal(mkdir(scratch_path(fixture->directory, "archive"), 0700), 0);
        look(&program, spec_of(fixture, "dir", "archive"), NULL);
        assert_string_equal(program.output, "no crash is stored here\n"
                                            "next, with the same --source:\n" NEXT_HELP);
        program_free(&program);
}

/* The newest of them, and wherever it lies. */
static void test_of_several_places(void **state) {
        struct program_fixture *fixture = *state;
        char wanted[8400];
        struct program program;

        program_run(&program, NULL, "dump", "--source", PROGRAM_EFI_IMAGE, "--output", fixture->output, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        look(&program, PROGRAM_EFI_IMAGE, spec_of(fixture, "dir", "output"));
        snprintf(wanted, sizeof(wanted),
                 "kernel panic: sysrq triggered crash\n"
                 "  2024-02-29 12:35:19 UTC, " PROGRAM_EFI_EVENT "\n"
                 "  in " PROGRAM_EFI_IMAGE "\n"
                 "  and in %s\n" NEXT_LOOK NEXT_CLEAR NEXT_HELP,
                 fixture->output);
        assert_string_equal(program.output, wanted);
        program_free(&program);

        look(&program, PROGRAM_ERST_IMAGE, PROGRAM_EFI_IMAGE);
        test_assert_contains(program.output,
                             "  2024-02-29 12:35:19 UTC, " PROGRAM_EFI_EVENT ", the newest of 2 events\n"
                             "  in " PROGRAM_EFI_IMAGE "\n"
                             "  no copy of it was found\n"
                             "CRITICAL: ");
        program_free(&program);
}

/* A kernel that is told to saves each shutdown as well. */
static void test_of_a_crash_before_a_shutdown(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        put(fixture, "/store/dmesg-efi-170009000001001", "<0>[    1.0] Kernel panic - not syncing: boom\n");
        scratch_put(fixture->directory, "/store/dmesg-efi-170009001001002",
                    "Shutdown#2 Part1\n<6>[    9.0] bye\n");
        look(&program, spec_of(fixture, "pstorefs", "store"), NULL);
        test_assert_contains(program.output, "kernel panic: boom\n  2023-11-15 23:13:20 UTC, ");
        program_free(&program);
}

static void test_of_no_crash(void **state) {
        struct program_fixture *fixture = *state;
        char wanted[8400];
        const char *spec;
        struct program program;

        assert_int_equal(mkdir(scratch_path(fixture->directory, "store"), 0700), 0);
        spec = spec_of(fixture, "pstorefs", "store");
        look(&program, spec, NULL);
        snprintf(wanted, sizeof(wanted),
                 "no crash is stored here\n"
                 "OK: a crash can leave a trace in %s\n"
                 "next, with the same --source:\n" NEXT_CHECK NEXT_HELP,
                 spec);
        assert_string_equal(program.output, wanted);
        program_free(&program);
}

/* A panic may say as much as the kernel likes; its title has one line. */
static void test_of_a_long_title(void **state) {
        struct program_fixture *fixture = *state;
        char log[256], words[121];
        struct program program;

        memset(words, 'w', sizeof(words) - 1);
        words[sizeof(words) - 1] = '\0';
        snprintf(log, sizeof(log), "<0>[    1.0] Kernel panic - not syncing: %s\n", words);
        put(fixture, "/store/dmesg-efi-170009000001001", log);
        look(&program, spec_of(fixture, "pstorefs", "store"), NULL);
        assert_int_equal(strcspn(program.output, "\n"), LINE_WIDTH);
        assert_memory_equal(program.output, "kernel panic: www", 17);
        test_assert_contains(program.output, "www...\n  2023-11-15 23:13:20 UTC, ");
        program_free(&program);
}

static void test_what_goes_wrong(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "--json", "--source", PROGRAM_EFI_IMAGE, NULL);
        program_assert_status(&program, EXIT_USAGE);
        assert_string_equal(program.output, "");
        assert_string_equal(program.messages, "pstore-fw: --json: needs a verb; try 'pstore-fw --help'\n");
        program_free(&program);

        program_run(&program, NULL, "--source", spec_of(fixture, "pstorefs", "none"), NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "/none: not found\n");
        test_assert_contains(program.output, "CRITICAL: a crash leaves no trace: ");
        program_free(&program);
}

/* Once, although the verdict reads all of it again; check tells by its verdict alone. */
static void test_of_what_is_no_record(void **state) {
        struct program_fixture *fixture = *state;
        const char *spec = spec_of(fixture, "pstorefs", "store");
        struct program program;

        scratch_put(fixture->directory, "/store/notes", "x");
        program_run(&program, NULL, "--source", spec, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, ": notes: no file of pstore: left out\n");
        test_assert_contains(program.messages, ": holds files that are no records\n");
        assert_int_equal(test_count_lines(program.messages), 2);
        program_free(&program);
        program_run(&program, NULL, "check", "--source", spec, NULL);
        program_assert_status(&program, VERDICT_WARNING);
        test_assert_contains(program.output, ": holds files that are no");
        assert_string_equal(program.messages, "");
        program_free(&program);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_fixture_setup, program_fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_of_a_store),          TEST(test_of_an_archive),
                TEST(test_of_an_empty_archive), TEST(test_of_several_places),
                TEST(test_of_no_crash),         TEST(test_of_a_crash_before_a_shutdown),
                TEST(test_of_a_long_title),     TEST(test_of_what_is_no_record),
                TEST(test_what_goes_wrong),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
