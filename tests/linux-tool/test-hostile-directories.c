/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* Directories of records in which other things lie: what is bad is named, and hides nothing. */
#include "tests/support/faulty.h"
#include "tests/support/program-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/options.h"
#include "pstore/cper.h"
#include "store/clear.h"
#include "tests/support/loaded-source.h"

#define LOG "Panic#1 Part1\n<0>[    1.000000] Kernel panic - not syncing: test\n"

/* A test that hangs is killed, and has failed. */
#define HANG_SECONDS 20

struct place {
        char *directory, spec[4200];
};

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->directory = scratch_make();
        snprintf(place->spec, sizeof(place->spec), "pstorefs:%s", place->directory);
        *state = place;
        alarm(HANG_SECONDS);
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        alarm(0);
        scratch_remove(place->directory);
        free(place);
        return 0;
}

static void put(const struct place *place, const char *name, const char *text) {
        scratch_write(scratch_path(place->directory, name), text_view(text));
}

static void put_socket(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(bind(fd, (const struct sockaddr *) &address, sizeof(address)), 0);
        close(fd);
}

static const struct record *find(const struct loaded *loaded, const char *name) {
        for (size_t i = 0; i < loaded->catalog.row_count; i++)
                if (strcmp(loaded->catalog.rows[i]->record.name, name) == 0)
                        return &loaded->catalog.rows[i]->record;
        fail_msg("there is no %s", name);
        return NULL;
}

/* --- pstorefs ----------------------------------------------------------------------------------- */

static void test_what_is_no_file(void **state) {
        static const char *const bad[] = { "dmesg-ramoops-2", "dmesg-ramoops-3", "dmesg-ramoops-4",
                                           "dmesg-ramoops-5", "dmesg-ramoops-6" };
        const struct place *place = *state;
        struct clear_result result;
        struct loaded loaded;

        put(place, "dmesg-ramoops-1", LOG);
        put(place, "outside", LOG);
        assert_int_equal(mkfifo(scratch_path(place->directory, bad[0]), 0600), 0);
        assert_int_equal(mkdir(scratch_path(place->directory, bad[1]), 0700), 0);
        assert_int_equal(symlink("outside", scratch_path(place->directory, bad[2])), 0);
        assert_int_equal(symlink("/dev/zero", scratch_path(place->directory, bad[3])), 0);
        put_socket(scratch_path(place->directory, bad[4]));
        load(&loaded, place->spec);
        assert_error(loaded.result, ERR_STRAY);
        assert_int_equal(loaded.catalog.row_count, 1 + ARRAY_SIZE(bad));
        assert_int_equal(loaded.catalog.event_count, 1);
        assert_ok(find(&loaded, "dmesg-ramoops-1")->error);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_error(find(&loaded, bad[i])->error, ERR_FILE_KIND);
        assert_int_equal(catalog_faulty_count(&loaded.catalog), ARRAY_SIZE(bad));
        for (size_t i = 0; i < loaded.work.count; i++)
                loaded.work.states[i].selected = loaded.catalog.rows[i]->record.error == 0;
        assert_ok(clear_selected(&loaded.work, NULL, NULL, &result));
        assert_int_equal(result.cleared_count, 1);
        unload(&loaded);
}

/* An id in the name of a variable's file tells the part wrongly from 100 on, so its beginning is read, too.
 */
static void test_a_pipe_in_place_of_a_variable(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        put(place, "dmesg-efi-170921011901001", LOG);
        assert_int_equal(mkfifo(scratch_path(place->directory, "dmesg-efi-170921011902001"), 0600), 0);
        load(&loaded, place->spec);
        assert_int_equal(loaded.catalog.event_count, 1);
        assert_error(find(&loaded, "dump-type0-2-1-1709210119")->error, ERR_FILE_KIND);
        unload(&loaded);
}

static void test_a_record_over_its_bound(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        put(place, "dmesg-ramoops-1", LOG);
        put(place, "console-ramoops-0", "");
        assert_int_equal(truncate(scratch_path(place->directory, "console-ramoops-0"), 17 << 20), 0);
        load(&loaded, place->spec);
        assert_int_equal(loaded.catalog.event_count, 1);
        assert_error(find(&loaded, "console-ramoops-0")->error, ERR_TOO_LARGE);
        unload(&loaded);
}

