/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The dumps of a crash kernel as the command shows them. */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/options.h"
#include "linux-tool/source/sources.h"
#include "store/catalog.h"
#include "store/clear.h"
#include "store/list.h"
#include "tests/support/loaded-source.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"

#define FIRST      "20261121T075124Z-kdump-panic1"
#define SECOND     "20261121T075124Z-kdump-panic2"
#define LATER      "20261122T000000Z-kdump-panic1"

#define FIRST_LOG  "[    1.000000] one\n[    2.000000] Kernel panic - not syncing: sysrq\n"
#define SECOND_LOG "[    1.000000] two\n"
#define LATER_LOG  "Panic#7 Part9\nthree"

struct fixture {
        char *directory;
        char spec[4200];
};

static const char *path_in(const struct fixture *fixture, const char *name, const char *file) {
        return scratch_path(scratch_path(fixture->directory, name), file);
}

static void put_file(const struct fixture *fixture, const char *name, const char *file, const char *text) {
        (void) mkdir(scratch_path(fixture->directory, name), 0700);
        scratch_write(path_in(fixture, name, file), text_view(text));
}

static void put_dump(const struct fixture *fixture, const char *name, const char *log) {
        put_file(fixture, name, "dmesg.txt", log);
        put_file(fixture, name, "manifest.json", "{\n}\n");
}

static int setup(void **state) {
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        fixture->directory = scratch_make();
        snprintf(fixture->spec, sizeof(fixture->spec), "kdump:%s", fixture->directory);
        *state = fixture;
        return 0;
}

static int teardown(void **state) {
        struct fixture *fixture = *state;

        scratch_remove(fixture->directory);
        free(fixture);
        return 0;
}

static void assert_event(const struct loaded *loaded, size_t index, const char *name, const char *log) {
        const struct event *event = &loaded->catalog.events[index];
        const struct record *record = loaded->catalog.records[event->first];
        char event_name[EVENT_NAME_SIZE], id[RECORD_ID_SIZE];
        struct text name_text = TEXT_ON(event_name), id_text = TEXT_ON(id);

        event_format_name(event, &name_text);
        assert_string_equal(event_name, name);
        record_format_id(record, &id_text);
        assert_int_equal(strncmp(id, "kdump:", 6), 0);
        assert_string_equal(id + 6, name);
        assert_int_equal(event->record_count, 1);
        assert_int_equal(event_missing_count(event, loaded->catalog.records), 0);
        assert_true(bytes_equal(record_log(record), text_view(log)));
        assert_int_equal(event->log_size, strlen(log));
}

/* The log is what is in the file, also where it looks like pstore's. */
static void test_events(void **state) {
        struct fixture *fixture = *state;
        struct loaded loaded;

        put_dump(fixture, LATER, LATER_LOG);
        put_dump(fixture, SECOND, SECOND_LOG);
        put_dump(fixture, FIRST, FIRST_LOG);
        load(&loaded, fixture->spec);
        assert_int_equal(loaded.result, 3);
        assert_int_equal(loaded.catalog.event_count, 3);
        assert_event(&loaded, 0, FIRST, FIRST_LOG);
        assert_event(&loaded, 1, SECOND, SECOND_LOG);
        assert_event(&loaded, 2, LATER, LATER_LOG);
        assert_int_equal(loaded.catalog.events[0].reason, REASON_PANIC);
        assert_int_equal(loaded.catalog.events[1].count, 2);
        unload(&loaded);
}

static void assert_image(const struct fixture *fixture, enum source_image image, uint64_t size) {
        struct loaded loaded;

        load(&loaded, fixture->spec);
        assert_int_equal(loaded.catalog.row_count, 1);
        assert_int_equal(loaded.catalog.rows[0]->image, image);
        assert_int_equal(loaded.catalog.rows[0]->image_size, size);
        unload(&loaded);
}

static void test_images(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, FIRST, "dmesg.txt", FIRST_LOG);
        assert_image(fixture, SOURCE_IMAGE_CUT, 0);
        put_file(fixture, FIRST, "manifest.json", "{\n}\n");
        assert_image(fixture, SOURCE_IMAGE_NONE, 0);
        put_file(fixture, FIRST, "vmcore.part", "KD");
        assert_image(fixture, SOURCE_IMAGE_CUT, 0);
        put_file(fixture, FIRST, "vmcore", "KDUMP");
        assert_image(fixture, SOURCE_IMAGE_WHOLE, 5);
}

