/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/esp-dump-target.h"
#include "efi-app/volumes.h"
#include "tests/efi-app/fixture.h"

#define DUMPS "EFI/pstore-fw/dumps"

static struct esp esp;
static struct esp_directory directory = { &esp, DUMPS };
static struct dump_target target;
static struct buffer buffer;

static int start_esp(void **state) {
        start(state);
        assert_ok(esp_open(&esp, &app));
        target = esp_dump_target(&directory);
        buffer_init(&buffer, &system_allocator);
        return 0;
}

static int finish_esp(void **state) {
        buffer_free(&buffer);
        esp_close(&esp);
        assert_int_equal(fake->volume.open_handles, 0);
        assert_int_equal(fake->volume.unflushed, 0);
        return finish(state);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_esp, finish_esp)

static int make_directory(const char *path) {
        return target.make_directory(target.context, path);
}

static int write_file(const char *path, struct bytes content) {
        return target.write_file(target.context, path, content);
}

static int read_file(const char *path) {
        return target.read_file(target.context, path, &buffer);
}

static void assert_own(const char *expected) {
        char name[128];
        struct text text = TEXT_ON(name);

        volumes_put_own(&app, &text);
        assert_string_equal(name, expected);
}

static void test_where_it_was_started_from(NO_STATE) {
        struct esp other;

        fake->volume.open_volume_status = EFI_NO_MEDIA;
        assert_error(esp_open(&other, &app), ERR_NO_MEDIUM);
        assert_own("where the application was started from");
        esp_close(&other);
        fake->loaded.DeviceHandle = NULL;
        assert_error(esp_open(&other, &app), ERR_NO_MEDIUM);
        esp_close(&other);
}

static void assert_name(const CHAR16 *map_names, const CHAR16 *label, const char *expected) {
        static const uint8_t path[] = { 0x7f, 0xff, 4, 0 };

        fake->has_shell = true;
        fake->device_path = path;
        fake->map_names = map_names;
        fake->volume.label = label;
        assert_own(expected);
}

static void test_what_a_person_calls_it(NO_STATE) {
        assert_name(u"FS0:;HD1b65535a1:;BLK2:", u"ESP", "fs0: (ESP)");
        assert_name(u"FS12:", NULL, "fs12");
        assert_name(u"FS12:", u"", "fs12");
        assert_name(NULL, u"NO NAME", "(NO NAME)");
        assert_name(u"FS0:", u"A\x1b[2J", "fs0: (A\\x1b[2J)");
        assert_name(NULL, u"thirty-one characters, and more.", "where the application was started from");
        assert_name(NULL, NULL, "where the application was started from");
}

static void test_directories_from_the_top_down(NO_STATE) {
        assert_ok(make_directory("event/below"));
        assert_true(fake_volume_find(&fake->volume, "EFI")->directory);
        assert_true(fake_volume_find(&fake->volume, DUMPS "/event/below")->directory);
        assert_int_equal(fake->volume.directories_made, 5);
        assert_ok(make_directory("event/below"));
        assert_ok(make_directory("event"));
        assert_ok(make_directory("other"));
        assert_int_equal(fake->volume.directories_made, 6);
}

static void test_a_file_in_the_place_of_a_directory(NO_STATE) {
        fake_volume_put_text(&fake->volume, "EFI/pstore-fw/dumps", "a file");
        assert_error(make_directory("event"), ERR_PERMISSION);
        assert_error(write_file("event/a", text_view("x")), ERR_NOT_FOUND);
        assert_int_equal(fake_volume_find(&fake->volume, "EFI/pstore-fw/dumps")->size, 6);
}

static void test_paths_without_end(NO_STATE) {
        char path[2000];

        memset(path, 'a', sizeof(path));
        path[sizeof(path) - 1] = '\0';
        assert_error(make_directory(path), ERR_TOO_LARGE);
        assert_error(write_file(path, text_view("x")), ERR_TOO_LARGE);
        assert_error(read_file(path), ERR_TOO_LARGE);
}

static void assert_round_trip(size_t size) {
        uint8_t *content = malloc(size + 1);
        struct test_random random = { .state = size };

        test_random_fill(&random, content, size);
        assert_ok(write_file("event/a.bin", bytes_of(content, size)));
        assert_int_equal(fake_volume_find(&fake->volume, DUMPS "/event/a.bin")->size, size);
        assert_ok(read_file("event/a.bin"));
        assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of(content, size)));
        free(content);
}

static void test_files_of_all_sizes(NO_STATE) {
        static const size_t sizes[] = { 0, 1, 512, 65535, 65536, 65537, 200000, 300 };

        assert_ok(make_directory("event"));
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
                assert_round_trip(sizes[i]);
}