/* Each has its own bytes and an id of its own; what is done to one is done to no other. */
static void test_files_of_one_number(void **state) {
        static const struct {
                const char *file, *id, *text;
        } rows[] = {
                { "dmesg-erst-7341001524442562561", "erst:65e079fe00000001", "Panic#1 Part1\nerst\n" },
                { "console-erst-7341001524442562561", "pstorefs:console-erst-7341001524442562561",
                  "console\n" },
                { "dmesg-efi-170921011901001", "efi:dump-type0-1-1-1709210119",
                  "Panic#1 Part1\nbefore 6.2\n" },
                { "dmesg-efi_pstore-170921011901001", "pstorefs:dmesg-efi_pstore-170921011901001",
                  "Panic#1 Part1\nsince 6.2\n" },
                { "console-efi-170921011901001", "efi:dump-type2-1-1-1709210119", "another type\n" },
                { "dmesg-efi-170921011901001.enc.z", "pstorefs:dmesg-efi-170921011901001.enc.z",
                  "Panic#1 Part1\nnot packed\n" },
        };
        const struct place *place = *state;
        struct clear_result result;
        struct loaded loaded;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                put(place, rows[i].file, rows[i].text);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, ARRAY_SIZE(rows));
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const struct record *record = find(&loaded, strchr(rows[i].id, ':') + 1);
                const struct catalog_record *row = catalog_row(record);

                assert_true(record_has_id(record, rows[i].id));
                assert_true(bytes_equal(row->form == RECORD_FORM_TEXT ? record->text : record->raw,
                                        text_view(rows[i].text)));
        }
        loaded.work.states[catalog_row(find(&loaded, "65e079fe00000001"))->index].selected = true;
        loaded.work.states[catalog_row(find(&loaded, "dmesg-efi_pstore-170921011901001"))->index].selected =
                true;
        assert_ok(clear_selected(&loaded.work, NULL, NULL, &result));
        assert_int_equal(result.cleared_count, 2);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                assert_int_equal(access(scratch_path(place->directory, rows[i].file), F_OK),
                                 i == 0 || i == 3 ? -1 : 0);
        unload(&loaded);
}

/* What is erased is what was read. */
static void test_a_file_that_is_exchanged(void **state) {
        const struct place *place = *state;
        struct clear_result result;
        struct loaded loaded;

        put(place, "dmesg-ramoops-0", LOG);
        put(place, "dmesg-ramoops-1", LOG);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 2);
        put(place, "new", "Panic#1 Part1\nanother crash that nobody copied\n");
        assert_int_equal(rename(scratch_path(place->directory, "new"),
                                scratch_path(place->directory, "dmesg-ramoops-0")),
                         0);
        loaded.work.states[0].selected = loaded.work.states[1].selected = true;
        assert_error(clear_selected(&loaded.work, NULL, NULL, &result), ERR_CHANGED);
        assert_int_equal(result.cleared_count, 1);
        assert_int_equal(result.failed_count, 1);
        assert_int_equal(access(scratch_path(place->directory, "dmesg-ramoops-0"), F_OK), 0);
        unload(&loaded);
}

static void test_an_archive_of_systemd(void **state) {
        const struct place *place = *state;
        struct loaded loaded;

        scratch_put(place->directory, "/1709210119/dmesg-efi-170921011901001", LOG);
        load(&loaded, place->spec);
        assert_error(loaded.result, ERR_NESTED);
        unload(&loaded);
        assert_int_equal(
                rename(scratch_path(place->directory, "1709210119"), scratch_path(place->directory, "outer")),
                0);
        assert_int_equal(mkdir(scratch_path(place->directory, "1709210119"), 0700), 0);
        assert_int_equal(rename(scratch_path(place->directory, "outer"),
                                scratch_path(place->directory, "1709210119/001")),
                         0);
        load(&loaded, place->spec);
        assert_error(loaded.result, ERR_NESTED);
        unload(&loaded);
        /* Records of its own are what it has been named for. */
        put(place, "dmesg-efi-170921011901001", LOG);
        load(&loaded, place->spec);
        assert_int_equal(loaded.result, 1);
        unload(&loaded);
}

