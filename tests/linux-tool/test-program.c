/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/options.h"
#include "tests/support/fake-erst.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"

/* The built program, as a user runs it: exit status, standard output, standard error. */

#define ERST_IMAGE "erst-image:tests/data/erst-image/linux-6.1-panic.bin"
#define EFI_IMAGE  "efi-image:tests/data/variable-store/linux-6.1-panic.fd"
#define ERST_EVENT "20240229T123510Z-erst-panic1"
#define EFI_EVENT  "20240229T123519Z-efi-panic1"
#define VENDOR     "-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"

struct fixture {
        char *directory;
        char variables[4200]; /* "efivarfs:DIR" with the variables of a real panic */
        char output[4200];
        struct program program;
};

static int setup(void **state) {
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        fixture->directory = scratch_make();
        snprintf(fixture->variables, sizeof(fixture->variables), "efivarfs:%s/efivars", fixture->directory);
        snprintf(fixture->output, sizeof(fixture->output), "%s/output", fixture->directory);
        assert_int_equal(mkdir(scratch_path(fixture->directory, "efivars"), 0700), 0);
        scratch_copy_files(test_data("linux-tool/efi/efivars"), scratch_path(fixture->directory, "efivars"));
        *state = fixture;
        return 0;
}

static int teardown(void **state) {
        struct fixture *fixture = *state;

        scratch_remove(fixture->directory);
        free(fixture);
        return 0;
}

static const char *variable_path(const struct fixture *fixture, const char *name) {
        char file[300];

        snprintf(file, sizeof(file), "efivars/%s" VENDOR, name);
        return scratch_path(fixture->directory, file);
}

static size_t variable_count(const struct fixture *fixture) {
        return scratch_count_files(scratch_path(fixture->directory, "efivars"));
}

static size_t count_lines(const char *text) {
        size_t count = 0;

        for (; *text; text++)
                count += *text == '\n';
        return count;
}

static void assert_status(const struct program *program, int status) {
        if (program->status != status)
                fail_msg("exit status %d, not %d; standard error: %s", program->status, status,
                         program->messages);
}

static void assert_contains(const char *text, const char *wanted) {
        if (!strstr(text, wanted))
                fail_msg("no '%s' in: %s", wanted, text);
}

/* The log of an event as the kernel showed its parts, without their header lines. The caller frees it. */
static char *join_parts(const char *directory, const char *const *files, size_t count) {
        char *log = calloc(1, 1);
        size_t size = 0;

        for (size_t i = 0; i < count; i++) {
                struct bytes part = test_read_file(scratch_path(directory, files[i]));
                const uint8_t *line_end = memchr(part.data, '\n', part.size);
                size_t header = (size_t) (line_end - part.data) + 1;

                log = realloc(log, size + part.size + 1);
                memcpy(log + size, part.data + header, part.size - header);
                size += part.size - header;
                log[size] = '\0';
                free((void *) part.data);
        }
        return log;
}

static char *erst_log(void) {
        static const char *const files[] = { "dmesg-erst-7341001524442562562",
                                             "dmesg-erst-7341001524442562561" };

        return join_parts(test_data("linux-tool/erst/pstore"), files, ARRAY_SIZE(files));
}

static char *efi_log(void) {
        char names[14][40];
        const char *files[14];

        for (int part = 14; part > 0; part--) {
                snprintf(names[14 - part], sizeof(names[0]), "dmesg-efi-1709210119%02d001", part);
                files[14 - part] = names[14 - part];
        }
        return join_parts(test_data("linux-tool/efi/pstore"), files, ARRAY_SIZE(files));
}

static void test_help_and_version(void **state) {
        struct program program;

        (void) state;
        program_run(&program, NULL, "--help", NULL);
        assert_status(&program, EXIT_DONE);
        assert_contains(program.output, "Usage: pstore-fw");
        assert_string_equal(program.messages, "");
        program_free(&program);
        program_run(&program, NULL, "clear", "--help", NULL);
        assert_status(&program, EXIT_DONE);
        assert_contains(program.output, "--older-than");
        program_free(&program);
        program_run(&program, NULL, "--version", NULL);
        assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "pstore-fw " VERSION "\n");
        program_free(&program);
}

