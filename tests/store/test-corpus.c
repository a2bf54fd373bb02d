/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/faulty.h"
#include "tests/support/store-fixture.h"

#include <dirent.h>

#include "pstore/erst-image.h"
#include "store/list.h"
#include "store/show.h"

/*
 * Stores that real kernels left, against what the same kernels showed of them after the reboot
 * (see tests/support/test.h, test_corpus()).
 */
static const struct crash {
        const char *name;
        bool erst;
        size_t event_count;
        const char *title; /* of each event, as the panic's log has the oops, too */
        struct {
                const char *name;
                size_t records;
        } events[2];
} crashes[] = {
        { "6.1-erst-panic",
          true,
          1,
          "kernel panic: sysrq triggered crash",
          { { "20240229T123510Z-erst-panic1", 2 } } },
        { "6.1-erst-oops-panic",
          true,
          2,
          "BUG: kernel NULL pointer dereference in boom",
          { { "20240229T123513Z-erst-oops1", 2 }, { "20240229T123513Z-erst-panic2", 2 } } },
        { "6.1-efi-panic",
          false,
          1,
          "kernel panic: sysrq triggered crash",
          { { "20240229T123519Z-efi-panic1", 14 } } },
        { "6.1-efi-oops-panic",
          false,
          2,
          "BUG: kernel NULL pointer dereference in boom",
          { { "20240229T123519Z-efi-oops1", 14 }, { "20240229T123520Z-efi-panic2", 15 } } },
};

static struct store_fixture fixture;

/* Each file of crash/<name>/<folder>; false when there is no corpus. */
static bool each_file(const char *name, const char *folder, void (*use)(const char *file, struct bytes)) {
        char relative[256], path[8192];
        struct dirent *entry;
        const char *found;
        DIR *stream;

        snprintf(relative, sizeof(relative), "crash/%s/%s", name, folder);
        found = test_corpus(relative);
        if (!found)
                return false;
        stream = opendir(found);
        assert_non_null(stream);
        while ((entry = readdir(stream))) {
                struct bytes content;

                if (entry->d_name[0] == '.')
                        continue;
                snprintf(path, sizeof(path), "%s/%s", test_corpus(relative), entry->d_name);
                content = test_read_file(path);
                use(entry->d_name, content);
                free((void *) content.data);
        }
        closedir(stream);
        return true;
}

/* What read() of /dev/erst_dbg gave. */
static void put_erst(const char *file, struct bytes record) {
        char name[17];

        (void) file;
        snprintf(name, sizeof(name), "%016llx", (unsigned long long) bytes_u64(record, 96));
        fake_source_add(&fixture.erst, name, record);
}

/* A file of efivarfs: four bytes of attributes, and the vendor behind the name. */
static void put_efi(const char *file, struct bytes content) {
        char name[RECORD_NAME_SIZE];

        assert_int_equal(bytes_u32(content, 0), 7);
        snprintf(name, sizeof(name), "%.*s", (int) (strlen(file) - 37), file);
        fake_source_add(&fixture.efi, name, bytes_from(content, 4));
}

static bool put_image(const char *name) {
        struct erst_image_slot slot;
        struct erst_image image;
        struct fault fault;
        struct bytes content;
        char relative[256];
        size_t cursor = 0;

        snprintf(relative, sizeof(relative), "crash/%s/erst.bin", name);
        if (!test_corpus(relative))
                return false;
        content = test_read_file(test_corpus(relative));
        assert_ok(erst_image_open(content, NULL, &image, &fault));
        while (erst_image_next(&image, &cursor, &slot))
                put_erst("", slot.record);
        free((void *) content.data);
        return true;
}

/* "dmesg-erst-<id in decimal>" */
static bool kernel_file_is_erst(const char *file, const struct record *record) {
        char wanted[64];

        snprintf(wanted, sizeof(wanted), "dmesg-erst-%llu", strtoull(record->name, NULL, 16));
        return record->store == RECORD_STORE_ERST && strcmp(file, wanted) == 0;
}

/* "dmesg-efi-<(time * 100 + part) * 1000 + count>" */
static bool kernel_file_is_efi(const char *file, const struct record *record) {
        unsigned long long seconds;
        unsigned part, count;
        char wanted[64];

        if (record->store != RECORD_STORE_EFI ||
            sscanf(record->name, "dump-type0-%u-%u-%llu", &part, &count, &seconds) != 3)
                return false;
        snprintf(wanted, sizeof(wanted), "dmesg-efi-%llu", (seconds * 100 + part) * 1000 + count);
        return strcmp(file, wanted) == 0;
}

