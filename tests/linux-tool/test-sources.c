/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/source/pstorefs.h"
#include "linux-tool/source/sources.h"
#include "pstore/variable-name.h"
#include "store/catalog.h"
#include "store/clear.h"
#include "tests/support/faulty.h"
#include "tests/support/loaded-source.h"
#include "tests/support/scratch.h"

#define VARIABLE_HEADER 60 /* edk2's, of an authenticated variable */

/* Where the kernel's pstore showed this record. */
static void kernel_file_name(const struct record *record, char *name, size_t size) {
        struct variable_name variable;

        if (record->store == RECORD_STORE_ERST) {
                snprintf(name, size, "dmesg-erst-%llu", strtoull(record->name, NULL, 16));
                return;
        }
        assert_ok(variable_name_parse(text_view(record->name), &variable));
        snprintf(name, size, "dmesg-efi-%llu",
                 ((unsigned long long) variable.seconds * 100 + variable.part) * 1000 + variable.count);
}

static void assert_as_the_kernel_showed(const struct catalog *catalog, const char *directory) {
        for (size_t i = 0; i < catalog->row_count; i++) {
                const struct record *record = &catalog->rows[i]->record;
                struct bytes shown;
                char name[64];

                kernel_file_name(record, name, sizeof(name));
                shown = test_read_file(scratch_path(directory, name));
                assert_ok(record->error);
                assert_true(bytes_equal(record->text, shown));
                free((void *) shown.data);
        }
}

static void assert_event_name(const struct loaded *loaded, size_t index, const char *wanted) {
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        assert_true(index < loaded->catalog.event_count);
        event_format_name(&loaded->catalog.events[index], &text);
        assert_string_equal(name, wanted);
}

static void test_erst_image(NO_STATE) {
        struct loaded loaded;

        load(&loaded, "erst-image:tests/data/erst-image/linux-6.1-panic.bin");
        assert_int_equal(loaded.result, 2);
        assert_as_the_kernel_showed(&loaded.catalog, test_data("linux-tool/erst/pstore"));
        assert_event_name(&loaded, 0, "20240229T123510Z-erst-panic1");
        unload(&loaded);
}

static void test_efi_image(NO_STATE) {
        struct source_space space;
        struct loaded loaded;

        load(&loaded, "efi-image:tests/data/variable-store/linux-6.1-panic.fd");
        assert_int_equal(loaded.result, 14);
        assert_as_the_kernel_showed(&loaded.catalog, test_data("linux-tool/efi/pstore"));
        assert_event_name(&loaded, 0, "20240229T123519Z-efi-panic1");
        assert_ok(loaded.source->operations->space(loaded.source, &space));
        assert_true(space.known);
        assert_true(space.remaining < space.total);
        unload(&loaded);
}

static void test_pstorefs_of_efi(NO_STATE) {
        struct loaded loaded;

        load(&loaded, "pstorefs:tests/data/linux-tool/efi/pstore");
        assert_int_equal(loaded.result, 14);
        assert_as_the_kernel_showed(&loaded.catalog, test_data("linux-tool/efi/pstore"));
        assert_event_name(&loaded, 0, "20240229T123519Z-efi-panic1");
        unload(&loaded);
}

/* ERST's ids do not tell the time of a record: the file's time does. */
static void test_pstorefs_of_erst(NO_STATE) {
        const struct timespec times[2] = { { .tv_sec = 1709210110 }, { .tv_sec = 1709210110 } };
        static const char *const names[] = { "dmesg-erst-7341001524442562561",
                                             "dmesg-erst-7341001524442562562" };
        char *directory = scratch_make(), spec[4200];
        struct loaded loaded;

        scratch_copy_files(test_data("linux-tool/erst/pstore"), directory);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_int_equal(utimensat(AT_FDCWD, scratch_path(directory, names[i]), times, 0), 0);
        snprintf(spec, sizeof(spec), "pstorefs:%s", directory);
        load(&loaded, spec);
        assert_int_equal(loaded.result, 2);
        assert_as_the_kernel_showed(&loaded.catalog, directory);
        assert_event_name(&loaded, 0, "20240229T123510Z-erst-panic1");
        unload(&loaded);
        scratch_remove(directory);
}

