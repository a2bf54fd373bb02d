/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The built program saves records into files and clears them. */
#include "tests/support/program-fixture.h"

#include <unistd.h>

#include "linux-tool/options.h"
#include "linux/volatile-directory.h"

static void assert_file_is(const struct program_fixture *fixture, const char *name, struct bytes wanted) {
        struct bytes content = test_read_file(scratch_path(fixture->output, name));

        assert_true(bytes_equal(content, wanted));
        free((void *) content.data);
}

static void put_stored(struct program_fixture *fixture, const char *variable, struct buffer *records) {
        struct bytes file = test_read_file(program_fixture_variable(fixture, variable));

        buffer_append(records, bytes_from(file, 4)); /* behind efivarfs' attributes */
        free((void *) file.data);
}

/* The stored bytes of all parts, in the order of the log: the highest first. */
static void assert_records_in(struct program_fixture *fixture, const char *path) {
        struct buffer records;
        char variable[64];

        buffer_init(&records, &system_allocator);
        for (unsigned part = 14; part > 0; part--) {
                snprintf(variable, sizeof(variable), "dump-type0-%u-1-1709210119-C", part);
                put_stored(fixture, variable, &records);
        }
        assert_ok(buffer_error(&records));
        assert_file_is(fixture, path, buffer_bytes(&records));
        buffer_free(&records);
}

static void test_dump(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;
        char *log = program_fixture_efi_log();

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_int_equal(test_count_lines(program.output), 1);
        test_assert_contains(program.output, PROGRAM_EFI_EVENT);
        test_assert_contains(program.messages, "3 files written");
        assert_int_equal(scratch_count_files(fixture->output), 3);
        program_free(&program);

        assert_file_is(fixture, PROGRAM_EFI_EVENT "/dmesg.txt", text_view(log));
        free(log);
        assert_records_in(fixture, PROGRAM_EFI_EVENT "/records.bin");

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.messages, "0 files written");
        program_free(&program);
        assert_int_equal(scratch_count_files(fixture->output), 3);
}

static void make_corrupt_copy(struct program_fixture *fixture) {
        struct program program;

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        scratch_write(scratch_path(fixture->output, PROGRAM_EFI_EVENT "/records.bin"), text_view("corrupt"));
}

/* What does not hold the records' bytes any more is left alone, and they get a directory of their own. */
static void test_dump_beside_a_corrupt_copy(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        make_corrupt_copy(fixture);
        for (unsigned round = 0; round < 2; round++) {
                program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
                program_assert_status(&program, EXIT_DONE);
                test_assert_contains(program.output, PROGRAM_EFI_EVENT ".2/dmesg.txt\n");
                program_free(&program);
        }
        assert_file_is(fixture, PROGRAM_EFI_EVENT "/records.bin", text_view("corrupt"));
        assert_records_in(fixture, PROGRAM_EFI_EVENT ".2/records.bin");
}

/* Where the tests' directory lies on a disk, /dev/shm does not. */
static void test_dump_into_memory(void **state) {
        struct program_fixture *fixture = *state;
        char memory[] = "/dev/shm/pstore-fw-test-XXXXXX";
        struct program program;

        if (!volatile_directory("/dev/shm") || !mkdtemp(memory))
                skip();
        program_run(&program, NULL, "dump", "-o", memory, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.messages, ": lies in memory, and is gone after a reset: copy it on\n");
        program_free(&program);
        for (unsigned dumped = 0; dumped < 2; dumped++) {
                program_run(&program, NULL, "clear", "-y", dumped ? "--dumped" : "--all", "-o", memory, "-s",
                            fixture->variables, NULL);
                program_assert_status(&program, EXIT_FAILED);
                test_assert_contains(program.messages, "give --output with a directory on a disk");
                assert_int_equal(program_fixture_count_variables(fixture), 14);
                program_free(&program);
        }
        program_run(&program, NULL, "clear", "-y", "--all", "--volatile-copy", "-o", memory, "-s",
                    fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_int_equal(program_fixture_count_variables(fixture), 0);
        program_free(&program);
        scratch_remove(strdup(memory));
}

static void test_dump_to_where_nothing_can_be(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "dump", "-o", "/dev/null/x", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_string_equal(program.output, "");
        test_assert_contains(program.messages, "pstore-fw: /dev/null/x: not a directory\n");
        program_free(&program);
}

static void test_clear_needs_a_yes(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, "y\n", "clear", "--all", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_USAGE);
        test_assert_contains(program.messages, "--yes");
        assert_int_equal(program_fixture_count_variables(fixture), 14);
        assert_int_equal(scratch_count_files(fixture->output), 0);
        program_free(&program);
}