static void test_a_write_that_does_less_than_it_was_told(NO_STATE) {
        assert_ok(make_directory("event"));
        fake->volume.write_at_most = 7;
        assert_round_trip(1000);
        assert_uint_in_range(fake->volume.writes, 143, 150);
        fake->volume.write_nothing = true;
        assert_error(write_file("event/b.bin", text_view("x")), ERR_NO_SPACE);
        assert_int_equal(fake_volume_count(&fake->volume, "event/b.bin"), 0);
}

/* Half a file would be taken for another version of the record. */
static void test_a_full_volume_leaves_no_half_file(NO_STATE) {
        static uint8_t content[100000];

        assert_ok(make_directory("event"));
        fake->volume.free_bytes = 70000;
        assert_error(write_file("event/a.bin", bytes_of(content, sizeof(content))), ERR_NO_SPACE);
        assert_int_equal(fake_volume_count(&fake->volume, "event/a.bin"), 0);
        assert_int_equal(fake->volume.deletes, 1);
}

static void test_a_flush_that_fails_leaves_no_file(NO_STATE) {
        assert_ok(make_directory("event"));
        fake->volume.flush_status = EFI_DEVICE_ERROR;
        assert_error(write_file("event/a.bin", text_view("x")), ERR_IO);
        assert_int_equal(fake_volume_count(&fake->volume, "event/a.bin"), 0);
}

static void test_a_close_that_fails_is_told(NO_STATE) {
        assert_ok(make_directory("event"));
        fake->volume.close_status = EFI_DEVICE_ERROR;
        assert_error(write_file("event/a.bin", text_view("x")), ERR_IO);
}

static void test_a_volume_that_may_not_be_written(NO_STATE) {
        assert_ok(make_directory("event"));
        assert_ok(write_file("event/a.bin", text_view("x")));
        fake->volume.read_only = true;
        assert_error(write_file("event/a.bin", text_view("y")), ERR_READ_ONLY);
        assert_error(write_file("event/b.bin", text_view("y")), ERR_READ_ONLY);
        assert_ok(read_file("event/a.bin"));
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("x")));
}

/* Then a dump of what is saved already has nothing to write. */
static void test_directories_that_are_there_need_no_writing(NO_STATE) {
        assert_ok(make_directory("event/below"));
        fake->volume.read_only = true;
        assert_ok(make_directory("event/below"));
        assert_error(make_directory("event2"), ERR_READ_ONLY);
}

static void test_a_shorter_file_replaces_a_longer_one(NO_STATE) {
        assert_ok(make_directory("event"));
        assert_ok(write_file("event/a.bin", text_view("a long content")));
        assert_ok(write_file("event/a.bin", text_view("short")));
        assert_int_equal(fake_volume_find(&fake->volume, DUMPS "/event/a.bin")->size, 5);
        assert_ok(read_file("event/a.bin"));
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("short")));
}

static void test_reading(NO_STATE) {
        assert_error(read_file("event/none.bin"), ERR_NOT_FOUND);
        assert_ok(make_directory("event"));
        assert_ok(write_file("event/a.bin", text_view("x")));
        fake->volume.read_status = EFI_VOLUME_CORRUPTED;
        assert_error(read_file("event/a.bin"), ERR_FILE_SYSTEM);
        fake->volume.read_status = EFI_SUCCESS;
        fake->volume.read_overruns = true;
        assert_error(read_file("event/a.bin"), ERR_LENGTH);
        assert_true(buffer.size <= buffer.capacity);
}

static void test_removing(NO_STATE) {
        assert_ok(make_directory("event"));
        assert_ok(write_file("event/a.bin", text_view("x")));
        assert_error(target.remove_directory(target.context, "event"), ERR_EXISTS);
        assert_error(target.remove_file(target.context, "event"), ERR_INVALID_ARGUMENT);
        assert_error(target.remove_directory(target.context, "event/a.bin"), ERR_INVALID_ARGUMENT);
        assert_error(target.remove_file(target.context, "event/b.bin"), ERR_NOT_FOUND);
        assert_error(target.remove_directory(target.context, "none"), ERR_NOT_FOUND);
        assert_ok(target.remove_file(target.context, "event/a.bin"));
        assert_ok(target.remove_directory(target.context, "event"));
        assert_null(fake_volume_find(&fake->volume, DUMPS "/event"));
        fake->volume.read_only = true;
        assert_error(target.remove_directory(target.context, "other"), ERR_READ_ONLY);
}