static void test_pstorefs_names(NO_STATE) {
        static const struct {
                const char *file_name, *name;
                enum record_store store;
                enum record_form form;
                enum record_type type;
                uint64_t seconds;
        } rows[] = {
                { "dmesg-erst-7341001524442562561", "65e079fe00000001", RECORD_STORE_ERST, RECORD_FORM_TEXT,
                  RECORD_TYPE_DMESG, 0 },
                { "dmesg-erst-1.enc.z", "0000000000000001", RECORD_STORE_ERST, RECORD_FORM_PACKED,
                  RECORD_TYPE_DMESG, 0 },
                { "dmesg-efi-170921011914001", "dump-type0-14-1-1709210119", RECORD_STORE_EFI,
                  RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 1709210119 },
                { "dmesg-efi_pstore-170921011901002.enc.z", "dump-type0-1-2-1709210119", RECORD_STORE_EFI,
                  RECORD_FORM_PACKED, RECORD_TYPE_DMESG, 1709210119 },
                { "mce-erst-18446744073709551614", "fffffffffffffffe", RECORD_STORE_ERST, RECORD_FORM_TEXT,
                  RECORD_TYPE_MCE, 0 },
                { "powerpc-ofw-erst-16", "0000000000000010", RECORD_STORE_ERST, RECORD_FORM_TEXT,
                  RECORD_TYPE_PPC_OF, 0 },
                { "dmesg-ramoops-0", "dmesg-ramoops-0", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT,
                  RECORD_TYPE_DMESG, 0 },
                { "console-ramoops-0", "console-ramoops-0", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT,
                  RECORD_TYPE_CONSOLE, 0 },
                { "ftrace-ramoops-0", "ftrace-ramoops-0", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT,
                  RECORD_TYPE_FTRACE, 0 },
                { "pmsg-ramoops-0", "pmsg-ramoops-0", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT,
                  RECORD_TYPE_PMSG, 0 },
                /* kernels up to about 4.0 gave these two no number */
                { "console-ramoops", "console-ramoops", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT,
                  RECORD_TYPE_CONSOLE, 0 },
                { "ftrace-ramoops", "ftrace-ramoops", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT,
                  RECORD_TYPE_FTRACE, 0 },
                { "console-efi", "console-efi", RECORD_STORE_PSTOREFS, RECORD_FORM_TEXT, RECORD_TYPE_CONSOLE,
                  0 },
                { "dmesg-pstore_blk-1.enc.z", "dmesg-pstore_blk-1.enc.z", RECORD_STORE_PSTOREFS,
                  RECORD_FORM_PACKED, RECORD_TYPE_DMESG, 0 },
                { "type99-erst-16", "0000000000000010", RECORD_STORE_ERST, RECORD_FORM_TEXT,
                  RECORD_TYPE_UNKNOWN, 0 },
        };
        static const char *const others[] = {
                "dmesg-a.b-1",
                "dmesg-a name-1",
                "dmesg-seventeen_letters-1",
                "notes-ramoops-0",
                "notes-ramoops",
                "dmesg-ramoops",
                "pmsg-ramoops",
                "console-",
                "console",
                "console-a.b",
                "console-ramoops-0x",
                "console-ramoops.bak",
                "foreign-ramoops-0",
                "dmesg-erst-",
                "dmesg-erst-12x",
                "dmesg-erst",
                "erst-1",
                "-erst1",
                ".",
                "",
                "dmesg-erst--1",
                "dmesg-erst-1.enc",
                "type99-efi-1",
                "dmesg-erst-99999999999999999999",
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct source_entry entry = { 0 };

                assert_true(pstorefs_parse_name(rows[i].file_name, &entry));
                assert_string_equal(entry.name, rows[i].name);
                assert_int_equal(entry.store, rows[i].store);
                assert_int_equal(entry.form, rows[i].form);
                assert_int_equal(entry.type, rows[i].type);
                assert_int_equal(entry.seconds, rows[i].seconds);
        }
        for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
                struct source_entry entry = { 0 };

                if (pstorefs_parse_name(others[i], &entry))
                        fail_msg("%s is taken for a record", others[i]);
        }
}

