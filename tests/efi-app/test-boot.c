/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/run-fixture.h"

#include "base/error.h"
#include "efi-app/boot-settings.h"
#include "pstore/boot-report.h"

#define SETTINGS "EFI/pstore-fw/pstore-fw.conf"

/* As firmware starts SysPrep####: neither load options nor a boot option. */
static int boot(void) {
        fake_firmware_say(fake, NULL);
        return fake_firmware_run(fake);
}

static void put_settings(const char *text) {
        fake_volume_put_text(&fake->volume, SETTINGS, text);
}

static void assert_silent(void) {
        assert_string_equal(fake_console_screen(&fake->output), "");
}

/* Of the last run. */
static struct boot_report read_report(void) {
        const struct fake_variable *variable;
        struct boot_report report;
        EFI_GUID vendor;

        memcpy(&vendor, &boot_report_vendor, sizeof(vendor));
        variable = fake_variables_find_of(&fake->variables, u"PstoreFwReport", &vendor);
        assert_non_null(variable);
        assert_int_equal(variable->attributes, 6);
        assert_ok(boot_report_read(bytes_of(variable->data, variable->size), &report));
        assert_string_equal(report.program, VERSION);
        return report;
}

static void assert_number(enum boot_report_number number, uint64_t value) {
        const struct boot_report report = read_report();

        assert_true(boot_report_knows(&report, number));
        assert_int_equal(report.numbers[number], value);
}

static void assert_unknown(enum boot_report_number number) {
        const struct boot_report report = read_report();

        assert_false(boot_report_knows(&report, number));
}

/* --- nothing to do ------------------------------------------------------------------------------ */

static void test_nothing_to_do(NO_STATE) {
        unsigned names;

        fake_variables_put(&fake->variables, u"BootOrder", &fake_vendor_other, text_view("\x01"));
        fake_firmware_add_device(fake);
        fake->volume.open_volume_status = EFI_DEVICE_ERROR; /* nobody asks for it */
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
        names = fake->variables.name_calls;
        assert_int_equal(names, 2); /* one walk, of a variable */
        assert_int_equal(fake->variables.write_calls, 1);
        assert_number(BOOT_REPORT_TIME, 1709210119);
        assert_number(BOOT_REPORT_VARIABLES_TOTAL, fake->variables.total);
        assert_number(BOOT_REPORT_VARIABLES_REMAINING, fake->variables.remaining);
        assert_number(BOOT_REPORT_VARIABLE_LARGEST, fake->variables.remaining);
        assert_number(BOOT_REPORT_EFI_RECORDS, 0);
        assert_number(BOOT_REPORT_ERST_RECORDS, 0);
        assert_number(BOOT_REPORT_ERST_PRESENT, 1);
        assert_unknown(BOOT_REPORT_EVENTS_SAVED);
}

static void test_what_firmware_does_not_tell(NO_STATE) {
        fake->variables.query_status = EFI_UNSUPPORTED;
        fake->time_status = EFI_DEVICE_ERROR;
        fake->variables.names = NAMES_DEVICE_ERROR;
        assert_int_equal(boot(), EXIT_FAILED);
        assert_shown("efi: ");
        assert_unknown(BOOT_REPORT_TIME);
        assert_unknown(BOOT_REPORT_VARIABLES_TOTAL);
        assert_unknown(BOOT_REPORT_EFI_RECORDS);
        assert_number(BOOT_REPORT_ERST_PRESENT, 0);
        assert_unknown(BOOT_REPORT_ERST_BASE);
        assert_unknown(BOOT_REPORT_ERST_RECORDS);
}

static void test_firmware_that_takes_no_report(NO_STATE) {
        fake->variables.write = WRITE_FAILS;
        fake->variables.write_status = EFI_OUT_OF_RESOURCES;
        assert_int_equal(boot(), EXIT_FAILED);
        assert_shown("no report is left for the system: ");
}

/* --- records ------------------------------------------------------------------------------------ */