static void assert_usage_error(const struct program *program, const char *named) {
        assert_status(program, EXIT_USAGE);
        assert_string_equal(program->output, "");
        assert_int_equal(count_lines(program->messages), 1);
        assert_contains(program->messages, named);
}

static void test_usage_errors(void **state) {
        struct program program;

        (void) state;
        program_run(&program, NULL, NULL);
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
}

static void test_list(void **state) {
        struct program program;

        (void) state;
        program_run(&program, NULL, "list", "-s", ERST_IMAGE, "-s", EFI_IMAGE, NULL);
        assert_status(&program, EXIT_DONE);
        assert_contains(program.output, ERST_EVENT);
        assert_contains(program.output, EFI_EVENT);
        assert_contains(program.output, "erst:65e079fe00000001");
        assert_contains(program.output, "efi:dump-type0-14-1-1709210119-C");
        assert_string_equal(program.messages, "");
        program_free(&program);

        program_run(&program, NULL, "list", "-s", ERST_IMAGE, "-s", EFI_IMAGE, EFI_EVENT, NULL);
        assert_status(&program, EXIT_DONE);
        assert_contains(program.output, EFI_EVENT);
        assert_null(strstr(program.output, "erst"));
        program_free(&program);

        program_run(&program, NULL, "list", "-s", ERST_IMAGE, EFI_EVENT, NULL);
        assert_status(&program, EXIT_NOTHING);
        assert_contains(program.messages, EFI_EVENT);
        program_free(&program);
}

static void test_show_is_what_the_kernel_showed(void **state) {
        struct fixture *fixture = *state;
        struct program program;
        char *log;

        log = erst_log();
        program_run(&program, NULL, "show", "-s", ERST_IMAGE, NULL);
        assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, log);
        program_free(&program);
        free(log);

        log = efi_log();
        program_run(&program, NULL, "show", "-s", EFI_IMAGE, EFI_EVENT, NULL);
        assert_string_equal(program.output, log);
        program_free(&program);
        program_run(&program, NULL, "show", "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, log);
        program_free(&program);
        program_run(&program, NULL, "show", "-s", "pstorefs:tests/data/linux-tool/efi/pstore", NULL);
        assert_string_equal(program.output, log);
        program_free(&program);
        free(log);
}

static void test_show_parts_and_raw(void **state) {
        struct fixture *fixture = *state;
        struct bytes stored, shown;
        struct program program;

        program_run(&program, NULL, "show", "--raw", "-s", fixture->variables,
                    "efi:dump-type0-3-1-1709210119-C", NULL);
        stored = test_read_file(variable_path(fixture, "dump-type0-3-1-1709210119-C"));
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

static void test_nothing_found(void **state) {
        char *empty = scratch_make(), spec[4200];
        static const char *const verbs[] = { "list", "show", "dump" };
        struct program program;

        (void) state;
        snprintf(spec, sizeof(spec), "pstorefs:%s", empty);
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                program_run(&program, NULL, verbs[i], "-s", spec, NULL);
                assert_status(&program, EXIT_NOTHING);
                assert_string_equal(program.output, "");
                program_free(&program);
        }
        program_run(&program, NULL, "clear", "--all", "--yes", "-s", spec, NULL);
        assert_status(&program, EXIT_NOTHING);
        program_free(&program);
        scratch_remove(empty);
}

static void test_store_that_cannot_be_read(void **state) {
        struct program program;

        (void) state;
        program_run(&program, NULL, "list", "-s", "erst-image:/does/not/exist", "-s", EFI_IMAGE, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.output, EFI_EVENT);
        assert_int_equal(count_lines(program.messages), 1);
        assert_contains(program.messages, "erst-image:/does/not/exist: not found");
        program_free(&program);

        program_run(&program, NULL, "list", "-s", "efi-image:tests/data/erst-image/linux-6.1-panic.bin",
                    NULL);
        assert_status(&program, EXIT_FAILED);
        assert_int_equal(count_lines(program.messages), 1);
        assert_contains(program.messages, "linux-6.1-panic.bin: offset ");
        program_free(&program);
}

