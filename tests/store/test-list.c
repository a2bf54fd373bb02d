/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/list.h"

static struct store_fixture fixture;

static void assert_lines_fit(const char *text) {
        while (*text) {
                const char *line_end = strchr(text, '\n');

                assert_non_null(line_end);
                if (line_end - text > 80)
                        fail_msg("%td columns: %.*s", line_end - text, (int) (line_end - text), text);
                text = line_end + 1;
        }
}

static const char *list(void) {
        store_fixture_load(&fixture);
        assert_ok(list_catalog(&fixture.catalog, &fixture.sink));
        return store_fixture_output(&fixture);
}

static void test_nothing_is_no_table(NO_STATE) {
        assert_string_equal(list(), "");
}

static const char golden[] =
        "EVENT, RECORDS                      TIME, PART                 STORED       LOG\n"
        "20240229T123510Z-erst-panic1        2024-02-29 12:35:10 UTC       442        14\n"
        "  erst:65e079fe00000002             part 2, text                  221         7\n"
        "  erst:65e079fe00000001             part 1, text                  221         7\n"
        "20240229T123519Z-efi-oops1          2024-02-29 12:35:19 UTC        22        16\n"
        "  efi:dump-type0-100-1-1709210120-D part 100, text                 22         7\n"
        "  efi:dump-type0-1-1-1709210119-C   part 1, kernel                  -         9\n"
        "  missing: part 2-99 of 100\n"
        "other records\n"
        "  erst:ffffffff00000001             foreign                       201         -\n"
        "    fatal hardware error: dmesg\n"
        "  efi:cfg                           unknown                         4         -\n"
        "    malformed: offset 0: variable name: is none that Linux gives\n";

static void test_the_table_is_this(NO_STATE) {
        struct fake_entry *foreign;
        const char *text;

        store_fixture_put_erst_part(&fixture, 0x65e079fe, 1, "Panic", 1, 1, 1709210110, "newest\n");
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 2, "Panic", 1, 2, 1709210110, "oldest\n");
        fake_source_add_shown(&fixture.efi, "dump-type0-1-1-1709210119-C", RECORD_FORM_TEXT,
                              RECORD_TYPE_DMESG, 1709210119, text_view("Oops#1 Part1\nnine char"));
        fixture.efi.entries[0].bytes.size = 13 + 9;
        store_fixture_put_efi_part(&fixture, "Oops", 1, 100, 1709210120, "oldest\n");
        foreign = store_fixture_put_erst(&fixture, 0xffffffff, 1, 1, "x");
        ((uint8_t *) foreign->bytes.data)[64] ^= 1;
        store_fixture_put_efi(&fixture, "cfg", "data");
        text = list();
        assert_string_equal(text, golden);
        assert_lines_fit(text);
}

/* Below the event, in lines that fit; what lies in its own store alone says nothing of it. */
static void test_where_it_lies_unless_that_is_seen(NO_STATE) {
        static struct fake_source archive, deep;
        const char *text;

        fake_source_init(&archive, "dir:/var/lib/systemd/pstore", RECORD_STORE_END);
        fake_source_init(&deep, "dir:/deep", RECORD_STORE_END);
        archive.source.is_archive = deep.source.is_archive = true;
        archive.source.location = "/var/lib/systemd/pstore";
        deep.source.location = "/a/directory/that/is/so/deep/that/its/name/takes/a/line/of/its/own";
        store_fixture_put_efi_part(&fixture, "Oops", 1, 1, 1709210119, "x\n");
        store_fixture_put_efi_part(&fixture, "Panic", 2, 1, 1709210120, "x\n");
        fake_source_add_shown(&archive, "dump-type0-1-2-1709210120", RECORD_FORM_TEXT, RECORD_TYPE_DMESG,
                              1709210120, text_view("Panic#2 Part1\nx\n"))
                ->entry.store = RECORD_STORE_EFI;
        fake_source_add_shown(&archive, "dump-type2-1-2-1709210120", RECORD_FORM_TEXT, RECORD_TYPE_CONSOLE,
                              1709210120, text_view("console"))
                ->entry.store = RECORD_STORE_EFI;
        fake_source_add_shown(&deep, "x", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 1709210120,
                              text_view("Panic#2 Part1\nx\n"))
                ->entry.store = RECORD_STORE_PSTOREFS;
        assert_ok(catalog_add(&fixture.catalog, &fixture.efi.source));
        assert_ok(catalog_add(&fixture.catalog, &archive.source));
        assert_ok(catalog_add(&fixture.catalog, &deep.source));
        assert_ok(catalog_join(&fixture.catalog));
        assert_ok(list_catalog(&fixture.catalog, &fixture.sink));
        text = store_fixture_output(&fixture);
        assert_string_equal(
                text, "EVENT, RECORDS                      TIME, PART                 STORED       LOG\n"
                      "20240229T123519Z-efi-oops1          2024-02-29 12:35:19 UTC        15         2\n"
                      "  efi:dump-type0-1-1-1709210119-D   part 1, text                   15         2\n"
                      "20240229T123520Z-efi-panic2         2024-02-29 12:35:20 UTC        16         2\n"
                      "  efi:dump-type0-1-2-1709210120-D   part 1, text                   16         2\n"
                      "  also in /var/lib/systemd/pstore,\n"
                      "  /a/directory/that/is/so/deep/that/its/name/takes/a/line/of/its/own\n"
                      "other records\n"
                      "  efi:dump-type2-1-2-1709210120     console, kernel                 -         7\n"
                      "    in /var/lib/systemd/pstore\n");
        assert_lines_fit(text);
        fake_source_free(&archive);
        fake_source_free(&deep);
}

