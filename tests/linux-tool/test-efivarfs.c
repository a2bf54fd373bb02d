/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/source/sources.h"
#include "pstore/variable-name.h"
#include "store/catalog.h"
#include "store/clear.h"
#include "tests/support/efivars-directory.h"
#include "tests/support/faulty.h"
#include "tests/support/scratch.h"

#define CRASH_VENDOR "-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"
#define OTHER_VENDOR "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ERROR_VENDOR "-414e6bdd-e47b-47cc-b244-bb61020cf516"
/* Tests that hang are killed, and have failed. */
#define HANG_SECONDS 60

#define LOG          "Panic#1 Part1\n<0>[    1.000000] Kernel panic - not syncing: test\n"

static const char *directory;

static void put_variable(const char *name, const char *content, size_t size) {
        scratch_write(scratch_path(directory, name), bytes_of(content, size));
}

static struct record_source *new_source(void) {
        struct record_source *source = source_new("efivarfs");

        assert_non_null(source);
        return source;
}

static int load(struct catalog *catalog, struct record_source *source) {
        int r;

        catalog_init(catalog, &system_allocator, codec_builtin, codec_builtin_count, NULL);
        r = catalog_add(catalog, source);
        assert_ok(catalog_join(catalog));
        return r;
}

/* UEFI 2.10, appendix P: found by vendor and name, read and erased under that vendor. */
static void test_hardware_error_records(NO_STATE) {
        struct record_source *source = new_source();
        uint8_t content[4 + 128] = "\xf\0\0\0CPER\1\1\xff\xff\xff\xff";
        struct catalog catalog;

        content[4 + 20] = 128;
        put_variable("HwErrRec0000" ERROR_VENDOR, (const char *) content, sizeof(content));
        put_variable("HwErrRecX000" ERROR_VENDOR, (const char *) content, sizeof(content));
        put_variable("HwErrRec0001" OTHER_VENDOR, (const char *) content, sizeof(content));
        put_variable("dump-type0-1-1-1709210119-D" ERROR_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        assert_int_equal(load(&catalog, source), 1);
        assert_string_equal(catalog.rows[0]->record.name, "HwErrRec0000");
        assert_int_equal(catalog.rows[0]->record.type, RECORD_TYPE_FOREIGN);
        assert_int_equal(catalog.rows[0]->record.raw.size, 128);
        assert_ok(source->operations->erase(source, "HwErrRec0000"));
        assert_int_not_equal(access(scratch_path(directory, "HwErrRec0000" ERROR_VENDOR), F_OK), 0);
        catalog_free(&catalog);
        source_free(source);
}

static void test_real_variables(NO_STATE) {
        struct record_source *source = new_source();
        struct catalog catalog;

        scratch_copy_files(test_data("linux-tool/efi/efivars"), directory);
        put_variable("Boot0001" OTHER_VENDOR, "\7\0\0\0xyz", 7);
        put_variable("dump-type0-1-1-1709210119-C" OTHER_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        assert_int_equal(load(&catalog, source), 14);
        assert_int_equal(catalog.event_count, 1);
        for (size_t i = 0; i < catalog.row_count; i++) {
                const struct record *record = &catalog.rows[i]->record;
                char stored[400], shown[300];
                struct variable_name name;
                struct bytes file;

                assert_ok(variable_name_parse(text_view(record->name), &name));
                snprintf(shown, sizeof(shown), "linux-tool/efi/pstore/dmesg-efi-%llu",
                         ((unsigned long long) name.seconds * 100 + name.part) * 1000 + name.count);
                file = test_read_file(test_data(shown));
                assert_true(bytes_equal(record->text, file));
                free((void *) file.data);

                snprintf(stored, sizeof(stored), "linux-tool/efi/efivars/%s" CRASH_VENDOR, record->name);
                file = test_read_file(test_data(stored));
                assert_true(bytes_equal(record->raw, bytes_from(file, 4)));
                free((void *) file.data);
        }
        catalog_free(&catalog);
        source_free(source);
}

/* The file of a variable that was erased behind efivarfs' back is empty; no record, and no error. */
static void test_ghosts(NO_STATE) {
        struct record_source *source = new_source();
        struct catalog catalog;

        put_variable("dump-type0-1-1-5-D" CRASH_VENDOR, "", 0);
        put_variable("dump-type0-2-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        assert_int_equal(load(&catalog, source), 1);
        assert_string_equal(catalog.rows[0]->record.name, "dump-type0-2-1-5-D");
        catalog_free(&catalog);
        source_free(source);
}

static void test_malformed_variables(NO_STATE) {
        struct record_source *source = new_source();
        struct catalog catalog;

        put_variable("dump-type0-1-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        put_variable("dump-type0-2-1-5-C" CRASH_VENDOR, "\7\0\0\0\x4b\x4c\x0d", 7);
        put_variable("dump-type0-3-1-5-D" CRASH_VENDOR, "\7\0", 2);
        put_variable("dump-type0-4-x" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        assert_int_equal(load(&catalog, source), 4);
        assert_int_equal(catalog_faulty_count(&catalog), 3);
        for (size_t i = 0; i < catalog.row_count; i++) {
                const struct record *record = &catalog.rows[i]->record;

                if (strcmp(record->name, "dump-type0-1-1-5-D") == 0)
                        assert_ok(record->error);
                if (strcmp(record->name, "dump-type0-3-1-5-D") == 0)
                        assert_error(record->error, ERR_TRUNCATED);
                if (strcmp(record->name, "dump-type0-4-x") == 0)
                        assert_string_equal(record->fault.field, "variable name");
        }
        catalog_free(&catalog);
        source_free(source);
}

/* A backup, a note, an upper-case vendor: none is a variable's file, and none hides one. Directories are no
 * files. */
static void test_strays(NO_STATE) {
        static const char *const strays[] = {
                "dump-type0-1-1-5-D" CRASH_VENDOR ".bak",
                "a-file-that-is-no-variable-and-has-a-long-name",
                "dump-type0-3-1-5-D-CFC8FC79-BE2E-4DDC-97F0-9F98BFE298A0",
                "short",
                CRASH_VENDOR,
        };
        struct record_source *source = new_source();
        struct source_entry entry;

        put_variable("dump-type0-1-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        put_variable("dump-type0-2-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        assert_int_equal(mkdir(scratch_path(directory, "below"), 0700), 0);
        for (size_t i = 0; i <= ARRAY_SIZE(strays); i++) {
                for (int round = 0; round < 2; round++) {
                        assert_ok(source->operations->open(source));
                        assert_int_equal(source->operations->next(source, &entry), 1);
                        assert_string_equal(entry.name, "dump-type0-1-1-5-D");
                        assert_int_equal(source->operations->next(source, &entry), 1);
                        assert_string_equal(entry.name, "dump-type0-2-1-5-D");
                        if (i > 0)
                                assert_error(source->operations->next(source, &entry), ERR_STRAY);
                        assert_int_equal(source->operations->next(source, &entry), 0);
                }
                if (i < ARRAY_SIZE(strays))
                        put_variable(strays[i], "x", 1);
        }
        source_free(source);
}

/* What was cleared is known to be gone, whatever else lies there. */
static void test_clear_among_strays(NO_STATE) {
        struct record_source *source = new_source();
        struct clear_result result;
        struct catalog catalog;
        struct work work;

        put_variable("dump-type0-1-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        put_variable("a stray", "x", 1);
        assert_error(load(&catalog, source), ERR_STRAY);
        assert_ok(work_init(&work, &catalog));
        work.states[0].selected = true;
        assert_ok(clear_selected(&work, NULL, NULL, &result));
        assert_int_equal(result.cleared_count, 1);
        work_free(&work);
        catalog_free(&catalog);
        source_free(source);
}

static void test_what_is_no_file(NO_STATE) {
        static const char *const bad[] = { "dump-type0-2-1-5-D", "dump-type0-3-1-5-D", "dump-type0-4-1-5-D" };
        struct record_source *source = new_source();
        struct catalog catalog;

        put_variable("dump-type0-1-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        assert_int_equal(mkfifo(scratch_path(directory, "dump-type0-2-1-5-D" CRASH_VENDOR), 0600), 0);
        assert_int_equal(symlink("dump-type0-1-1-5-D" CRASH_VENDOR,
                                 scratch_path(directory, "dump-type0-3-1-5-D" CRASH_VENDOR)),
                         0);
        assert_int_equal(mkdir(scratch_path(directory, "dump-type0-4-1-5-D" CRASH_VENDOR), 0700), 0);
        assert_int_equal(load(&catalog, source), 4);
        assert_int_equal(catalog.event_count, 1);
        assert_ok(catalog.rows[0]->record.error);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                struct stat status;
                char file[400];

                assert_string_equal(catalog.rows[i + 1]->record.name, bad[i]);
                assert_error(catalog.rows[i + 1]->record.error, ERR_FILE_KIND);
                assert_error(source->operations->erase(source, bad[i]), ERR_FILE_KIND);
                snprintf(file, sizeof(file), "%s" CRASH_VENDOR, bad[i]);
                assert_int_equal(lstat(scratch_path(directory, file), &status), 0);
        }
        catalog_free(&catalog);
        source_free(source);
}

/* As other systems export them: the data alone. */
static void test_copies_without_attributes(NO_STATE) {
        static const char error_record[128] = "CPER\1\1\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\x80";
        struct record_source *source = new_source();
        struct catalog catalog;

        put_variable("dump-type0-1-1-5-D" CRASH_VENDOR, LOG, sizeof(LOG) - 1);
        put_variable("dump-type0-2-1-5-D" CRASH_VENDOR, "\7\0\0\0" LOG, sizeof(LOG) + 3);
        put_variable("dump-type0-3-1-5-D" CRASH_VENDOR, "\0\0\0\0data", 8);
        put_variable("HwErrRec0000" ERROR_VENDOR, error_record, sizeof(error_record));
        assert_int_equal(load(&catalog, source), 4);
        assert_int_equal(catalog.rows[0]->record.raw.size, 128);
        for (size_t i = 1; i < 3; i++) {
                assert_ok(catalog.rows[i]->record.error);
                assert_true(bytes_equal(catalog.rows[i]->record.raw, bytes_of(LOG, sizeof(LOG) - 1)));
        }
        assert_true(bytes_equal(catalog.rows[3]->record.raw, bytes_of("\0\0\0\0data", 8)));
        catalog_free(&catalog);
        source_free(source);
}

static struct record_draft draft_of(const char *log, size_t size) {
        return (struct record_draft){ .log = bytes_of(log, size), .seconds = 1709210119 };
}

static void test_write(NO_STATE) {
        static const char *const names[] = { "dump-type0-1-1-1709210119-D", "dump-type0-1-2-1709210119-D" };
        const struct record_draft draft = draft_of(LOG, sizeof(LOG) - 1);
        struct record_source *source = new_source();

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                char name[RECORD_NAME_SIZE], file[400];
                struct bytes content;

                assert_ok(source->operations->write(source, &draft, name));
                assert_string_equal(name, names[i]);
                snprintf(file, sizeof(file), "%s" CRASH_VENDOR, name);
                content = test_read_file(scratch_path(directory, file));
                assert_true(bytes_equal(bytes_first(content, 4), bytes_of("\7\0\0\0", 4)));
                assert_true(bytes_equal(bytes_from(content, 4), draft.log));
                free((void *) content.data);
        }
        source_free(source);
}

static void test_write_that_is_refused(NO_STATE) {
        static const char large[VARIABLE_DATA_MAX + 1];
        struct record_source *source = new_source();
        struct record_draft draft = draft_of(large, sizeof(large));
        char name[RECORD_NAME_SIZE];

        assert_error(source->operations->write(source, &draft, name), ERR_TOO_LARGE);
        draft.log.size = 0;
        assert_error(source->operations->write(source, &draft, name), ERR_INVALID_ARGUMENT);
        assert_int_equal(scratch_count_files(directory), 0);
        draft.log.size = VARIABLE_DATA_MAX;
        assert_ok(source->operations->write(source, &draft, name));
        assert_int_equal(scratch_count_files(directory), 1);
        source_free(source);
}

static void test_clear(NO_STATE) {
        struct record_source *source = new_source();
        struct clear_result result;
        struct catalog catalog;
        struct work work;

        scratch_copy_files(test_data("linux-tool/efi/efivars"), directory);
        assert_int_equal(load(&catalog, source), 14);
        assert_ok(work_init(&work, &catalog));
        for (size_t i = 0; i < 5; i++)
                work.states[i].selected = true;
        assert_ok(clear_selected(&work, NULL, NULL, &result));
        assert_int_equal(result.cleared_count, 5);
        assert_int_equal(scratch_count_files(directory), 9);
        work_free(&work);
        catalog_free(&catalog);
        source_free(source);
}

static void test_execute_anew(NO_STATE) {
        const char *const none[] = { "pstorefs", "efivarfs", "erst-image:x" };
        const char *const two[] = { "efivarfs:/a", "efivarfs:/b" };
        char same[4200];
        const char *const present[] = { same };
        char *arguments[] = { NULL };

        snprintf(same, sizeof(same), "efivarfs:%s", directory);
        assert_ok(efivarfs_execute_anew(none, ARRAY_SIZE(none), arguments));
        assert_ok(efivarfs_execute_anew(present, 1, arguments));
        assert_error(efivarfs_execute_anew(two, ARRAY_SIZE(two), arguments), ERR_INVALID_ARGUMENT);
}

static void test_space_of_a_directory_is_unknown(NO_STATE) {
        struct record_source *source = new_source();
        struct source_space space;

        assert_ok(source->operations->space(source, &space));
        assert_false(space.known);
        assert_int_equal(space.largest_record, VARIABLE_DATA_MAX);
        source_free(source);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_real_variables, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_hardware_error_records, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_ghosts, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_malformed_variables, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_strays, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_clear_among_strays, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_what_is_no_file, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_copies_without_attributes, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_write, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_write_that_is_refused, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_clear, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_execute_anew, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_space_of_a_directory_is_unknown, efivars_directory_make_empty),
        };
        int failures;

        (void) argc;
        directory = efivars_directory();
        if (!directory)
                return efivars_directory_start_again(argv);
        alarm(HANG_SECONDS);
        failures = cmocka_run_group_tests(tests, NULL, NULL);
        efivars_directory_remove();
        return failures;
}