/* Each malformed record gets its line; the others are there. */
static void test_malformed_records(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        scratch_write(variable_path(fixture, "dump-type0-3-1-1709210119-C"), bytes_of("\7\0\0\0\xff\xff", 6));
        scratch_write(variable_path(fixture, "dump-type0-bad\x1b[2J"), bytes_of("\7\0\0\0x", 5));
        program_run(&program, NULL, "list", "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.output, EFI_EVENT);
        assert_contains(program.output, "missing: part 3 of 14");
        assert_int_equal(count_lines(program.messages), 2);
        assert_contains(program.messages, "efi:dump-type0-3-1-1709210119-C: ");
        assert_contains(program.messages, "dump-type0-bad\\x1b[2J: offset 0: variable name: ");
        assert_null(strchr(program.messages, '\x1b'));
        program_free(&program);

        program_run(&program, NULL, "show", "-s", fixture->variables, EFI_EVENT, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.output, "[part 3 is missing here]\n");
        program_free(&program);
}

static void assert_file_is(const struct fixture *fixture, const char *name, struct bytes wanted) {
        struct bytes content = test_read_file(scratch_path(fixture->output, name));

        assert_true(bytes_equal(content, wanted));
        free((void *) content.data);
}

static void test_dump(void **state) {
        struct fixture *fixture = *state;
        struct program program;
        char *log = efi_log();
        struct bytes part;

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        assert_int_equal(count_lines(program.output), 1);
        assert_contains(program.output, EFI_EVENT);
        assert_contains(program.messages, "30 files written");
        assert_int_equal(scratch_count_files(fixture->output), 30);
        program_free(&program);

        assert_file_is(fixture, EFI_EVENT "/dmesg.txt", text_view(log));
        free(log);
        part = test_read_file(test_data("linux-tool/efi/pstore/dmesg-efi-170921011903001"));
        assert_file_is(fixture, EFI_EVENT "/records/efi-dump-type0-3-1-1709210119-C.txt", part);
        free((void *) part.data);
        part = test_read_file(variable_path(fixture, "dump-type0-3-1-1709210119-C"));
        assert_file_is(fixture, EFI_EVENT "/records/efi-dump-type0-3-1-1709210119-C.bin",
                       bytes_from(part, 4));
        free((void *) part.data);

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        assert_contains(program.messages, "0 files written");
        program_free(&program);
        assert_int_equal(scratch_count_files(fixture->output), 30);
}

/* What does not hold the record's bytes any more is left alone, and the record gets a name of its own. */
static void test_dump_beside_a_corrupt_copy(void **state) {
        struct fixture *fixture = *state;
        struct program program;
        struct bytes record;

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        program_free(&program);
        scratch_write(scratch_path(fixture->output, EFI_EVENT "/records/efi-dump-type0-3-1-1709210119-C.bin"),
                      text_view("corrupt"));
        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        program_free(&program);
        record = test_read_file(variable_path(fixture, "dump-type0-3-1-1709210119-C"));
        assert_file_is(fixture, EFI_EVENT "/records/efi-dump-type0-3-1-1709210119-C.bin",
                       text_view("corrupt"));
        assert_file_is(fixture, EFI_EVENT "/records/efi-dump-type0-3-1-1709210119-C.2.bin",
                       bytes_from(record, 4));
        free((void *) record.data);
}

static void test_dump_to_where_nothing_can_be(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "dump", "-o", "/dev/null/x", "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_string_equal(program.output, "");
        assert_contains(program.messages, "/dev/null/x: 14 records not saved, the first of them efi:dump-");
        program_free(&program);
}

static void test_clear_needs_a_yes(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, "y\n", "clear", "--all", "-o", fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_USAGE);
        assert_contains(program.messages, "--yes");
        assert_int_equal(variable_count(fixture), 14);
        assert_int_equal(scratch_count_files(fixture->output), 0);
        program_free(&program);
}

static void test_clear_dry_run(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "--all", "-n", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        assert_status(&program, EXIT_DONE);
        assert_int_equal(count_lines(program.output), 14);
        assert_int_equal(variable_count(fixture), 14);
        assert_int_equal(scratch_count_files(fixture->output), 0);
        program_free(&program);
}