/* Only what has the form of a dump's name is one, and nothing that is no file is read. */
static void test_what_is_no_dump(void **state) {
        static const char *const others[] = {
                "20261121T075124Z-erst-panic1",
                "20261121T075124Z-kdump-panic",
                "20261121T075124Z-kdump-panic1.tmp",
                "20261321T075124Z-kdump-panic1",
                "20261121T075124Z-kdump-panic1\x1b[31m",
                ".pstore-fw-tools",
                "other",
        };
        struct fixture *fixture = *state;
        struct loaded loaded;

        for (size_t i = 0; i < ARRAY_SIZE(others); i++)
                put_dump(fixture, others[i], FIRST_LOG);
        load(&loaded, fixture->spec);
        assert_int_equal(loaded.result, 0);
        unload(&loaded);
}

static void assert_one_fault(const struct fixture *fixture, int error) {
        struct loaded loaded;

        load(&loaded, fixture->spec);
        assert_int_equal(loaded.catalog.row_count, 1);
        assert_int_equal(loaded.catalog.event_count, 0);
        assert_int_equal(loaded.catalog.rows[0]->record.error, error);
        unload(&loaded);
}

static void test_logs_that_are_none(void **state) {
        struct fixture *fixture = *state;
        const char *log;

        put_file(fixture, FIRST, "dmesg.txt.part", FIRST_LOG);
        assert_one_fault(fixture, ERR_LOG_MISSING);
        put_file(fixture, FIRST, "dmesg.txt", "");
        assert_one_fault(fixture, ERR_LOG_MISSING);
        log = path_in(fixture, FIRST, "dmesg.txt");
        assert_int_equal(unlink(log), 0);
        assert_int_equal(symlink("/etc/passwd", log), 0);
        assert_one_fault(fixture, ERR_LOG_MISSING);
        log = path_in(fixture, FIRST, "dmesg.txt");
        assert_int_equal(unlink(log), 0);
        assert_int_equal(mkfifo(log, 0600), 0);
        assert_one_fault(fixture, ERR_LOG_MISSING);
        log = path_in(fixture, FIRST, "dmesg.txt");
        assert_int_equal(unlink(log), 0);
        assert_int_equal(mkdir(log, 0700), 0);
        assert_one_fault(fixture, ERR_LOG_MISSING);
}

/* It is said what it is, and nobody sees the bytes. */
static void test_a_sealed_log(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        put_file(fixture, FIRST, "dmesg.txt.sealed", "PSTFSEAL");
        put_file(fixture, FIRST, "vmcore.sealed", "KDUMP");
        put_file(fixture, FIRST, "manifest.json", "{\n}\n");
        assert_one_fault(fixture, ERR_SEALED);
        assert_image(fixture, SOURCE_IMAGE_WHOLE, 5);
        program_run(&program, NULL, "show", "-s", fixture->spec, "kdump:" FIRST, NULL);
        test_assert_contains(program.messages, "is sealed: 'pstore-fw kdump unseal' opens it");
        assert_null(strstr(program.output, "PSTFSEAL"));
        program_free(&program);
        put_file(fixture, FIRST, "dmesg.txt", FIRST_LOG); /* it was opened there */
        program_run(&program, NULL, "show", "-s", fixture->spec, FIRST, NULL);
        assert_string_equal(program.output, FIRST_LOG);
        program_free(&program);
}

/* A file with a hole takes no disk, and would take all memory. */
static void test_a_huge_log(void **state) {
        struct fixture *fixture = *state;

        put_dump(fixture, FIRST, FIRST_LOG);
        assert_int_equal(truncate(path_in(fixture, FIRST, "dmesg.txt"), (off_t) 1 << 40), 0);
        assert_one_fault(fixture, ERR_TOO_LARGE);
}

static void test_a_link_instead_of_a_dump(void **state) {
        struct fixture *fixture = *state;

        put_dump(fixture, "elsewhere", FIRST_LOG);
        assert_int_equal(symlink(scratch_path(fixture->directory, "elsewhere"),
                                 scratch_path(fixture->directory, FIRST)),
                         0);
        assert_one_fault(fixture, ERR_LOG_MISSING);
}

static void test_no_directory(void **state) {
        struct fixture *fixture = *state;
        struct loaded loaded;

        snprintf(fixture->spec, sizeof(fixture->spec), "kdump:%s/none", fixture->directory);
        load(&loaded, fixture->spec);
        assert_int_equal(loaded.result, ERR_NOT_FOUND);
        unload(&loaded);
}

static void test_list_and_show(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        put_dump(fixture, FIRST, FIRST_LOG);
        put_file(fixture, FIRST, "vmcore", "KDUMP");
        program_run(&program, NULL, "list", "-s", fixture->spec, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, "kdump:" FIRST);
        test_assert_contains(program.output, "memory image: 5 bytes");
        program_free(&program);
        program_run(&program, NULL, "show", "-s", fixture->spec, FIRST, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, FIRST_LOG);
        program_free(&program);
}

static void test_check_refuses(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        program_run(&program, NULL, "check", "-s", fixture->spec, NULL);
        program_assert_status(&program, 3);
        assert_string_equal(program.output, "");
        test_assert_contains(program.messages, fixture->spec);
        program_free(&program);
}

