/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the built program reports: JSON of every verb, the state of stores, an ERST table. */
#include "tests/support/program-fixture.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "linux-tool/options.h"
#include "store/finding.h"
#include "tests/support/fake-erst.h"

static struct json_object *parse_report(const struct program *program, const char *schema) {
        struct json_object *report = json_tokener_parse(program->output), *member = NULL;

        if (!report)
                fail_msg("no JSON: %s", program->output);
        assert_true(json_object_object_get_ex(report, "schema", &member));
        assert_string_equal(json_object_get_string(member), schema);
        return report;
}

/* The member at "a.0.b": names of objects, numbers of arrays. */
static struct json_object *at(struct json_object *object, const char *path) {
        char copy[200], *rest = copy, *word;

        snprintf(copy, sizeof(copy), "%s", path);
        while ((word = strsep(&rest, "."))) {
                if (json_object_is_type(object, json_type_array))
                        object = json_object_array_get_idx(object, (size_t) atoi(word));
                else if (!json_object_object_get_ex(object, word, &object))
                        fail_msg("no %s in the report", path);
        }
        return object;
}

static void test_json_of_list(NO_STATE) {
        struct json_object *report;
        struct program program;

        program_run(&program, NULL, "list", "--json", "-s", PROGRAM_ERST_IMAGE, NULL);
        program_assert_status(&program, EXIT_DONE);
        report = parse_report(&program, "pstore-fw/list/1");
        assert_string_equal(json_object_get_string(at(report, "events.0.id")), PROGRAM_ERST_EVENT);
        assert_string_equal(json_object_get_string(at(report, "events.0.time")), "2024-02-29T12:35:10Z");
        assert_string_equal(json_object_get_string(at(report, "events.0.records.1.id")),
                            "erst:65e079fe00000001");
        assert_int_equal(json_object_get_int(at(report, "events.0.records.1.stored_bytes")), 6507);
        assert_int_equal(json_object_get_int(at(report, "events.0.log_bytes")), 30492);
        assert_null(at(report, "events.0.records.1.error"));
        assert_int_equal(json_object_array_length(at(report, "others")), 0);
        json_object_put(report);
        program_free(&program);
}

static void test_json_of_malformed_records(void **state) {
        struct program_fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        scratch_write(program_fixture_variable(fixture, "dump-type0-bad"), bytes_of("\7\0\0\0x", 5));
        unlink(program_fixture_variable(fixture, "dump-type0-3-1-1709210119-C"));
        program_run(&program, NULL, "list", "-j", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_FAILED);
        report = parse_report(&program, "pstore-fw/list/1");
        assert_string_equal(json_object_get_string(at(report, "others.0.error.code")), "ERR_VALUE");
        assert_string_equal(json_object_get_string(at(report, "others.0.error.field")), "variable name");
        assert_int_equal(json_object_get_int(at(report, "events.0.missing.0.first")), 3);
        assert_int_equal(json_object_get_int(at(report, "events.0.missing.0.last")), 3);
        json_object_put(report);
        program_free(&program);
}

static void test_json_of_show(NO_STATE) {
        struct json_object *report;
        struct program program;
        char *log = program_fixture_erst_log();

        program_run(&program, NULL, "show", "--json", "--parts", "-s", PROGRAM_ERST_IMAGE, NULL);
        report = parse_report(&program, "pstore-fw/show/1");
        assert_string_equal(json_object_get_string(at(report, "events.0.log")), log);
        assert_int_equal(json_object_array_length(at(report, "events.0.parts")), 2);
        json_object_put(report);
        program_free(&program);
        free(log);
}

/* A log may hold any byte; JSON may not. */
static void test_json_is_utf8(void **state) {
        struct program_fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        program_run(&program, "Oops#1 Part1\ncaf\xc3\xa9 \xff\x1b\n", "write", "-j", "-s", fixture->variables,
                    NULL);
        report = parse_report(&program, "pstore-fw/write/1");
        json_object_put(report);
        program_free(&program);
        program_run(&program, NULL, "show", "-j", "-s", fixture->variables, NULL);
        report = parse_report(&program, "pstore-fw/show/1");
        assert_string_equal(json_object_get_string(at(report, "events.0.log")),
                            "caf\xc3\xa9 \xef\xbf\xbd\x1b\n");
        json_object_put(report);
        program_free(&program);
}