static void test_clear(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "-o", fixture->output, "-s", fixture->variables,
                    "efi:dump-type0-3-1-1709210119-C", NULL);
        assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "efi:dump-type0-3-1-1709210119-C cleared\n");
        assert_int_equal(variable_count(fixture), 13);
        program_free(&program);

        program_run(&program, NULL, "clear", "-y", "--all", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        assert_status(&program, EXIT_DONE);
        assert_int_equal(count_lines(program.output), 13);
        assert_int_equal(variable_count(fixture), 0);
        program_free(&program);
        assert_int_equal(access(scratch_path(fixture->output, EFI_EVENT "/dmesg.txt"), F_OK), 0);
}

static void test_clear_without_a_copy(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "--all", "-o", "/dev/null/x", "-s", fixture->variables,
                    NULL);
        assert_status(&program, EXIT_FAILED);
        assert_int_equal(variable_count(fixture), 14);
        assert_string_equal(program.output, "");
        program_free(&program);
}

/* A malformed record is copied as it is, too; then it may go. One that cannot be read may not. */
static void test_clear_of_malformed_records(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        scratch_write(variable_path(fixture, "dump-type0-bad"), bytes_of("\7\0\0\0x", 5));
        scratch_write(variable_path(fixture, "dump-type0-4-9-5-D"), bytes_of("\7", 1));
        program_run(&program, NULL, "clear", "-y", "--all", "-o", fixture->output, "-s", fixture->variables,
                    NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.output, "efi:dump-type0-bad cleared\n");
        assert_int_equal(variable_count(fixture), 1);
        assert_int_equal(access(variable_path(fixture, "dump-type0-4-9-5-D"), F_OK), 0);
        program_free(&program);
        assert_file_is(fixture, "other/efi-dump-type0-bad.bin", text_view("x"));
}