/* Where it lies, a dump is what dump would make: nothing is added to it. */
static void test_dump_into_its_own_directory(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        put_dump(fixture, FIRST, FIRST_LOG);
        program_run(&program, NULL, "dump", "-s", fixture->spec, "-o", fixture->directory, NULL);
        program_assert_status(&program, EXIT_DONE);
        test_assert_contains(program.output, FIRST "/dmesg.txt");
        test_assert_contains(program.messages, "1 record of 1 event safe");
        test_assert_contains(program.messages, "0 files written");
        program_free(&program);
        assert_int_equal(scratch_count_files(fixture->directory), 2);
}

/* The same directory by another name. */
static void test_dump_through_a_link(void **state) {
        struct fixture *fixture = *state;
        char *other = scratch_make();
        struct program program;

        put_dump(fixture, FIRST, FIRST_LOG);
        assert_int_equal(symlink(fixture->directory, scratch_path(other, "link")), 0);
        program_run(&program, NULL, "dump", "-s", fixture->spec, "-o", scratch_path(other, "link"), NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_int_equal(scratch_count_files(fixture->directory), 2);
        scratch_remove(other);
}

static void test_dump_elsewhere(void **state) {
        struct fixture *fixture = *state;
        char *other = scratch_make();
        struct program program;
        struct bytes log;

        put_dump(fixture, FIRST, FIRST_LOG);
        put_file(fixture, FIRST, "vmcore", "KDUMP");
        program_run(&program, NULL, "dump", "-s", fixture->spec, "-o", other, NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        log = test_read_file(scratch_path(other, FIRST "/dmesg.txt"));
        assert_true(bytes_equal(log, text_view(FIRST_LOG)));
        free((void *) log.data);
        assert_int_not_equal(access(scratch_path(other, FIRST "/vmcore"), F_OK), 0);
        scratch_remove(other);
}

static void test_clear_removes_the_directory(void **state) {
        struct fixture *fixture = *state;
        char *other = scratch_make();
        struct program program;

        put_dump(fixture, FIRST, FIRST_LOG);
        put_file(fixture, FIRST, "vmcore", "KDUMP");
        put_dump(fixture, LATER, LATER_LOG);
        program_run(&program, NULL, "clear", "--yes", "-s", fixture->spec, "-o", other, FIRST, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "kdump:" FIRST " cleared\n");
        assert_null(strstr(program.messages, "copies are in"));
        program_free(&program);
        assert_int_not_equal(access(scratch_path(fixture->directory, FIRST), F_OK), 0);
        assert_int_equal(scratch_count_files(fixture->directory), 2);
        assert_int_equal(scratch_count_files(other), 0);
        scratch_remove(other);
}

/* What cannot be read can be removed; what a link leads to stays. */
static void test_clear_of_broken_dumps(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        put_file(fixture, FIRST, "dmesg.txt.part", FIRST_LOG);
        put_dump(fixture, "elsewhere", FIRST_LOG);
        assert_int_equal(symlink(scratch_path(fixture->directory, "elsewhere"),
                                 scratch_path(fixture->directory, LATER)),
                         0);
        program_run(&program, NULL, "clear", "--all", "--yes", "-s", fixture->spec, "-o", fixture->directory,
                    NULL);
        program_assert_status(&program, EXIT_FAILED); /* as with every record that cannot be read */
        test_assert_contains(program.output, "kdump:" FIRST " cleared\n");
        test_assert_contains(program.messages, "kdump:" FIRST ": holds no complete log");
        program_free(&program);
        assert_int_not_equal(access(scratch_path(fixture->directory, FIRST), F_OK), 0);
        assert_int_equal(access(path_in(fixture, "elsewhere", "dmesg.txt"), F_OK), 0);
}

static void test_dry_run(void **state) {
        struct fixture *fixture = *state;
        struct program program;

        put_dump(fixture, FIRST, FIRST_LOG);
        program_run(&program, NULL, "clear", "--all", "--dry-run", "-s", fixture->spec, NULL);
        program_assert_status(&program, EXIT_DONE);
        assert_string_equal(program.output, "kdump:" FIRST " would be cleared\n");
        program_free(&program);
        assert_int_equal(scratch_count_files(fixture->directory), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(events),
                TEST(images),
                TEST(what_is_no_dump),
                TEST(logs_that_are_none),
                TEST(a_sealed_log),
                TEST(a_huge_log),
                TEST(a_link_instead_of_a_dump),
                TEST(no_directory),
                TEST(list_and_show),
                TEST(check_refuses),
                TEST(dump_into_its_own_directory),
                TEST(dump_through_a_link),
                TEST(dump_elsewhere),
                TEST(clear_removes_the_directory),
                TEST(clear_of_broken_dumps),
                TEST(dry_run),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