static void test_json_of_dump_and_clear(void **state) {
        struct program_fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        program_run(&program, NULL, "dump", "-j", "-o", fixture->output, "-s", fixture->variables, NULL);
        report = parse_report(&program, "pstore-fw/dump/1");
        assert_int_equal(json_object_get_int(at(report, "saved")), 14);
        assert_int_equal(json_object_get_int(at(report, "files_written")), 3);
        assert_true(json_object_get_boolean(at(report, "records.0.saved")));
        json_object_put(report);
        program_free(&program);

        program_run(&program, NULL, "clear", "-jy", "--all", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        report = parse_report(&program, "pstore-fw/clear/1");
        assert_int_equal(json_object_get_int(at(report, "cleared")), 14);
        assert_true(json_object_get_boolean(at(report, "records.13.cleared")));
        json_object_put(report);
        program_free(&program);
        assert_int_equal(program_fixture_count_variables(fixture), 0);
}

static void test_json_of_a_dump_to_where_nothing_can_be(void **state) {
        struct program_fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        program_run(&program, NULL, "dump", "-j", "-o", "/dev/null/x", "-s", fixture->variables, NULL);
        program_assert_status(&program, EXIT_FAILED);
        report = parse_report(&program, "pstore-fw/dump/1");
        assert_int_equal(json_object_get_int(at(report, "saved")), 0);
        assert_int_equal(json_object_get_int(at(report, "failed")), 14);
        assert_string_equal(json_object_get_string(at(report, "records.13.error.code")), "ERR_NOT_DIRECTORY");
        json_object_put(report);
        program_free(&program);
}

/* What is not copied is not erased, and that is told of each: of one, and where there is no place for any. */
static void test_json_of_a_clear_without_copies(void **state) {
        struct program_fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        program_run(&program, NULL, "clear", "-jy", "--all", "-o", "/dev/null/x", "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        report = parse_report(&program, "pstore-fw/clear/1");
        assert_int_equal(json_object_get_int(at(report, "cleared")), 0);
        assert_int_equal(json_object_get_int(at(report, "failed")), 14);
        assert_int_equal(json_object_array_length(at(report, "records")), 14);
        assert_false(json_object_get_boolean(at(report, "records.3.saved")));
        assert_false(json_object_get_boolean(at(report, "records.3.cleared")));
        assert_string_equal(json_object_get_string(at(report, "records.3.error.code")), "ERR_NOT_DIRECTORY");
        json_object_put(report);
        program_free(&program);

        scratch_write(program_fixture_variable(fixture, "dump-type0-4-9-5-D"), bytes_of("\7", 1));
        program_run(&program, NULL, "clear", "-jy", "--all", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        program_assert_status(&program, EXIT_FAILED);
        report = parse_report(&program, "pstore-fw/clear/1");
        assert_int_equal(json_object_get_int(at(report, "cleared")), 14);
        assert_int_equal(json_object_get_int(at(report, "failed")), 1);
        assert_int_equal(json_object_array_length(at(report, "records")), 15);
        json_object_put(report);
        program_free(&program);

        scratch_write(program_fixture_variable(fixture, "dump-type0-bad"), bytes_of("\7\0\0\0x", 5));
        program_run(&program, NULL, "clear", "-j", "--all", "--dry-run", "-s", fixture->variables, NULL);
        report = parse_report(&program, "pstore-fw/clear/1");
        assert_int_equal(json_object_get_int(at(report, "failed")), 0);
        assert_int_equal(json_object_array_length(at(report, "records")), 2);
        assert_null(at(report, "records.0.error"));
        json_object_put(report);
        program_free(&program);
}

static void test_check(NO_STATE) {
        struct json_object *report;
        struct program program;

        program_run(&program, NULL, "check", "-s", PROGRAM_EFI_IMAGE, NULL);
        assert_uint_in_range(program.status, 1, 2);
        test_assert_contains(program.output, " 14 records of\n          1 event (");
        program_free(&program);

        program_run(&program, NULL, "check", "-j", "-s", PROGRAM_ERST_IMAGE, NULL);
        report = parse_report(&program, "pstore-fw/check/1");
        assert_int_equal(json_object_get_int(at(report, "stores.0.records")), 2);
        assert_null(at(report, "kernel"));
        json_object_put(report);
        program_free(&program);

        program_run(&program, NULL, "check", "-s", "erst-image:/does/not/exist", NULL);
        program_assert_status(&program, 2);
        program_free(&program);
}

/* Typed as it stands, but for the question: in a shell, with this program for "pstore-fw". */
static void run_remedy(const struct program_fixture *fixture, const char *remedy) {
        char script[4 * PATH_MAX], program[PATH_MAX];

        assert_non_null(realpath(getenv("O") ? getenv("O") : "build", program));
        snprintf(script, sizeof(script), "PATH=%s:$PATH; %s --yes --output %s 2> %s", program, remedy,
                 fixture->output, scratch_path(fixture->directory, "said"));
        assert_int_equal(system(script), 0);
}

/* The remedy for what waits in a source clears that source, and no other. */
static void test_remedies_are_about_the_source_that_was_named(void **state) {
        struct program_fixture *fixture = *state;
        char image[4200], spec[4300];
        struct json_object *report;
        struct program program;
        struct bytes content = test_read_file(test_data("erst-image/linux-6.1-panic.bin"));

        snprintf(image, sizeof(image), "%s", scratch_path(fixture->directory, "an image"));
        scratch_write(image, content);
        free((void *) content.data);
        snprintf(spec, sizeof(spec), "erst-image:%s", image);
        program_run(&program, NULL, "check", "--json", "--source", spec, NULL);
        report = parse_report(&program, "pstore-fw/check/1");
        test_assert_contains(json_object_get_string(at(report, "findings.0.text")), "10240 bytes");
        run_remedy(fixture, json_object_get_string(at(report, "findings.0.remedy")));
        json_object_put(report);
        program_free(&program);
        program_run(&program, NULL, "list", "--source", spec, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        program_free(&program);
}

/* Where one line is read, it is that line, and the tool that takes it is named. */
static void test_setup_of_a_system_that_reads_one_line(void **state) {
        const struct program_fixture *fixture = *state;
        struct program program;

        scratch_put(fixture->directory, "/etc/kernel/cmdline", "root=ZFS=rpool/ROOT boot=zfs\n");
        scratch_put(fixture->directory, "/etc/kernel/proxmox-boot-uuids", "ABCD-1234\n");
        program_run(&program, NULL, "kdump", "setup", "--reserve", "80M", "--root", fixture->directory, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, "to be run: /usr/sbin/proxmox-boot-tool refresh\n");
        assert_null(strstr(program.output, "kernel-install"));
        program_free(&program);
        scratch_put(fixture->directory, "/etc/default/grub", "GRUB_CMDLINE_LINUX=\n");
        program_run(&program, NULL, "kdump", "setup", "--remove", "--root", fixture->directory, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, "to be run: /usr/sbin/proxmox-boot-tool refresh\n");
        program_free(&program);
}

/* A table in a file of the fixture's, with one byte changed when `offset` is not 0. The caller copies the
 * path. */
static const char *put_table(const struct program_fixture *fixture, size_t offset, uint8_t byte) {
        static struct fake_erst fake;
        const char *path = scratch_path(fixture->directory, "ERST");
        struct bytes table;
        uint8_t *copy;

        fake_erst_init(&fake, FAKE_ERST_QEMU);
        table = fake_erst_table(&fake);
        copy = malloc(table.size);
        memcpy(copy, table.data, table.size);
        if (offset > 0)
                copy[offset] = byte;
        scratch_write(path, bytes_of(copy, table.size));
        free(copy);
        return path;
}

/* Whatever it would have said: a monitor takes 1 for a warning, and nobody has read it. */
static void test_check_that_nobody_hears(NO_STATE) {
        static const char *const forms[] = { "--no-color", "--json" };
        struct program program;

        for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
                program_run_to(&program, "/dev/full", "check", forms[i], "-s", PROGRAM_ERST_IMAGE, NULL);
                program_assert_status(&program, VERDICT_UNKNOWN);
                assert_string_equal(program.messages, "pstore-fw: standard output: no space left\n");
                program_free(&program);
        }
}

static void test_erst(void **state) {
        struct json_object *report;
        struct program program;
        const char *path = put_table(*state, 0, 0);

        program_run(&program, NULL, "erst", path, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, "BEGIN_WRITE_OPERATION");
        test_assert_contains(program.output, "GET_EXECUTE_OPERATION_TIMINGS");
        assert_string_equal(program.messages, "");
        program_free(&program);

        program_run(&program, NULL, "erst", "--json", path, NULL);
        program_assert_status(&program, EXIT_DONE);
        report = parse_report(&program, "pstore-fw/erst/1");
        assert_true(json_object_get_boolean(at(report, "header.checksum_ok")));
        assert_string_equal(json_object_get_string(at(report, "entries.0.action_name")),
                            "BEGIN_WRITE_OPERATION");
        assert_int_equal(json_object_array_length(at(report, "findings")), 0);
        json_object_put(report);
        program_free(&program);
}

static void test_wrong_erst(void **state) {
        const struct program_fixture *fixture = *state;
        struct program program;

        /* The instruction of entry 2: header, two entries, and the second byte. */
        program_run(&program, NULL, "erst", put_table(fixture, 48 + 2 * 32 + 1, 0x77), NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_string_equal(program.output, "");
        assert_int_equal(test_count_lines(program.messages), 1);
        test_assert_contains(program.messages, "/ERST: offset 113: entry 2: ");
        program_free(&program);

        program_run(&program, NULL, "erst", "tests/data/erst-image/linux-6.1-panic.bin", NULL);
        program_assert_status(&program, EXIT_FAILED);
        assert_int_equal(test_count_lines(program.messages), 1);
        test_assert_contains(program.messages, "linux-6.1-panic.bin: offset ");
        program_free(&program);

        program_run(&program, NULL, "erst", "/does/not/exist", NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, "/does/not/exist: not found");
        program_free(&program);
}

/* One of a test's own making, now, counts; those of the images are of 2024. */
static void test_crashes_of_late(void **state) {
        struct program_fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        program_run(&program, "Panic#7 Part1\n<0>[    1.000000] written\n", "write", "-s", fixture->variables,
                    NULL);
        program_free(&program);
        program_run(&program, NULL, "check", "-j", "-s", fixture->variables, "-s", PROGRAM_ERST_IMAGE, NULL);
        program_assert_status(&program, VERDICT_WARNING);
        report = parse_report(&program, "pstore-fw/check/1");
        assert_int_equal(json_object_get_int(at(report, "crashes.count")), 1);
        assert_int_equal(json_object_get_int(at(report, "crashes.in_future")), 0);
        test_assert_contains(json_object_get_string(at(report, "crashes.newest")), "-efi-panic7");
        assert_string_equal(json_object_get_string(at(report, "crashes.places.0.source")),
                            fixture->variables);
        assert_string_equal(json_object_get_string(at(report, "crashes.places.0.kind")), "store");
        assert_int_equal(json_object_get_int(at(report, "crashes.places.0.count")), 1);
        json_object_put(report);
        program_free(&program);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_fixture_setup, program_fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_crashes_of_late),
                TEST(test_json_of_list),
                TEST(test_json_of_malformed_records),
                TEST(test_json_of_show),
                TEST(test_json_is_utf8),
                TEST(test_json_of_dump_and_clear),
                TEST(test_json_of_a_dump_to_where_nothing_can_be),
                TEST(test_json_of_a_clear_without_copies),
                TEST(test_check),
                TEST(test_check_that_nobody_hears),
                TEST(test_remedies_are_about_the_source_that_was_named),
                TEST(test_setup_of_a_system_that_reads_one_line),
                TEST(test_erst),
                TEST(test_wrong_erst),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