static void test_clear_only_what_is_dumped(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "--dumped", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        assert_status(&program, EXIT_NOTHING);
        assert_int_equal(variable_count(fixture), 14);
        program_free(&program);

        program_run(&program, NULL, "dump", "-o", fixture->output, "-s", fixture->variables, NULL);
        program_free(&program);
        scratch_write(scratch_path(fixture->output, EFI_EVENT "/records/efi-dump-type0-3-1-1709210119-C.bin"),
                      text_view("corrupt"));
        program_run(&program, NULL, "clear", "-y", "--dumped", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        assert_int_equal(variable_count(fixture), 1);
        assert_int_equal(access(variable_path(fixture, "dump-type0-3-1-1709210119-C"), F_OK), 0);
        program_free(&program);
}

static void test_clear_by_age_and_number(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "clear", "-y", "--older-than", "2000w", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        assert_status(&program, EXIT_NOTHING);
        program_free(&program);
        program_run(&program, NULL, "clear", "-y", "--keep", "1", "-o", fixture->output, "-s",
                    fixture->variables, NULL);
        assert_status(&program, EXIT_NOTHING);
        program_free(&program);
        assert_int_equal(variable_count(fixture), 14);
        program_run(&program, NULL, "clear", "-y", "--older-than", "30d", "--keep", "0", "-o",
                    fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_int_equal(variable_count(fixture), 0);
}

static void test_write_then_list(void **state) {
        struct fixture *fixture = *state;
        struct program program;
        char id[300];

        program_run(&program, "Panic#7 Part1\n<0>[    1.000000] written\n", "write", "-s", fixture->variables,
                    NULL);
        assert_status(&program, EXIT_DONE);
        assert_int_equal(count_lines(program.output), 1);
        assert_int_equal(strncmp(program.output, "efi:dump-type0-1-1-", 19), 0);
        snprintf(id, sizeof(id), "%s", program.output);
        id[strcspn(id, "\n")] = '\0';
        program_free(&program);

        program_run(&program, NULL, "show", "-s", fixture->variables, id, NULL);
        assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "<0>[    1.000000] written\n");
        program_free(&program);
}

static void test_write_that_is_refused(void **state) {
        struct fixture *fixture = *state;
        char large[1200];
        struct program program;

        program_run(&program, NULL, "write", "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.messages, "nothing to store");
        program_free(&program);
        memset(large, 'x', sizeof(large));
        large[sizeof(large) - 1] = '\0';
        program_run(&program, large, "write", "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_int_equal(count_lines(program.messages), 1);
        assert_contains(program.messages, "1199 bytes are too large for one record: 1024");
        program_free(&program);
        program_run(&program, "x", "write", "-s", "pstorefs:tests/data/linux-tool/erst/pstore", NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.messages, "it can only be read");
        program_free(&program);
        program_run(&program, "x", "write", "-s", fixture->variables, "/does/not/exist", NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.messages, "/does/not/exist: not found");
        program_free(&program);
        assert_int_equal(variable_count(fixture), 14);
}

static void test_full_output(void **state) {
        struct program program;

        (void) state;
        program_run_to(&program, "/dev/full", "show", "-s", ERST_IMAGE, NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.messages, "standard output: no space left");
        program_free(&program);
        program_run_to(&program, "/dev/full", "--version", NULL);
        assert_status(&program, EXIT_FAILED);
        program_free(&program);
}

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

static void test_json_of_list(void **state) {
        struct json_object *report;
        struct program program;

        (void) state;
        program_run(&program, NULL, "list", "--json", "-s", ERST_IMAGE, NULL);
        assert_status(&program, EXIT_DONE);
        report = parse_report(&program, "pstore-fw/list/1");
        assert_string_equal(json_object_get_string(at(report, "events.0.id")), ERST_EVENT);
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
        struct fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        scratch_write(variable_path(fixture, "dump-type0-bad"), bytes_of("\7\0\0\0x", 5));
        unlink(variable_path(fixture, "dump-type0-3-1-1709210119-C"));
        program_run(&program, NULL, "list", "-j", "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_FAILED);
        report = parse_report(&program, "pstore-fw/list/1");
        assert_string_equal(json_object_get_string(at(report, "others.0.error.code")), "ERR_VALUE");
        assert_string_equal(json_object_get_string(at(report, "others.0.error.field")), "variable name");
        assert_int_equal(json_object_get_int(at(report, "events.0.missing.0.first")), 3);
        assert_int_equal(json_object_get_int(at(report, "events.0.missing.0.last")), 3);
        json_object_put(report);
        program_free(&program);
}

static void test_json_of_show(void **state) {
        struct json_object *report;
        struct program program;
        char *log = erst_log();

        (void) state;
        program_run(&program, NULL, "show", "--json", "--parts", "-s", ERST_IMAGE, NULL);
        report = parse_report(&program, "pstore-fw/show/1");
        assert_string_equal(json_object_get_string(at(report, "events.0.log")), log);
        assert_int_equal(json_object_array_length(at(report, "events.0.parts")), 2);
        json_object_put(report);
        program_free(&program);
        free(log);
}

/* A log may hold any byte; JSON may not. */
static void test_json_is_utf8(void **state) {
        struct fixture *fixture = *state;
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
        struct fixture *fixture = *state;
        struct json_object *report;
        struct program program;

        program_run(&program, NULL, "dump", "-j", "-o", fixture->output, "-s", fixture->variables, NULL);
        report = parse_report(&program, "pstore-fw/dump/1");
        assert_int_equal(json_object_get_int(at(report, "saved")), 14);
        assert_int_equal(json_object_get_int(at(report, "files_written")), 30);
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
        assert_int_equal(variable_count(fixture), 0);
}

static void test_check(void **state) {
        struct json_object *report;
        struct program program;

        (void) state;
        program_run(&program, NULL, "check", "-s", EFI_IMAGE, NULL);
        assert_in_range(program.status, 1, 2);
        assert_contains(program.output, "14 records of 1 event ");
        program_free(&program);

        program_run(&program, NULL, "check", "-j", "-s", ERST_IMAGE, NULL);
        report = parse_report(&program, "pstore-fw/check/1");
        assert_int_equal(json_object_get_int(at(report, "stores.0.records")), 2);
        assert_null(at(report, "kernel"));
        json_object_put(report);
        program_free(&program);

        program_run(&program, NULL, "check", "-s", "erst-image:/does/not/exist", NULL);
        assert_status(&program, 2);
        program_free(&program);
}

/* A table in a file of the fixture's, with one byte changed when `offset` is not 0. The caller copies the
 * path. */
static const char *put_table(const struct fixture *fixture, size_t offset, uint8_t byte) {
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

static void test_erst(void **state) {
        struct json_object *report;
        struct program program;
        const char *path = put_table(*state, 0, 0);

        program_run(&program, NULL, "erst", path, NULL);
        assert_status(&program, EXIT_DONE);
        assert_contains(program.output, "BEGIN_WRITE_OPERATION");
        assert_contains(program.output, "GET_EXECUTE_OPERATION_TIMINGS");
        assert_string_equal(program.messages, "");
        program_free(&program);

        program_run(&program, NULL, "erst", "--json", path, NULL);
        assert_status(&program, EXIT_DONE);
        report = parse_report(&program, "pstore-fw/erst/1");
        assert_true(json_object_get_boolean(at(report, "header.checksum_ok")));
        assert_string_equal(json_object_get_string(at(report, "entries.0.action_name")),
                            "BEGIN_WRITE_OPERATION");
        assert_int_equal(json_object_array_length(at(report, "findings")), 0);
        json_object_put(report);
        program_free(&program);
}

static void test_wrong_erst(void **state) {
        const struct fixture *fixture = *state;
        struct program program;

        /* The instruction of entry 2: header, two entries, and the second byte. */
        program_run(&program, NULL, "erst", put_table(fixture, 48 + 2 * 32 + 1, 0x77), NULL);
        assert_status(&program, EXIT_FAILED);
        assert_string_equal(program.output, "");
        assert_int_equal(count_lines(program.messages), 1);
        assert_contains(program.messages, "/ERST: offset 113: entry 2: ");
        program_free(&program);

        program_run(&program, NULL, "erst", "tests/data/erst-image/linux-6.1-panic.bin", NULL);
        assert_status(&program, EXIT_FAILED);
        assert_int_equal(count_lines(program.messages), 1);
        assert_contains(program.messages, "linux-6.1-panic.bin: offset ");
        program_free(&program);

        program_run(&program, NULL, "erst", "/does/not/exist", NULL);
        assert_status(&program, EXIT_FAILED);
        assert_contains(program.messages, "/does/not/exist: not found");
        program_free(&program);
}

static void test_quiet(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "dump", "-q", "-o", fixture->output, "-s", fixture->variables, NULL);
        assert_status(&program, EXIT_DONE);
        assert_string_equal(program.messages, "");
        program_free(&program);
        program_run(&program, NULL, "list", "-q", "-s", "erst-image:/does/not/exist", NULL);
        assert_status(&program, EXIT_FAILED);
        assert_int_equal(count_lines(program.messages), 1);
        program_free(&program);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_help_and_version),
                TEST(test_usage_errors),
                TEST(test_list),
                TEST(test_show_is_what_the_kernel_showed),
                TEST(test_show_parts_and_raw),
                TEST(test_nothing_found),
                TEST(test_store_that_cannot_be_read),
                TEST(test_malformed_records),
                TEST(test_dump),
                TEST(test_dump_beside_a_corrupt_copy),
                TEST(test_dump_to_where_nothing_can_be),
                TEST(test_clear_needs_a_yes),
                TEST(test_clear_dry_run),
                TEST(test_clear),
                TEST(test_clear_without_a_copy),
                TEST(test_clear_of_malformed_records),
                TEST(test_clear_only_what_is_dumped),
                TEST(test_clear_by_age_and_number),
                TEST(test_write_then_list),
                TEST(test_write_that_is_refused),
                TEST(test_full_output),
                TEST(test_json_of_list),
                TEST(test_json_of_malformed_records),
                TEST(test_json_of_show),
                TEST(test_json_is_utf8),
                TEST(test_json_of_dump_and_clear),
                TEST(test_check),
                TEST(test_erst),
                TEST(test_wrong_erst),
                TEST(test_quiet),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