/* The id of part 100 is that of part 0 a second later: the text tells. */
static void test_pstorefs_parts_beyond_100(NO_STATE) {
        static const struct {
                const char *file_name, *text, *name;
        } rows[] = {
                { "dmesg-efi-170921012000001", "Panic#1 Part100\n", "dump-type0-100-1-1709210119" },
                { "dmesg-efi-170921012099001", "Panic#1 Part199\n", "dump-type0-199-1-1709210119" },
                { "dmesg-efi-170921011999001", "Panic#1 Part99\n", "dump-type0-99-1-1709210119" },
                { "dmesg-efi-170921011902001", "Oops#1001 Part1\n", "dump-type0-1-1001-1709210119" },
                /* texts of other ids, and none */
                { "dmesg-efi-170921011901001", "Panic#1 Part2\n", "dump-type0-1-1-1709210119" },
                { "dmesg-efi-170921011901001", "Panic#2 Part1\n", "dump-type0-1-1-1709210119" },
                { "dmesg-efi-170921011901001", "Panic#4294967295 Part1\n", "dump-type0-1-1-1709210119" },
                { "dmesg-efi-170921011901001", "Panic#1 Part1", "dump-type0-1-1-1709210119" },
                { "dmesg-efi-1", "Panic#1 Part1\n", "dump-type0-0-1-0" },
                { "dmesg-efi-1", "Panic#2 Part1\n", "dump-type0-0-1-0" },
                { "console-efi-170921012000001", "Panic#1 Part100\n", "dump-type2-0-1-1709210120" },
                { "dmesg-efi-170921012000001.enc.z", "Panic#1 Part100\n", "dump-type0-0-1-1709210120" },
                { "dmesg-erst-170921012000001", "Panic#1 Part100\n", "00009b73a6347501" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct source_entry entry = { 0 };

                assert_true(pstorefs_parse_name(rows[i].file_name, &entry));
                pstorefs_correct_name(text_view(rows[i].text), &entry);
                assert_string_equal(entry.name, rows[i].name);
        }
}

static void test_variables_that_pstorefs_shows_as_one(NO_STATE) {
        static const struct {
                const char *left, *right;
                bool as_one;
        } rows[] = {
                { "dump-type0-1-1-1709210119-C", "dump-type0-1-1-1709210119-D", true },
                { "dump-type0-1-1-1709210119-C", "dump-type0-1-1-1709210119", true },
                { "dump-type0-1-1-1709210119-X", "dump-type0-1-1-1709210119-C", true },
                { "dump-type0-101-1-1709210119-C", "dump-type0-1-1-1709210120-C", true },
                { "dump-type0-1-1001-1709210119-C", "dump-type0-2-1-1709210119-C", true },
                { "dump-type0-1-1-1709210119-C", "dump-type0-1-1-1709210119-C", false }, /* it is itself */
                { "dump-type0-1-1-1709210119-C", "dump-type2-1-1-1709210119-C", false },
                { "dump-type0-1-1-1709210119-C", "dump-type0-2-1-1709210119-C", false },
                { "HwErrRec0000", "HwErrRec0001", false },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(pstorefs_shows_as_one(rows[i].left, rows[i].right), rows[i].as_one);
                assert_int_equal(pstorefs_shows_as_one(rows[i].right, rows[i].left), rows[i].as_one);
        }
}

static void put_file(const char *directory, const char *name, const char *text) {
        FILE *file = fopen(scratch_path(directory, name), "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
}

/* efivarfs shows the same record under its own name: it is one record, and one event. */
static void test_pstorefs_and_efivarfs_agree_on_part_100(NO_STATE) {
        char *directory = scratch_make(), spec[4200];
        struct loaded loaded;

        put_file(directory, "dmesg-efi_pstore-170921011999001", "Panic#1 Part99\nb\n");
        put_file(directory, "dmesg-efi_pstore-170921012000001", "Panic#1 Part100\na\n");
        snprintf(spec, sizeof(spec), "pstorefs:%s", directory);
        load(&loaded, spec);
        assert_int_equal(loaded.result, 2);
        assert_int_equal(loaded.catalog.event_count, 1);
        assert_event_name(&loaded, 0, "20240229T123519Z-efi-panic1");
        assert_string_equal(loaded.catalog.records[0]->name, "dump-type0-100-1-1709210119");
        assert_true(record_has_id(loaded.catalog.records[0], "efi:dump-type0-100-1-1709210119-C"));
        unload(&loaded);
        scratch_remove(directory);
}

/* Back ends that have no other door: texts with the lines that those put before, and other types. */
static void test_pstorefs_of_other_back_ends(NO_STATE) {
        static const struct {
                const char *file, *text;
        } files[] = {
                { "dmesg-ramoops-0", "====1709210110.123456-D\nPanic#1 Part1\n<0>[    1.0] ram\n" },
                { "dmesg-ramoops-1", "Oops#1 Part1\n<0>[    1.0] without a stamp\n" },
                { "dmesg-pstore_blk-0", "Panic: Total 3 times\nPanic#1 Part1\n<0>[    1.0] block\n" },
                { "console-ramoops-0", "console\n" },
                { "pmsg-ramoops-0", "user\n" },
                { "ftrace-ramoops-0", "CPU:0 ts:1 ...\n" },
        };
        char *directory = scratch_make(), spec[4200];
        struct loaded loaded;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                scratch_write(scratch_path(directory, files[i].file), text_view(files[i].text));
        snprintf(spec, sizeof(spec), "pstorefs:%s", directory);
        load(&loaded, spec);
        assert_int_equal(loaded.result, ARRAY_SIZE(files));
        assert_int_equal(loaded.catalog.event_count, 3);
        assert_int_equal(loaded.catalog.record_count - loaded.catalog.other_first, 3);
        assert_event_name(&loaded, 0, "20240229T123510Z-ramoops-panic1");
        assert_int_equal(loaded.catalog.events[0].log_size, strlen("<0>[    1.0] ram\n"));
        for (size_t i = 0; i < loaded.catalog.row_count; i++) {
                const struct record *record = &loaded.catalog.rows[i]->record;
                char id[RECORD_ID_SIZE];
                struct text text = TEXT_ON(id);

                record_format_id(record, &text);
                assert_true(text_starts_with(id, "pstorefs:"));
                assert_true(record_has_id(record, id));
                assert_ok(record->error);
                assert_true(record_has_log(record));
        }
        unload(&loaded);
        scratch_remove(directory);
}

/* A directory of copies is its own truth: what is gone is gone. */
static void test_pstorefs_clear(NO_STATE) {
        char *directory = scratch_make(), spec[4200];
        struct clear_result result;
        struct loaded loaded;

        scratch_copy_files(test_data("linux-tool/efi/pstore"), directory);
        scratch_write(scratch_path(directory, "notes-ramoops-0"), text_view("not ours"));
        snprintf(spec, sizeof(spec), "pstorefs:%s", directory);
        load(&loaded, spec);
        assert_error(loaded.result, ERR_STRAY);
        assert_int_equal(loaded.catalog.row_count, 14);
        loaded.work.states[3].selected = loaded.work.states[5].selected = true;
        assert_ok(clear_selected(&loaded.work, NULL, NULL, &result));
        assert_int_equal(result.cleared_count, 2);
        assert_int_equal(scratch_count_files(directory), 13);
        unload(&loaded);
        scratch_remove(directory);
}

static void test_what_is_not_there(NO_STATE) {
        static const struct {
                const char *spec;
                int error;
        } rows[] = {
                { "pstorefs:/does/not/exist", ERR_NOT_FOUND },
                { "pstorefs:/dev/null", ERR_NOT_DIRECTORY },
                { "erst-dbg:/does/not/exist", ERR_NO_STORE },
                { "erst-image:/does/not/exist", ERR_NOT_FOUND },
                { "efi-image:/does/not/exist", ERR_NOT_FOUND },
                { "efi-image:/tmp", ERR_IS_DIRECTORY },
                { "erst-image:/dev/null", ERR_TRUNCATED },
                { "efi-image:/dev/null", ERR_TRUNCATED },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct loaded loaded;

                load(&loaded, rows[i].spec);
                assert_error(loaded.result, rows[i].error);
                assert_int_equal(loaded.catalog.row_count, 0);
                unload(&loaded);
        }
}

static void test_specs(NO_STATE) {
        static const char *const good[] = { "pstorefs", "pstorefs:x", "efivarfs",   "efivarfs:/x:y",
                                            "erst-dbg", "erst-mem",   "erst-mem:/x" };
        static const char *const bad[] = { "",     ":",          "pstorefs:", "erst-image", "erst-image:",
                                           "erst", "efi-imag:x", "pstorefsx", "efivar",     "erst-me" };

        for (size_t i = 0; i < ARRAY_SIZE(good); i++)
                assert_true(source_spec_is_valid(good[i]));
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_false(source_spec_is_valid(bad[i]));
}

/* A copy of the image with `size` bytes at `offset` replaced. */
static void write_damaged(const char *image, const char *path, size_t offset, const void *bytes,
                          size_t size) {
        struct bytes content = test_read_file(image);

        assert_true(bytes_contain(content, offset, size));
        memcpy((uint8_t *) content.data + offset, bytes, size);
        scratch_write(path, content);
        free((void *) content.data);
}

static void test_damaged_images(NO_STATE) {
        char *directory = scratch_make(), spec[4200];
        const char *path = scratch_path(directory, "image");
        struct loaded loaded;

        write_damaged("tests/data/erst-image/linux-6.1-panic.bin", path, 0, "X", 1);
        snprintf(spec, sizeof(spec), "erst-image:%s", path);
        load(&loaded, spec);
        assert_error(loaded.result, ERR_SIGNATURE);
        assert_string_equal(loaded.source->fault.field, "magic");
        unload(&loaded);

        /* The first slot's record loses its signature; the second one is still read. */
        write_damaged("tests/data/erst-image/linux-6.1-panic.bin", path, 8192, "X", 1);
        load(&loaded, spec);
        assert_int_equal(loaded.result, 2);
        assert_int_equal(catalog_faulty_count(&loaded.catalog), 1);
        assert_error(loaded.catalog.rows[0]->record.error, ERR_SIGNATURE);
        assert_ok(loaded.catalog.rows[1]->record.error);
        unload(&loaded);

        write_damaged("tests/data/variable-store/linux-6.1-panic.fd", path, 0x48, "X", 1);
        snprintf(spec, sizeof(spec), "efi-image:%s", path);
        load(&loaded, spec);
        assert_true(error_group(loaded.result) == ERROR_GROUP_INPUT);
        assert_non_null(loaded.source->fault.field);
        unload(&loaded);
        scratch_remove(directory);
}

/* A copy of the real volume in which the header of part 9 has `size` other bytes at `at`. */
static void write_with_part_9(const char *path, size_t at, const void *bytes, size_t size) {
        static const uint8_t name[] = "d\0u\0m\0p\0-\0t\0y\0p\0e\0"
                                      "0\0-\0"
                                      "9\0-\0";
        struct bytes image = test_read_file(test_data("variable-store/linux-6.1-panic.fd"));
        uint8_t *found = memmem(image.data, image.size, name, sizeof(name) - 1);

        assert_non_null(found);
        memcpy(found - VARIABLE_HEADER + at, bytes, size);
        scratch_write(path, image);
        free((void *) image.data);
}

/* Where a variable is malformed the walk ends; what came before it is there, and the fault is told. */
static void test_efi_image_that_breaks_off(NO_STATE) {
        char *directory = scratch_make(), spec[4200];
        struct loaded loaded;

        write_with_part_9(scratch_path(directory, "image"), 36, "\xee\xee\xee\xee", 4); /* NameSize */
        snprintf(spec, sizeof(spec), "efi-image:%s/image", directory);
        load(&loaded, spec);
        assert_true(error_group(loaded.result) == ERROR_GROUP_INPUT);
        assert_non_null(loaded.source->fault.field);
        assert_uint_in_range(loaded.catalog.row_count, 1, 13);
        unload(&loaded);
        scratch_remove(directory);
}

/* What firmware has deleted is still in the flash, and no record any more. */
static void test_efi_image_with_a_deleted_variable(NO_STATE) {
        char *directory = scratch_make(), spec[4200];
        struct loaded loaded;

        write_with_part_9(scratch_path(directory, "image"), 2, "\x3d", 1); /* State */
        snprintf(spec, sizeof(spec), "efi-image:%s/image", directory);
        load(&loaded, spec);
        assert_int_equal(loaded.result, 13);
        unload(&loaded);
        scratch_remove(directory);
}

/* The stores of the real crashes in the corpus, and what the same kernel showed of them after the reboot. */
static const struct {
        const char *folder, *image_kind, *image_file;
        int records, events;
} real_stores[] = {
        { "6.1-erst-panic", "erst-image", "erst.bin", 2, 1 },
        { "6.1-erst-oops-panic", "erst-image", "erst.bin", 4, 2 },
        { "6.1-efi-panic", "efi-image", "vars.fd", 14, 1 },
        { "6.1-efi-oops-panic", "efi-image", "vars.fd", 29, 2 },
};

/* A copy of the store's file, unpacked where it is packed. */
static const char *unpack(const char *directory, const char *folder, const char *file) {
        const char *path = scratch_path(directory, "store");
        char command[9000], from[200];

        snprintf(from, sizeof(from), "crash/%s/%s", folder, file);
        if (access(test_corpus(from), F_OK) == 0)
                snprintf(command, sizeof(command), "cp '%s' '%s'", test_corpus(from), path);
        else
                snprintf(command, sizeof(command), "xz -dc '%s.xz' > '%s'", test_corpus(from), path);
        assert_int_equal(system(command), 0);
        return path;
}

static void test_real_stores(NO_STATE) {
        if (!test_corpus(""))
                skip();
        for (size_t i = 0; i < ARRAY_SIZE(real_stores); i++) {
                char *directory = scratch_make(), spec[4400], shown[4200], folder[200];
                struct loaded loaded;

                snprintf(folder, sizeof(folder), "crash/%s/pstore", real_stores[i].folder);
                snprintf(shown, sizeof(shown), "%s", test_corpus(folder));
                snprintf(spec, sizeof(spec), "%s:%s", real_stores[i].image_kind,
                         unpack(directory, real_stores[i].folder, real_stores[i].image_file));
                load(&loaded, spec);
                assert_int_equal(loaded.result, real_stores[i].records);
                assert_int_equal(loaded.catalog.event_count, real_stores[i].events);
                assert_int_equal(loaded.catalog.other_first, loaded.catalog.record_count);
                assert_as_the_kernel_showed(&loaded.catalog, shown);
                unload(&loaded);

                snprintf(spec, sizeof(spec), "pstorefs:%s", shown);
                load(&loaded, spec);
                assert_int_equal(loaded.result, real_stores[i].records);
                assert_int_equal(loaded.catalog.event_count, real_stores[i].events);
                assert_as_the_kernel_showed(&loaded.catalog, shown);
                unload(&loaded);
                scratch_remove(directory);
        }
}

static void test_what_a_source_says_of_itself(NO_STATE) {
        static const struct {
                const char *spec;
                bool of_machine, is_view, is_archive;
                const char *location;
        } rows[] = {
                { "efivarfs", true, false, false, NULL },
                { "efivarfs:/x", false, false, false, NULL },
                { "erst-dbg", true, false, false, NULL },
                { "erst-dbg:/x", false, false, false, NULL },
                { "erst-mem", true, false, false, NULL },
                { "erst-mem:/x", false, false, false, NULL },
                { "pstorefs", true, true, false, "/sys/fs/pstore" },
                { "pstorefs:/x", false, true, false, "/x" },
                { "kdump", true, false, true, "/var/lib/pstore-fw" },
                { "kdump:/x", false, false, true, "/x" },
                { "erst-image:/x", false, false, false, "/x" },
                { "efi-image:/x", false, false, false, "/x" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct record_source *source = source_new(rows[i].spec);

                assert_non_null(source);
                if (source->of_machine != rows[i].of_machine || source->is_view != rows[i].is_view ||
                    source->is_archive != rows[i].is_archive)
                        fail_msg("%s", rows[i].spec);
                assert_int_equal(!source->location, !rows[i].location);
                if (source->location)
                        assert_string_equal(source->location, rows[i].location);
                source_free(source);
        }
}

/* The ESP's is among them when it is mounted. */
static void test_archives_of_this_machine(NO_STATE) {
        const char *specs[SOURCES_MAX];
        char *root = scratch_make();

        assert_int_equal(sources_add_archives(root, specs, 0), 3);
        assert_string_equal(specs[1], "dir:/var/lib/systemd/pstore");
        assert_string_equal(specs[2], "dir:/var/lib/pstore-fw");
        scratch_put(root, "/proc/self/mountinfo", "2 1 254:1 / /boot/efi rw - vfat /dev/vda1 rw\n");
        scratch_put(root, "/boot/efi/EFI/BOOT/BOOTX64.EFI", "");
        assert_int_equal(sources_add_archives(root, specs, 0), 4);
        assert_string_equal(specs[3], "dir:/boot/efi/EFI/pstore-fw/dumps");
        for (size_t i = 0; i < 4; i++) {
                struct record_source *source;

                assert_true(source_spec_is_valid(specs[i]));
                source = source_new(specs[i]);
                assert_true(source->is_archive);
                if (i > 0)
                        assert_string_equal(source->location, specs[i] + strlen("dir:"));
                source_free(source);
        }
        assert_int_equal(sources_add_archives(root, specs, SOURCES_MAX), SOURCES_MAX);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_archives_of_this_machine),
                cmocka_unit_test(test_erst_image),
                cmocka_unit_test(test_efi_image),
                cmocka_unit_test(test_pstorefs_of_efi),
                cmocka_unit_test(test_pstorefs_of_erst),
                cmocka_unit_test(test_pstorefs_names),
                cmocka_unit_test(test_pstorefs_of_other_back_ends),
                cmocka_unit_test(test_pstorefs_parts_beyond_100),
                cmocka_unit_test(test_variables_that_pstorefs_shows_as_one),
                cmocka_unit_test(test_pstorefs_and_efivarfs_agree_on_part_100),
                cmocka_unit_test(test_pstorefs_clear),
                cmocka_unit_test(test_what_is_not_there),
                cmocka_unit_test(test_specs),
                cmocka_unit_test(test_what_a_source_says_of_itself),
                cmocka_unit_test(test_damaged_images),
                cmocka_unit_test(test_efi_image_that_breaks_off),
                cmocka_unit_test(test_efi_image_with_a_deleted_variable),
                cmocka_unit_test(test_real_stores),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