static void test_clear_dry_run(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "--all", "-n", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_int_equal(test_count_lines(program.output), 14);
        assert_int_equal(program_fixture_count_variables(fixture), 14);
        assert_int_equal(scratch_count_files(fixture->output), 0);
        program_free(&program);
}

static void test_clear(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "-o", fixture->output, "-s", fixture->variables,
                    "efi:dump-type0-3-1-1709210119-C", NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "efi:dump-type0-3-1-1709210119-C cleared\n");
        assert_int_equal(program_fixture_count_variables(fixture), 13);
        program_free(&program);

        program_run(&program, NULL, "clear", "-y", "--all", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_int_equal(test_count_lines(program.output), 13);
        assert_int_equal(program_fixture_count_variables(fixture), 0);
        program_free(&program);
        assert_int_equal(access(scratch_path(fixture->output, PROGRAM_EFI_EVENT "/dmesg.txt"), F_OK), 0);
}

static void test_clear_without_a_copy(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "--all", "-o", "/dev/null/x", "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_int_equal(program_fixture_count_variables(fixture), 14);
        assert_string_equal(program.output, "");
        test_assert_contains(program.messages, "cleared: 0, failed: 14\n");
        program_free(&program);
}

/* A malformed record is copied as it is, too; then it may go. One that cannot be read may not. */
static void test_clear_of_malformed_records(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        scratch_write(program_fixture_variable(fixture, "dump-type0-bad"), bytes_of("\7\0\0\0x", 5));
        scratch_write(program_fixture_variable(fixture, "dump-type0-4-9-5-D"), bytes_of("\7", 1));
        program_run(&program, NULL, "clear", "-y", "--all", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.output, "efi:dump-type0-bad cleared\n");
        assert_int_equal(program_fixture_count_variables(fixture), 1);
        assert_int_equal(access(program_fixture_variable(fixture, "dump-type0-4-9-5-D"), F_OK), 0);
        program_free(&program);
        assert_file_is(fixture, "other/efi-dump-type0-bad.bin", text_view("x"));
}

static void test_clear_only_what_is_dumped(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "--dumped", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        assert_int_equal(program_fixture_count_variables(fixture), 14);
        program_free(&program);

        make_corrupt_copy(fixture);
        program_run(&program, NULL, "clear", "-y", "--dumped", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        assert_int_equal(program_fixture_count_variables(fixture), 14);
        program_free(&program);

        program_run(&program, NULL, "dump", "-q", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_free(&program);
        assert_int_equal(unlink(program_fixture_variable(fixture, "dump-type0-3-1-1709210119-C")), 0);
        program_run(&program, NULL, "clear", "-y", "--dumped", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_int_equal(program_fixture_count_variables(fixture), 0);
        program_free(&program);
}

static void test_clear_by_age_and_number(void **state) {
        struct program_fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "--older-than", "2000w", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        program_free(&program);
        program_run(&program, NULL, "clear", "-y", "--keep", "1", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        program_free(&program);
        assert_int_equal(program_fixture_count_variables(fixture), 14);
        program_run(&program, NULL, "clear", "-y", "--older-than", "30d", "--keep", "0", "-o",
                    fixture->output, "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_int_equal(program_fixture_count_variables(fixture), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_fixture_setup, program_fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_dump),
                TEST(test_dump_beside_a_corrupt_copy),
                TEST(test_dump_into_memory),
                TEST(test_dump_to_where_nothing_can_be),
                TEST(test_clear_needs_a_yes),
                TEST(test_clear_dry_run),
                TEST(test_clear),
                TEST(test_clear_without_a_copy),
                TEST(test_clear_of_malformed_records),
                TEST(test_clear_only_what_is_dumped),
                TEST(test_clear_by_age_and_number),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
