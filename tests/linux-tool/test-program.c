/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The built program, as a user runs it: exit status, standard output, standard error. */
#include "tests/support/program-fixture.h"

#include <unistd.h>

#include "linux-tool/options.h"

static void test_help_and_version(NO_STATE) {
        struct program program;

        program_run(&program, NULL, "--help", NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, "Usage: pstore-fw");
        assert_string_equal(program.messages, "");
        program_free(&program);
        program_run(&program, NULL, "clear", "--help", NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, "--older-than");
        program_free(&program);
        program_run(&program, NULL, "--version", NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "pstore-fw " VERSION "\n");
        program_free(&program);
}

static void assert_usage_error(const struct program *program, const char *named) {
        program_assert_status(program, EXIT_USAGE);
        assert_string_equal(program->output, "");
        assert_int_equal(test_count_lines(program->messages), 1);
        test_assert_contains(program->messages, named);
}

static void test_usage_errors(NO_STATE) {
        struct program program;

        program_run(&program, NULL, "--json", NULL);
        assert_usage_error(&program, "try 'pstore-fw --help'");
        program_free(&program);
        program_run(&program, NULL, "bogus", NULL);
        assert_usage_error(&program, "bogus");
        program_free(&program);
        program_run(&program, NULL, "clear", NULL);
        assert_usage_error(&program, "--all");
        program_free(&program);
        program_run(&program, NULL, "clear", "--all", "erst:0000000000000001", NULL);
        assert_usage_error(&program, "exclude");
        program_free(&program);
        program_run(&program, NULL, "show", "--raw", "--json", NULL);
        assert_usage_error(&program, "--raw");
        program_free(&program);
        program_run(&program, NULL, "list", "-sefivarfs:/tmp", "-sefivarfs:/", NULL);
        assert_usage_error(&program, "efivarfs");
        program_free(&program);
        program_run(&program, "x", "write", "-spstorefs", "-sefivarfs", NULL);
        assert_usage_error(&program, "--source");
        program_free(&program);
        program_run(&program, NULL, "install", "--key", "/dev/null", NULL);
        assert_usage_error(&program, "--key and --cert go together");
        program_free(&program);
        program_run(&program, NULL, "uninstall", "erst", NULL);
        assert_usage_error(&program, "erst");
        program_free(&program);
}