static void test_dumps_once(NO_STATE) {
        unsigned writes;

        put_variables();
        put_erst();
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("saved: 4 records of 3 events in \\EFI\\pstore-fw\\dumps, 9 files new\n");
        assert_number(BOOT_REPORT_EVENTS_SAVED, 3);
        assert_number(BOOT_REPORT_RECORDS_SAVED, 4);
        assert_number(BOOT_REPORT_FILES_NEW, 9);
        assert_number(BOOT_REPORT_EFI_RECORDS, 3);
        assert_number(BOOT_REPORT_ERST_RECORDS, 1);
        assert_number(BOOT_REPORT_ERST_CLEARED, 0);
        writes = fake->volume.writes;
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
        assert_int_equal(fake->volume.writes, writes);
        assert_number(BOOT_REPORT_RECORDS_SAVED, 4);
        assert_number(BOOT_REPORT_FILES_NEW, 0);
        assert_int_equal(fake_variables_count(&fake->variables), 3);
}

static void test_what_cannot_be_saved_is_told_each_time(NO_STATE) {
        put_variables();
        put_settings("at_boot = dump-and-clear\n");
        fake->volume.read_only = true;
        for (unsigned i = 0; i < 2; i++) {
                assert_int_equal(boot(), EXIT_FAILED);
                assert_shown("write protected: 3 of 3 records not saved\n");
                assert_number(BOOT_REPORT_RECORDS_FAILED, 3);
                assert_int_equal(fake_variables_count(&fake->variables), 3);
        }
}

static void test_a_boot_option_without_a_verb_is_none_of_these(NO_STATE) {
        put_boot_current();
        assert_int_equal(boot(), EXIT_NOTHING);
        assert_shown("no records");
        fake_firmware_say(fake, u"boot");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_silent();
}

/* --- settings ----------------------------------------------------------------------------------- */