static void test_an_undecodable_part_is_among_the_others(NO_STATE) {
        const char *text;

        fake_source_add(&fixture.efi, "dump-type0-1-1-1709210119-C", text_view("\xff\xff\xff\xff"));
        text = list();
        assert_non_null(strstr(text, "other records\n  efi:dump-type0-1-1-1709210119-C   dmesg "));
        assert_non_null(strstr(text, "\n    malformed: no "));
        assert_lines_fit(text);
}

static void test_a_read_that_failed_is_not_the_records_fault(NO_STATE) {
        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 1709210110, "x\n")->read_error = ERR_HARDWARE;
        assert_non_null(strstr(list(), "    cannot be read: hardware not available\n"));
}

static void test_only_what_is_selected(NO_STATE) {
        const char *text;

        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 1709210110, "x\n");
        store_fixture_put_efi_part(&fixture, "Panic", 1, 2, 1709210110, "x\n");
        store_fixture_put_efi_part(&fixture, "Panic", 2, 1, 1709210110, "x\n");
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_put_efi(&fixture, "cfg2", "data");
        store_fixture_load(&fixture);
        store_fixture_select(&fixture, "efi:dump-type0-2-1-1709210110", "efi:cfg2", NULL);
        assert_ok(list_selected(&fixture.work, &fixture.sink));
        text = store_fixture_output(&fixture);
        assert_non_null(strstr(text, "Z-efi-panic1 "));
        assert_non_null(strstr(text, "  efi:dump-type0-2-1-1709210110-D "));
        assert_null(strstr(text, "dump-type0-1-"));
        assert_null(strstr(text, "panic2"));
        assert_non_null(strstr(text, "other records\n  efi:cfg2 "));
        assert_null(strstr(text, "efi:cfg "));
}

static const char *missing_of_parts(const uint32_t *parts, size_t count) {
        static char missing[512];
        struct text text = TEXT_ON(missing);

        for (size_t i = 0; i < count; i++)
                store_fixture_put_efi_part(&fixture, "Panic", 1, parts[i], 1709210110, "x\n");
        store_fixture_load(&fixture);
        list_format_missing(&fixture.catalog, &fixture.catalog.events[0], &text);
        assert_false(text.truncated);
        return missing;
}

static void test_missing_parts_in_words(NO_STATE) {
        static const uint32_t parts[] = { 3, 5, 9 };

        assert_string_equal(missing_of_parts(parts, 3), "1-2, 4, 6-8");
}

static void test_missing_parts_of_a_whole_event(NO_STATE) {
        static const uint32_t parts[] = { 1, 2, 3 };

        assert_string_equal(missing_of_parts(parts, 3), "");
}

/* Malformed part numbers make many and long runs: the line is bounded, and no number in it is cut. */
static void test_many_gaps_are_cut_where_a_reader_sees_it(NO_STATE) {
        const char *text, *line;

        for (uint32_t i = 0; i < 20; i++)
                store_fixture_put_efi_part(&fixture, "Panic", 1, 4000000000 + 3 * i, 1709210110, "x\n");
        text = list();
        line = strstr(text, "  missing: ");
        assert_non_null(line);
        assert_lines_fit(line);
        assert_string_equal(line,
                            "  missing: part 1-3999999999, 4000000001-4000000002 and more of 4000000057\n");
}

/* Whatever a variable is called, a line is a line. */
static void test_a_long_and_odd_name_keeps_its_line(NO_STATE) {
        char name[RECORD_NAME_SIZE];
        const char *text;

        memset(name, '\x1b', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        store_fixture_put_efi(&fixture, name, "data");
        text = list();
        assert_null(strchr(text, '\x1b'));
        assert_non_null(strstr(text, "\\x1b\\x1b unknown                         4         -\n"));
        assert_non_null(strstr(text, "\n    malformed: "));
}

static void test_the_sinks_error_comes_back(NO_STATE) {
        unsigned writes = 0, writes_left;
        const struct sink sink = store_fixture_failing_sink(&writes_left);
        int r;

        store_fixture_put_efi_part(&fixture, "Panic", 1, 2, 1709210110, "x\n");
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_load(&fixture);
        do {
                writes_left = writes++;
                r = list_catalog(&fixture.catalog, &sink);
                if (r < 0)
                        assert_error(r, ERR_IO);
        } while (r < 0);
        assert_uint_in_range(writes, 6, 20);
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_prestate_setup_teardown(name, store_fixture_setup, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_is_no_table),
                TEST(test_the_table_is_this),
                TEST(test_where_it_lies_unless_that_is_seen),
                TEST(test_an_undecodable_part_is_among_the_others),
                TEST(test_a_read_that_failed_is_not_the_records_fault),
                TEST(test_only_what_is_selected),
                TEST(test_missing_parts_in_words),
                TEST(test_missing_parts_of_a_whole_event),
                TEST(test_many_gaps_are_cut_where_a_reader_sees_it),
                TEST(test_a_long_and_odd_name_keeps_its_line),
                TEST(test_the_sinks_error_comes_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