static void test_list(NO_STATE) {
        struct program program;

        program_run(&program, NULL, "list", "-s", PROGRAM_ERST_IMAGE, "-s", PROGRAM_EFI_IMAGE, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, PROGRAM_ERST_EVENT);
        test_assert_contains(program.output, PROGRAM_EFI_EVENT);
        test_assert_contains(program.output, "erst:65e079fe00000001");
        test_assert_contains(program.output, "efi:dump-type0-14-1-1709210119-C");
        assert_string_equal(program.messages, "");
        program_free(&program);

        program_run(&program, NULL, "list", "-s", PROGRAM_ERST_IMAGE, "-s", PROGRAM_EFI_IMAGE,
                    PROGRAM_EFI_EVENT, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, PROGRAM_EFI_EVENT);
        assert_null(strstr(program.output, "erst"));
        program_free(&program);

        program_run(&program, NULL, "list", "-s", PROGRAM_ERST_IMAGE, PROGRAM_EFI_EVENT, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        test_assert_contains(program.messages, PROGRAM_EFI_EVENT);
        program_free(&program);
}

static void test_show_is_what_the_kernel_showed(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;
        char *log;

        log = program_fixture_erst_log();
        program_run(&program, NULL, "show", "-s", PROGRAM_ERST_IMAGE, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, log);
        program_free(&program);
        free(log);

        log = program_fixture_efi_log();
        program_run(&program, NULL, "show", "-s", PROGRAM_EFI_IMAGE, PROGRAM_EFI_EVENT, NULL);
        assert_string_equal(program.output, log);
        program_free(&program);
        program_run(&program, NULL, "show", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, log);
        program_free(&program);
        program_run(&program, NULL, "show", "-s", "pstorefs:tests/data/linux-tool/efi/pstore", NULL);
        assert_string_equal(program.output, log);
        program_free(&program);
        free(log);
}

#define PANIC_TITLE "kernel panic: sysrq triggered crash\n"

/* "  signature  0123456789abcdef\n" of what was printed; the caller frees it. */
static char *signature_in(const char *output) {
        const char *line = strstr(output, "\n  signature  ");

        assert_non_null(line);
        return strndup(line, strlen("\n  signature  0123456789abcdef\n"));
}

/* One bug on two machines: one signature. Its log says the same as the records in which it lies. */
static void test_explain(NO_STATE) {
        char *log = program_fixture_efi_log(), *signature;
        struct program program;

        program_run(&program, NULL, "explain", "-s", PROGRAM_ERST_IMAGE, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_memory_equal(program.output, PANIC_TITLE, strlen(PANIC_TITLE));
        test_assert_contains(program.output, PROGRAM_ERST_EVENT);
        test_assert_contains(program.output, "\n  kernel     6.1.0-56-amd64\n");
        signature = signature_in(program.output);
        program_free(&program);
        program_run(&program, NULL, "explain", "-s", PROGRAM_EFI_IMAGE, PROGRAM_EFI_EVENT, NULL);
        test_assert_contains(program.output, signature);
        program_free(&program);
        program_run(&program, log, "explain", "--log", "-", NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_memory_equal(program.output, PANIC_TITLE, strlen(PANIC_TITLE));
        test_assert_contains(program.output, signature);
        program_free(&program);
        free(signature);
        free(log);
}

static void test_explain_of_no_crash(NO_STATE) {
        struct program program;

        program_run(&program, "a log\n", "explain", "--log", "-", NULL);
        program_assert_status(&program, EXIT_NOTHING);
        assert_string_equal(program.output, "");
        test_assert_contains(program.messages, "standard input: tells of no crash");
        program_free(&program);
        program_run(&program, NULL, "explain", "--log", "/none/of/it", NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "/none/of/it");
        program_free(&program);
        program_run(&program, NULL, "explain", "--log", "-", "--all", NULL);
        assert_usage_error(&program, "--log excludes");
        program_free(&program);
}

static void test_no_verb_is_what_a_person_came_for(NO_STATE) {
        struct program program;

        program_run(&program, NULL, "-s", PROGRAM_ERST_IMAGE, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_memory_equal(program.output, PANIC_TITLE, strlen(PANIC_TITLE));
        test_assert_contains(program.output, "  2024-02-29 12:35:10 UTC, " PROGRAM_ERST_EVENT "\n");
        test_assert_contains(program.output,
                             "  in " PROGRAM_ERST_IMAGE "\n  no copy of it was found\nCRITICAL: ");
        test_assert_contains(program.output, "\nnext, with the same --source:\n  pstore-fw explain ");
        test_assert_contains(program.output, "\n  pstore-fw check ");
        assert_string_equal(program.messages, "");
        program_free(&program);
        program_run(&program, NULL, "--json", "-s", PROGRAM_ERST_IMAGE, NULL);
        assert_usage_error(&program, "--json");
        program_free(&program);
}

/* Of two events, one of which is in an archive, too: that nobody asks of whether the machine will keep
 * another. */
static void test_no_verb_tells_of_the_newest_and_its_copies(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;
        char archive[4300], line[4400];

        program_run(&program, NULL, "dump", "-s", PROGRAM_EFI_IMAGE, "--output", fixture->output, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        snprintf(archive, sizeof(archive), "dir:%s", fixture->output);
        program_run(&program, NULL, "-s", PROGRAM_ERST_IMAGE, "-s", PROGRAM_EFI_IMAGE, "-s", archive, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, PROGRAM_EFI_EVENT ", the newest of 2 events\n");
        test_assert_contains(program.output, "\n  in " PROGRAM_EFI_IMAGE "\n");
        snprintf(line, sizeof(line), "\n  and in %s\n", fixture->output);
        test_assert_contains(program.output, line);
        assert_null(strstr(program.output, "no copy"));
        assert_null(strstr(program.output, "CRITICAL"));
        assert_null(strstr(program.output, "pstore-fw check"));
        program_free(&program);
        program_run(&program, NULL, "-s", PROGRAM_ERST_IMAGE, "-s", "erst-image:/none/of/it", NULL);
        program_assert_status(&program, EXIT_FAILED);
        program_free(&program);
}

static void test_show_parts_and_raw(void **state) {
        struct program_fixture *fixture = *state;
        struct bytes stored, shown;
        struct program program;

        program_run(&program, NULL, "show", "--raw", "-s", fixture->variables,
                    "efi:dump-type0-3-1-1709210119-C", NULL);
        stored = test_read_file(program_fixture_variable(fixture, "dump-type0-3-1-1709210119-C"));
        assert_true(bytes_equal(bytes_of(program.output, program.output_size), bytes_from(stored, 4)));
        program_free(&program);
        free((void *) stored.data);

        /* Without the ending too, as the kernel's pstore does not know it. */
        program_run(&program, NULL, "show", "--parts", "-s", fixture->variables,
                    "efi:dump-type0-3-1-1709210119", NULL);
        shown = test_read_file(test_data("linux-tool/efi/pstore/dmesg-efi-170921011903001"));
        assert_true(bytes_equal(bytes_of(program.output, program.output_size), shown));
        program_free(&program);
        free((void *) shown.data);
}

static void test_nothing_found(NO_STATE) {
        char *empty = scratch_make(), spec[4200];
        static const char *const verbs[] = { "list", "show", "dump" };
        struct program program;

        snprintf(spec, sizeof(spec), "pstorefs:%s", empty);
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                program_run(&program, NULL, verbs[i], "-s", spec, NULL);
                program_assert_status(&program, EXIT_NOTHING);
                assert_string_equal(program.output, "");
                program_free(&program);
        }
        program_run(&program, NULL, "clear", "--all", "--yes", "-s", spec, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        program_free(&program);
        scratch_remove(empty);
}

static void test_store_that_cannot_be_read(NO_STATE) {
        struct program program;

        program_run(&program, NULL, "list", "-s", "erst-image:/does/not/exist", "-s", PROGRAM_EFI_IMAGE,
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.output, PROGRAM_EFI_EVENT);
        assert_int_equal(test_count_lines(program.messages), 1);
        test_assert_contains(program.messages, "erst-image:/does/not/exist: not found");
        program_free(&program);

        program_run(&program, NULL, "list", "-s", "efi-image:tests/data/erst-image/linux-6.1-panic.bin",
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_int_equal(test_count_lines(program.messages), 1);
        test_assert_contains(program.messages, "linux-6.1-panic.bin: offset ");
        program_free(&program);
}

/* Each malformed record gets its line; the others are there. */
static void test_malformed_records(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        scratch_write(program_fixture_variable(fixture, "dump-type0-3-1-1709210119-C"),
                      bytes_of("\7\0\0\0\xff\xff", 6));
        scratch_write(program_fixture_variable(fixture, "dump-type0-bad\x1b[2J"), bytes_of("\7\0\0\0x", 5));
        program_run(&program, NULL, "list", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.output, PROGRAM_EFI_EVENT);
        test_assert_contains(program.output, "missing: part 3 of 14");
        assert_int_equal(test_count_lines(program.messages), 2);
        test_assert_contains(program.messages, "efi:dump-type0-3-1-1709210119-C: ");
        test_assert_contains(program.messages, "dump-type0-bad\\x1b[2J: offset 0: variable name: ");
        assert_null(strchr(program.messages, '\x1b'));
        program_free(&program);

        program_run(&program, NULL, "show", "-s", fixture->variables, PROGRAM_EFI_EVENT, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.output, "[part 3 is missing here]\n");
        program_free(&program);
}

static void test_write_then_list(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;
        char id[300];

        program_run(&program, "Panic#7 Part1\n<0>[    1.000000] written\n", "write", "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_int_equal(test_count_lines(program.output), 1);
        assert_int_equal(strncmp(program.output, "efi:dump-type0-1-1-", 19), 0);
        snprintf(id, sizeof(id), "%s", program.output);
        id[strcspn(id, "\n")] = '\0';
        program_free(&program);

        program_run(&program, NULL, "show", "-s", fixture->variables, id, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "<0>[    1.000000] written\n");
        program_free(&program);
}

static void test_write_that_is_refused(void **state) {
        struct program_fixture *fixture = *state;
        char large[1200];
        struct program program;

        program_run(&program, NULL, "write", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "nothing to store");
        program_free(&program);
        memset(large, 'x', sizeof(large));
        large[sizeof(large) - 1] = '\0';
        program_run(&program, large, "write", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_int_equal(test_count_lines(program.messages), 1);
        test_assert_contains(program.messages, "1199 bytes are too large for one record: 1024");
        program_free(&program);
        program_run(&program, "x", "write", "-s", "pstorefs:tests/data/linux-tool/erst/pstore", NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "it can only be read");
        program_free(&program);
        program_run(&program, "x", "write", "-s", fixture->variables, "/does/not/exist", NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "/does/not/exist: not found");
        program_free(&program);
        assert_int_equal(program_fixture_count_variables(fixture), 14);
}

/* Neither store can be opened; on a machine with ERST behind erst_dbg the record would go there. */
static void test_write_without_any_store(NO_STATE) {
        struct program program;

        if (access("/dev/erst_dbg", F_OK) == 0)
                skip();
        setenv("EFIVARFS_PATH", "/does/not/exist/", 1);
        program_run(&program, "x", "write", NULL);
        unsetenv("EFIVARFS_PATH");
        program_assert_status(&program, EXIT_FAILED);
        assert_int_equal(test_count_lines(program.messages), 1);
        test_assert_contains(program.messages, "no store that can be written");
        program_free(&program);
}

static void test_full_output(NO_STATE) {
        struct program program;

        program_run_to(&program, "/dev/full", "show", "-s", PROGRAM_ERST_IMAGE, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "standard output: no space left");
        program_free(&program);
        program_run_to(&program, "/dev/full", "--version", NULL);
        program_assert_status(&program, EXIT_FAILED);
        program_free(&program);
}

static void test_quiet(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "dump", "-q", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.messages, "");
        program_free(&program);
        program_run(&program, NULL, "list", "-q", "-s", "erst-image:/does/not/exist", NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_int_equal(test_count_lines(program.messages), 1);
        program_free(&program);
}

static void run_setup(struct program *program, const char *root, const char *option, const char *value) {
        program_run(program, NULL, "kdump", "setup", "--root", root, option, value, NULL);
        program_assert_status(program, EXIT_DONE);
}

/* Of what is running, an earlier setup may be the cause; and an enabled service has nothing to load into. */
static void test_setup_and_its_removal(NO_STATE) {
        char *root = scratch_make();
        struct program program;

        scratch_put(root, "/etc/default/grub", "GRUB_TIMEOUT=5\n");
        scratch_put(root, "/proc/cmdline", "quiet crashkernel=72M\n");
        scratch_put(root, "/etc/systemd/system/sysinit.target.wants/pstore-fw-kdump.service", "");
        run_setup(&program, root, "--reserve", "80M");
        test_assert_contains(program.output, "a reboot is needed: memory is reserved only then");
        assert_null(strstr(program.output, "systemctl"));
        test_assert_contains(program.messages, "this boot has crashkernel=72M; if the next one has it too,");
        program_free(&program);
        run_setup(&program, root, "--remove", NULL);
        test_assert_contains(program.output, "to be run: systemctl disable --now pstore-fw-kdump");
        test_assert_contains(program.output, "a reboot is needed: memory is given back only then");
        program_free(&program);
        scratch_remove(root);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_fixture_setup, program_fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_help_and_version),
                TEST(test_setup_and_its_removal),
                TEST(test_usage_errors),
                TEST(test_list),
                TEST(test_show_is_what_the_kernel_showed),
                TEST(test_explain),
                TEST(test_explain_of_no_crash),
                TEST(test_no_verb_is_what_a_person_came_for),
                TEST(test_no_verb_tells_of_the_newest_and_its_copies),
                TEST(test_show_parts_and_raw),
                TEST(test_nothing_found),
                TEST(test_store_that_cannot_be_read),
                TEST(test_malformed_records),
                TEST(test_write_then_list),
                TEST(test_write_that_is_refused),
                TEST(test_write_without_any_store),
                TEST(test_full_output),
                TEST(test_quiet),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