/* A link there leads out of the archive, and a directory that holds none is no archive. */
static void test_what_is_no_archive(void **state) {
        const struct place *place = *state;
        char *elsewhere = scratch_make();
        struct loaded loaded;

        scratch_write(scratch_path(elsewhere, "dmesg-efi-170921011901001"), text_view(LOG));
        assert_int_equal(symlink(elsewhere, scratch_path(place->directory, "1709210119")), 0);
        scratch_put(place->directory, "/1709210120/notes", "x");
        load(&loaded, place->spec);
        assert_error(loaded.result, ERR_STRAY); /* the link */
        assert_int_equal(loaded.catalog.row_count, 0);
        unload(&loaded);
        scratch_remove(elsewhere);
}

/* What systemd puts beside the records is theirs; each other file is named once, with its bytes visible. */
static void test_strays(void **state) {
        const struct place *place = *state;
        struct program program;

        put(place, "dmesg-efi-170921011901001", LOG);
        put(place, "dmesg.txt", LOG);
        put(place, "dmesg-efi-170921011901001.bak", LOG);
        put(place, "a\nline", "x");
        assert_int_equal(mkdir(scratch_path(place->directory, "a directory"), 0700), 0);
        program_run(&program, NULL, "list", "-s", place->spec, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.output, "efi:dump-type0-1-1-1709210119");
        assert_int_equal(test_count_lines(program.messages), 3);
        test_assert_contains(program.messages,
                             ": dmesg-efi-170921011901001.bak: no file of pstore: left out\n");
        test_assert_contains(program.messages, ": a\\x0aline: no file of pstore: left out\n");
        program_free(&program);
}

static void test_a_directory_of_strays(void **state) {
        const struct place *place = *state;
        struct program program;

        for (char name[] = "a"; name[0] <= 'z'; name[0]++)
                put(place, name, "x");
        program_run(&program, NULL, "list", "-s", place->spec, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.messages, ": holds files that are no records\n");
        test_assert_contains(program.messages, ": 10 more files that are no records are left out\n");
        assert_int_equal(test_count_lines(program.messages), 18);
        program_free(&program);
}

/* What was named for another kind of directory than it is. */
static void test_a_directory_of_another_kind(void **state) {
        const struct place *place = *state;
        char spec[4300];
        struct program program;

        put(place, "dmesg-efi-170921011901001", LOG);
        snprintf(spec, sizeof(spec), "efivarfs:%s", place->directory);
        program_run(&program, NULL, "list", "-s", spec, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(
                program.messages,
                ": dmesg-efi-170921011901001: a file of pstore (--source pstorefs:DIR): left out\n");
        program_free(&program);
        put(place, "dump-type0-1-1-5-D-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0", LOG);
        program_run(&program, NULL, "list", "-s", place->spec, NULL);
        program_assert_status(&program, EXIT_FAILED);
        test_assert_contains(program.output, "efi:dump-type0-1-1-1709210119");
        test_assert_contains(program.messages, ": a variable (--source efivarfs:DIR): left out\n");
        program_free(&program);
}

static void test_where_was_looked(void **state) {
        static const char *const verbs[] = { "list", "show", "dump" };
        const struct place *place = *state;
        char variables[4300], dumps[4300], wanted[20000];
        struct program program;

        snprintf(variables, sizeof(variables), "efivarfs:%s", place->directory);
        snprintf(dumps, sizeof(dumps), "kdump:%s", place->directory);
        snprintf(wanted, sizeof(wanted),
                 "pstore-fw: no records in %s (a directory, and no efivarfs), %s (a directory, and no "
                 "pstorefs), %s\n",
                 variables, place->spec, dumps);
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                program_run(&program, NULL, verbs[i], "-s", variables, "-s", place->spec, "-s", dumps, NULL);
                program_assert_status(&program, EXIT_NOTHING);
                assert_string_equal(program.messages, wanted);
                program_free(&program);
        }
}

/* --- erst-dbg ----------------------------------------------------------------------------------- */