static void test_dump_and_clear(NO_STATE) {
        put_variables();
        put_erst();
        put_settings("at_boot = dump-and-clear\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("saved: 4 records");
        assert_shown("cleared: efi:dump-type0-2-1-1709210119-D\n");
        assert_shown("cleared: 4 records, looked for again and gone");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
        assert_int_equal(fake_erst_count(&fake->device.erst), 0);
        assert_number(BOOT_REPORT_EFI_RECORDS, 3);
        assert_number(BOOT_REPORT_EFI_CLEARED, 3);
        assert_number(BOOT_REPORT_ERST_CLEARED, 1);
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
}

/* It was dumped, and its clearing failed: another boot tries again. */
static void test_clears_what_was_dumped_before(NO_STATE) {
        put_variables();
        assert_int_equal(boot(), EXIT_DONE);
        put_settings("at_boot = dump-and-clear\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_not_shown("saved");
        assert_shown("cleared: 3 records");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

static void test_nothing_cleared_that_a_reset_takes_from_the_disk(NO_STATE) {
        static const uint8_t ram_disk[] = { 4, 9, 4, 0, 0x7f, 0xff, 4, 0 };

        put_variables();
        put_settings("at_boot = dump-and-clear\n");
        fake->device_path = ram_disk;
        assert_int_equal(boot(), EXIT_FAILED);
        assert_shown("lies in memory");
        assert_int_equal(fake_variables_count(&fake->variables), 3);
}

/* A record of a hardware error may be wanted by others, and a canary waits for its proof. */
static void test_clears_crashes_only(NO_STATE) {
        put_variables();
        assert_int_equal(RUN(u"prove", u"arm", u"--source=efi"), EXIT_DONE);
        put_settings("at_boot = dump-and-clear\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("saved: 4 records");
        assert_shown("cleared: 3 records");
        assert_int_equal(fake_variables_count(&fake->variables), 1);
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
}

static void test_nothing(NO_STATE) {
        put_variables();
        put_settings("at_boot = nothing\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
        assert_int_equal(fake_volume_count(&fake->volume, ".bin"), 0);
        assert_number(BOOT_REPORT_EFI_RECORDS, 3);
        assert_unknown(BOOT_REPORT_EVENTS_SAVED);
}

/* What stays is counted there, too. */
static void test_another_place(NO_STATE) {
        put_variables();
        put_settings("output = \\copies\\of\nkeep_events = 1\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("saved: 3 records of 2 events in \\copies\\of, 6 files new\n");
        assert_non_null(fake_volume_find(&fake->volume, "copies/of/" NEW_EVENT "/manifest.json"));
        assert_null(fake_volume_find(&fake->volume, "EFI/pstore-fw/dumps"));
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
}

static void test_a_wrong_line_is_told_and_the_rest_counts(NO_STATE) {
        put_variables();
        put_settings("at_boot = dump-and-clear\nkeep_events = many\nwait = 0\nwhere = here\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown(
                "\\EFI\\pstore-fw\\pstore-fw.conf: line 2: keep_events: 'many' is no number of events\n");
        assert_shown("line 3: wait: '0' is no number of seconds from 1 to 3600\n");
        assert_shown("line 4: where: no such setting\n");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

static void test_asks_once(NO_STATE) {
        put_variables();
        put_settings("at_boot = ask\nwait = 7\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("saved: 3 records");
        assert_shown("Clear 3 records for good? [y/N] no answer\n");
        assert_uint_in_range(fake->stalled_us, 7000000, 7100000);
        assert_int_equal(fake_variables_count(&fake->variables), 3);
        assert_int_equal(boot(), EXIT_DONE);
        assert_silent();
}

static void test_yes_clears(NO_STATE) {
        put_variables();
        put_settings("at_boot = ask\n");
        fake->keys.typed = u"y";
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("[y/N] yes\n");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
        assert_number(BOOT_REPORT_EFI_CLEARED, 3);
}

/* --- how much stays ----------------------------------------------------------------------------- */

/* A dump of ours, by another name: as old as that says. */
static void copy_event(const char *from, const char *to) {
        static const char *const files[] = { "dmesg.txt", "records.bin", "manifest.json" };

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                char path[200];
                const struct fake_node *node;

                snprintf(path, sizeof(path), DUMPS "%s/%s", from, files[i]);
                node = fake_volume_find(&fake->volume, path);
                assert_non_null(node);
                snprintf(path, sizeof(path), DUMPS "%s/%s", to, files[i]);
                fake_volume_put(&fake->volume, path, bytes_of(node->data, node->size));
        }
}

static bool is_there(const char *event) {
        char path[200];

        snprintf(path, sizeof(path), DUMPS "%s", event);
        return fake_volume_find(&fake->volume, path);
}

static void put_old_events(void) {
        put_variables();
        assert_int_equal(boot(), EXIT_DONE);
        copy_event(OLD_EVENT, "20200101T000000Z-efi-panic1");
        copy_event(OLD_EVENT, "20200102T000000Z-efi-panic1");
        copy_event(OLD_EVENT, "20300101T000000Z-efi-panic1"); /* a wrong clock */
}

static void test_keeps_the_newest(NO_STATE) {
        put_old_events();
        put_settings("keep_events = 4\n");
        assert_int_equal(boot(), EXIT_DONE); /* nothing is new: nothing is looked at */
        assert_true(is_there("20200101T000000Z-efi-panic1"));
        put_erst();
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("saved: 4 records of 3 events");
        assert_shown("removed: 2 older events in \\EFI\\pstore-fw\\dumps\n");
        assert_false(is_there("20200101T000000Z-efi-panic1"));
        assert_false(is_there("20200102T000000Z-efi-panic1"));
        assert_true(is_there("20300101T000000Z-efi-panic1"));
        assert_true(is_there(OLD_EVENT));
        assert_true(is_there(NEW_EVENT));
        assert_true(is_there(ERST_EVENT));
        assert_false(is_there("unfinished"));
}

/* What lies in a store would be dumped again at the next boot. */
static void test_keeps_what_is_in_a_store(NO_STATE) {
        put_old_events();
        put_erst();
        put_settings("keep_bytes = 1\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("removed: 3 older events");
        assert_true(is_there(OLD_EVENT));
        assert_true(is_there(NEW_EVENT));
        assert_true(is_there(ERST_EVENT));
}

/* Of what was found and cleared only the newest stays; of what is new all does. */
static void test_what_was_cleared_is_in_no_store(NO_STATE) {
        put_old_events();
        put_settings("keep_events = 1\nat_boot = dump-and-clear\n");
        put_erst();
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("cleared: 4 records");
        assert_shown("removed: 5 older events");
        assert_true(is_there(ERST_EVENT));
        assert_int_equal(fake_volume_count(&fake->volume, "manifest.json"), 1);
}

static void test_what_is_not_ours_stays(NO_STATE) {
        put_old_events();
        fake_volume_put_text(&fake->volume, DUMPS "20200101T000000Z-efi-panic1/note.txt", "mine");
        fake_volume_put_text(&fake->volume, DUMPS "20200102T000000Z-efi-panic1/dmesg.txt", "changed");
        fake_volume_put_text(&fake->volume, DUMPS "20100101T000000Z/manifest.json", "{}");
        fake_volume_put_text(&fake->volume, DUMPS "20100101T000000Z.txt", "a file");
        put_erst();
        put_settings("keep_events = 1\n");
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("removed: 1 older event in");
        assert_true(is_there("20200101T000000Z-efi-panic1/manifest.json"));
        assert_true(is_there("20200102T000000Z-efi-panic1/manifest.json"));
        assert_true(is_there("20100101T000000Z/manifest.json"));
        assert_true(is_there("20100101T000000Z.txt"));
}

static void test_a_volume_that_renames_nothing(NO_STATE) {
        put_old_events();
        put_erst();
        put_settings("keep_events = 1\n");
        fake->volume.rename_status = EFI_ACCESS_DENIED;
        assert_int_equal(boot(), EXIT_DONE);
        assert_shown("removed: 3 older events");
        assert_int_equal(fake_volume_count(&fake->volume, "manifest.json"), 3);
}

/* As it is nothing, and without its '#' the default; the manual has a row for each. */
static void test_the_example_is_the_default(NO_STATE) {
        struct bytes example = test_read_file("services/pstore-fw.efi.conf"),
                     manual = test_read_file("docs/APPLICATION.md");
        char *text = strndup((const char *) example.data, example.size),
             *described = strndup((const char *) manual.data, manual.size);
        struct boot_settings settings, defaults = { 0 };
        const struct settings_table table = boot_settings_table(&settings);
        char error[SETTINGS_ERROR_SIZE];

        boot_settings_default(&defaults);
        memset(&settings, 0xff, sizeof(settings));
        for (size_t i = 0; i < table.row_count; i++) {
                char line[64];
                char *found;

                snprintf(line, sizeof(line), "\n#%s = ", table.rows[i].name);
                found = strstr(text, line);
                assert_non_null(found);
                found[1] = '\n';
                snprintf(line, sizeof(line), "| `%s` |", table.rows[i].name);
                test_assert_contains(described, line);
        }
        assert_ok(settings_parse(text_view(text), &table, 1, error));
        assert_int_equal(settings.at_boot, defaults.at_boot);
        assert_int_equal(settings.keep_events, defaults.keep_events);
        assert_true(settings.keep_bytes == defaults.keep_bytes);
        assert_int_equal(settings.wait, defaults.wait);
        free(text);
        free(described);
        free((void *) example.data);
        free((void *) manual.data);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_to_do),
                TEST(test_what_firmware_does_not_tell),
                TEST(test_firmware_that_takes_no_report),
                TEST(test_dumps_once),
                TEST(test_what_cannot_be_saved_is_told_each_time),
                TEST(test_a_boot_option_without_a_verb_is_none_of_these),
                TEST(test_dump_and_clear),
                TEST(test_clears_what_was_dumped_before),
                TEST(test_nothing_cleared_that_a_reset_takes_from_the_disk),
                TEST(test_clears_crashes_only),
                TEST(test_nothing),
                TEST(test_another_place),
                TEST(test_a_wrong_line_is_told_and_the_rest_counts),
                TEST(test_asks_once),
                TEST(test_yes_clears),
                TEST(test_keeps_the_newest),
                TEST(test_keeps_what_is_in_a_store),
                TEST(test_what_was_cleared_is_in_no_store),
                TEST(test_what_is_not_ours_stays),
                TEST(test_a_volume_that_renames_nothing),
                TEST(test_the_example_is_the_default),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