static void test_another_name(NO_STATE) {
        assert_ok(make_directory("unfinished"));
        assert_ok(write_file("unfinished/a.bin", text_view("x")));
        assert_ok(target.flush(target.context, "unfinished"));
        assert_ok(make_directory("taken"));
        assert_error(target.rename_directory(target.context, "unfinished", "taken"), ERR_EXISTS);
        assert_error(target.rename_directory(target.context, "none", "event"), ERR_NOT_FOUND);
        fake->volume.rename_status = EFI_DEVICE_ERROR;
        assert_error(target.rename_directory(target.context, "unfinished", "event"), ERR_IO);
        /* Some firmware denies what it does not know. */
        fake->volume.rename_status = EFI_ACCESS_DENIED;
        assert_error(target.rename_directory(target.context, "unfinished", "event"), ERR_NOT_SUPPORTED);
        fake->volume.rename_status = EFI_SUCCESS;
        assert_ok(target.rename_directory(target.context, "unfinished", "event"));
        assert_ok(read_file("event/a.bin"));
        assert_null(fake_volume_find(&fake->volume, DUMPS "/unfinished"));
}

static void test_flushing(NO_STATE) {
        assert_error(target.flush(target.context, "event"), ERR_NOT_FOUND);
        assert_ok(make_directory("event"));
        assert_true(fake_volume_find(&fake->volume, DUMPS "/event")->name_dirty);
        assert_ok(target.flush(target.context, ""));
        assert_false(fake_volume_find(&fake->volume, DUMPS "/event")->name_dirty);
        assert_false(fake_volume_find(&fake->volume, DUMPS)->name_dirty);
        assert_false(fake_volume_find(&fake->volume, "EFI/pstore-fw")->name_dirty);
        fake->volume.flush_status = EFI_DEVICE_ERROR;
        assert_error(target.flush(target.context, "event"), ERR_IO);
        assert_error(target.flush(target.context, ""), ERR_IO);
        /* What takes no writes has nothing to flush. */
        fake->volume.read_only = true;
        assert_ok(target.flush(target.context, ""));
}

/* --- files that the user names --------------------------------------------------------------------- */

static void test_a_named_file(NO_STATE) {
        static const CHAR16 *const words[] = { u"write", NULL };

        fake_volume_put_text(&fake->volume, "logs/a.txt", "hello");
        for (unsigned in_shell = 0; in_shell < 2; in_shell++) {
                if (in_shell)
                        fake_firmware_type(fake, words);
                assert_ok(esp_read_any(&app, "logs/a.txt", 5, &buffer));
                assert_true(bytes_equal(buffer_bytes(&buffer), text_view("hello")));
                assert_ok(esp_read_any(&app, "\\logs\\a.txt", 5, &buffer));
                assert_error(esp_read_any(&app, "logs/a.txt", 4, &buffer), ERR_TOO_LARGE);
                assert_error(esp_read_any(&app, "logs/b.txt", 5, &buffer), ERR_NOT_FOUND);
                assert_error(esp_read_any(&app, "logs/\xff", 5, &buffer), ERR_VALUE);
        }
}

static void test_a_named_file_beyond_ascii(NO_STATE) {
        fake_volume_put_text(&fake->volume,
                             "b\xc3\xbc"
                             "cher/\xe2\x82\xac.txt",
                             "hello");
        assert_ok(esp_read_any(&app,
                               "b\xc3\xbc"
                               "cher\\\xe2\x82\xac.txt",
                               5, &buffer));
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("hello")));
}

static void test_no_volume_to_read_from(NO_STATE) {
        fake->loaded.DeviceHandle = NULL;
        assert_error(esp_read_any(&app, "a.txt", 5, &buffer), ERR_NO_MEDIUM);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_where_it_was_started_from),
                TEST(test_what_a_person_calls_it),
                TEST(test_directories_from_the_top_down),
                TEST(test_a_file_in_the_place_of_a_directory),
                TEST(test_paths_without_end),
                TEST(test_files_of_all_sizes),
                TEST(test_a_write_that_does_less_than_it_was_told),
                TEST(test_a_full_volume_leaves_no_half_file),
                TEST(test_a_flush_that_fails_leaves_no_file),
                TEST(test_a_close_that_fails_is_told),
                TEST(test_a_volume_that_may_not_be_written),
                TEST(test_directories_that_are_there_need_no_writing),
                TEST(test_a_shorter_file_replaces_a_longer_one),
                TEST(test_reading),
                TEST(test_removing),
                TEST(test_another_name),
                TEST(test_flushing),
                TEST(test_a_named_file),
                TEST(test_a_named_file_beyond_ascii),
                TEST(test_no_volume_to_read_from),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