/* From this one of the reads on, counted from 1, so many fail; 0: none. */
static unsigned reads_until_failure, failing_reads;
static int read_failure = EIO;

/* A program's own comes before libc's. */
ssize_t read(int fd, void *buffer, size_t size) {
        if (failing_reads > 0 && (reads_until_failure == 0 || --reads_until_failure == 0)) {
                failing_reads--;
                errno = read_failure;
                return -1;
        }
        return syscall(SYS_read, fd, buffer, size);
}

#define BLOCK_SIZE 0x4000 /* what a read() of the device gives at most, and of a file, too */

/* A file that is read like the device: each record alone in a block. */
static void put_device(const struct place *place, const uint64_t *ids, size_t count) {
        uint8_t *blocks = calloc(count, BLOCK_SIZE);

        for (size_t i = 0; i < count; i++) {
                char log[64];
                size_t size;

                snprintf(log, sizeof(log), "Panic#1 Part%zu\nrecord %zu\n", i + 1, i + 1);
                assert_ok(cper_build_dmesg(1, 1709210110, text_view(log), blocks + i * BLOCK_SIZE, BLOCK_SIZE,
                                           &size));
                memcpy(blocks + i * BLOCK_SIZE + CPER_RECORD_ID_OFFSET, &ids[i], sizeof(ids[i]));
        }
        scratch_write(scratch_path(place->directory, "erst_dbg"), bytes_of(blocks, count * BLOCK_SIZE));
        free(blocks);
}

static void load_device(struct loaded *loaded, const struct place *place) {
        char spec[4300];

        snprintf(spec, sizeof(spec), "erst-dbg:%s/erst_dbg", place->directory);
        load(loaded, spec);
}

/* The kernel's list has each id once; another one with other bytes is told, and neither is erased for both.
 */
static void test_two_records_of_one_id(void **state) {
        static const uint64_t ids[] = { 0x65e079fe00000001, 0x65e079fe00000002, 0x65e079fe00000001 };
        const struct place *place = *state;
        struct loaded loaded;

        put_device(place, ids, ARRAY_SIZE(ids));
        load_device(&loaded, place);
        assert_int_equal(loaded.result, 3);
        assert_true(bytes_equal(record_log(find(&loaded, "65e079fe00000001")), text_view("record 1\n")));
        assert_true(bytes_equal(record_log(find(&loaded, "65e079fe00000002")), text_view("record 2\n")));
        assert_string_equal(find(&loaded, "number-3")->fault.field, "record id");
        assert_error(loaded.source->operations->erase(loaded.source, "65e079fe00000001"), ERR_EXISTS);
        assert_error(loaded.source->operations->erase(loaded.source, "number-3"), ERR_EXISTS);
        assert_error(loaded.source->operations->erase(loaded.source, "65e079fe00000002"), ERR_NOT_SUPPORTED);
        unload(&loaded);
}

/* Two that are too short to have an id are two, and each has its own bytes. */
static void test_records_without_an_id(void **state) {
        static const uint64_t ids[] = { 0x65e079fe00000001, UINT64_MAX, UINT64_MAX };
        const struct place *place = *state;
        struct loaded loaded;

        put_device(place, ids, ARRAY_SIZE(ids));
        assert_int_equal(truncate(scratch_path(place->directory, "erst_dbg"), 3 * BLOCK_SIZE + 50), 0);
        load_device(&loaded, place);
        assert_int_equal(loaded.result, 4);
        assert_ok(find(&loaded, "65e079fe00000001")->error);
        assert_int_equal(find(&loaded, "number-2")->raw.size, BLOCK_SIZE);
        assert_int_equal(find(&loaded, "number-3")->raw.size, BLOCK_SIZE);
        assert_error(find(&loaded, "number-4")->error, ERR_TRUNCATED);
        assert_error(loaded.source->operations->erase(loaded.source, "number-2"), ERR_NOT_SUPPORTED);
        unload(&loaded);
}

/*
 * The kernel says EIO to a record over 16 KiB, and gives the next one at the next read. The file is one of a
 * record more then, whose place does not tell.
 */