static size_t compared;

static void compare(const char *file, struct bytes shown) {
        for (size_t i = 0; i < fixture.catalog.record_count; i++) {
                const struct record *record = fixture.catalog.records[i];

                if (!kernel_file_is_erst(file, record) && !kernel_file_is_efi(file, record))
                        continue;
                if (!record->decoded || !bytes_equal(record->text, shown))
                        fail_msg("%s: %s is not what the kernel showed", file, record->name);
                compared++;
                return;
        }
        fail_msg("no record is shown as %s", file);
}

/* The parts, the oldest first, without their first lines, put together by other means. */
static void assert_log_is_its_parts(const struct event *event) {
        struct buffer wanted;

        buffer_init(&wanted, &system_allocator);
        for (uint32_t part = event->part_max; part > 0; part--)
                for (size_t i = 0; i < event->record_count; i++) {
                        const struct record *record = fixture.catalog.records[event->first + i];
                        const uint8_t *line_end = memchr(record->text.data, '\n', record->text.size);

                        if (record->header.part == part)
                                buffer_append(&wanted,
                                              bytes_from(record->text,
                                                         (size_t) (line_end - record->text.data) + 1));
                }
        assert_int_equal(event->log_size, wanted.size);
        fixture.output.size = 0;
        assert_ok(show_event_log(&fixture.catalog, event, true, &fixture.sink));
        assert_true(bytes_equal(buffer_bytes(&fixture.output), buffer_bytes(&wanted)));
        buffer_free(&wanted);
}

static void assert_titles(const char *title, size_t count) {
        const char *text;

        fixture.output.size = 0;
        assert_ok(list_catalog(&fixture.catalog, &fixture.sink));
        text = store_fixture_output(&fixture);
        for (size_t i = 0; i < count; i++) {
                text = strstr(text, title);
                assert_non_null(text);
                text++;
        }
}

static void assert_events(const struct crash *crash) {
        assert_int_equal(fixture.catalog.event_count, crash->event_count);
        assert_int_equal(fixture.catalog.other_first, fixture.catalog.record_count);
        assert_int_equal(catalog_faulty_count(&fixture.catalog), 0);
        for (size_t i = 0; i < crash->event_count; i++) {
                const struct event *event = &fixture.catalog.events[i];
                char name[EVENT_NAME_SIZE];
                struct text text = TEXT_ON(name);

                event_format_name(event, &text);
                assert_string_equal(name, crash->events[i].name);
                assert_int_equal(event->record_count, crash->events[i].records);
                assert_int_equal(event_missing_count(event, fixture.catalog.records), 0);
                assert_log_is_its_parts(event);
        }
        assert_titles(crash->title, crash->event_count);
}

static void assert_crash(const struct crash *crash) {
        store_fixture_load(&fixture);
        compared = 0;
        assert_true(each_file(crash->name, "pstore", compare));
        assert_int_equal(compared, fixture.catalog.record_count);
        assert_events(crash);
        store_fixture_end(&fixture);
}

static void test_records_are_what_the_kernel_showed(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(crashes); i++) {
                bool there;

                store_fixture_begin(&fixture);
                there = crashes[i].erst ? each_file(crashes[i].name, "erstdbg", put_erst)
                                        : each_file(crashes[i].name, "efivars", put_efi);
                if (!there)
                        skip();
                assert_crash(&crashes[i]);
        }
}

static void test_the_image_holds_the_same(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(crashes); i++) {
                if (!crashes[i].erst)
                        continue;
                store_fixture_begin(&fixture);
                if (!put_image(crashes[i].name))
                        skip();
                assert_crash(&crashes[i]);
        }
}

/* What the kernel shows is the same events as what is stored: it can be taken instead. */
static void put_shown(const char *file, struct bytes shown) {
        char name[17];

        snprintf(name, sizeof(name), "%016llx", strtoull(file + strlen("dmesg-erst-"), NULL, 10));
        fake_source_add_shown(&fixture.erst, name, RECORD_FORM_TEXT, RECORD_TYPE_DMESG,
                              strtoull(name, NULL, 16) >> 32, shown);
}

static void test_what_the_kernel_shows_makes_the_same_events(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(crashes); i++) {
                if (!crashes[i].erst)
                        continue;
                store_fixture_begin(&fixture);
                if (!each_file(crashes[i].name, "pstore", put_shown))
                        skip();
                assert_crash(&crashes[i]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_records_are_what_the_kernel_showed),
                cmocka_unit_test(test_the_image_holds_the_same),
                cmocka_unit_test(test_what_the_kernel_shows_makes_the_same_events),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