static void test_records_that_the_device_refuses(void **state) {
        static const uint64_t ids[] = { 0x65e079fe00000001, 0x65e079fe00000002 };
        const struct place *place = *state;

        put_device(place, ids, ARRAY_SIZE(ids));
        for (unsigned refused = 1; refused <= 3; refused++) {
                char name[32];
                struct loaded loaded;

                snprintf(name, sizeof(name), "number-%u", refused);
                reads_until_failure = refused;
                failing_reads = 1;
                load_device(&loaded, place);
                assert_int_equal(loaded.result, 3);
                assert_int_equal(loaded.catalog.event_count, 1);
                assert_int_equal(loaded.catalog.events[0].record_count, 2);
                assert_error(find(&loaded, name)->error, ERR_IO);
                assert_int_equal(catalog_faulty_count(&loaded.catalog), 1);
                unload(&loaded);
        }
}

/*
 * What the platform said of a record is none of the system's errors: EINVAL is no argument of ours, and
 * ENODEV, also where nothing else comes, no machine without a store.
 */
static void test_what_the_platform_says_of_a_record_that_it_refuses(void **state) {
        static const struct {
                int number;
                int error;
        } rows[] = { { EINVAL, ERR_FAILED }, { ENODEV, ERR_HARDWARE }, { EBUSY, ERR_IN_USE } };
        static const uint64_t ids[] = { 0x65e079fe00000001 };
        const struct place *place = *state;

        put_device(place, ids, ARRAY_SIZE(ids));
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct loaded loaded;

                read_failure = rows[i].number;
                reads_until_failure = failing_reads = 1;
                load_device(&loaded, place);
                assert_int_equal(loaded.result, 2);
                assert_error(find(&loaded, "number-1")->error, rows[i].error);
                unload(&loaded);
                reads_until_failure = 1;
                failing_reads = UINT_MAX;
                load_device(&loaded, place);
                assert_error(loaded.result, rows[i].error);
                unload(&loaded);
                failing_reads = 0;
        }
        read_failure = EIO;
}

static void test_a_device_that_fails_in_between(void **state) {
        static const uint64_t ids[] = { 0x65e079fe00000001, 0x65e079fe00000002 };
        const struct place *place = *state;
        struct loaded loaded;

        put_device(place, ids, ARRAY_SIZE(ids));
        reads_until_failure = 2;
        failing_reads = UINT_MAX;
        load_device(&loaded, place);
        failing_reads = 0;
        assert_error(loaded.result, ERR_IO);
        assert_ok(find(&loaded, "65e079fe00000001")->error);
        unload(&loaded);
        reads_until_failure = 1;
        failing_reads = UINT_MAX;
        load_device(&loaded, place);
        failing_reads = 0;
        assert_error(loaded.result, ERR_IO);
        assert_int_equal(loaded.catalog.row_count, 0);
        unload(&loaded);
}

static void test_a_device_that_only_fails(void **state) {
        const struct place *place = *state;
        struct loaded loaded;
        char spec[4300];

        load(&loaded, "erst-dbg:/"); /* EISDIR, for ever */
        assert_error(loaded.result, ERR_IS_DIRECTORY);
        unload(&loaded);
        assert_int_equal(mkfifo(scratch_path(place->directory, "erst_dbg"), 0600), 0);
        snprintf(spec, sizeof(spec), "erst-dbg:%s/erst_dbg", place->directory);
        load(&loaded, spec);
        assert_int_equal(loaded.result, 0); /* nobody writes to it */
        unload(&loaded);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_is_no_file),
                TEST(test_a_pipe_in_place_of_a_variable),
                TEST(test_a_record_over_its_bound),
                TEST(test_files_of_one_number),
                TEST(test_a_file_that_is_exchanged),
                TEST(test_an_archive_of_systemd),
                TEST(test_what_is_no_archive),
                TEST(test_strays),
                TEST(test_a_directory_of_strays),
                TEST(test_a_directory_of_another_kind),
                TEST(test_where_was_looked),
                TEST(test_two_records_of_one_id),
                TEST(test_records_without_an_id),
                TEST(test_records_that_the_device_refuses),
                TEST(test_what_the_platform_says_of_a_record_that_it_refuses),
                TEST(test_a_device_that_fails_in_between),
                TEST(test_a_device_that_only_fails),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
