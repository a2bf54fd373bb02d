/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/show.h"

static struct store_fixture fixture;

static void put_part(uint32_t part, const char *log) {
        store_fixture_put_efi_part(&fixture, "Panic", 1, part, 1709210110, log);
}

/* How many it says it showed, in *ret_count. */
static const char *show(enum show_form form, int *ret_count) {
        *ret_count = show_selected(&fixture.work, form, &fixture.sink);
        assert_ok(*ret_count);
        return store_fixture_output(&fixture);
}

static void assert_shows_all(enum show_form form, int count, const char *text) {
        int shown;

        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        assert_string_equal(show(form, &shown), text);
        assert_int_equal(shown, count);
}

static void test_joined_in_time_order(NO_STATE) {
        put_part(1, "5\n6\n");
        put_part(3, "1\n2\n");
        put_part(2, "3\n4\n");
        assert_shows_all(SHOW_JOINED, 3, "1\n2\n3\n4\n5\n6\n");
}

static void test_parts_keep_their_header_lines(NO_STATE) {
        put_part(1, "3\n");
        put_part(2, "1\n2\n");
        assert_shows_all(SHOW_PARTS, 2, "Panic#1 Part2\n1\n2\nPanic#1 Part1\n3\n");
}

static void test_raw_is_what_is_stored_and_nothing_else(NO_STATE) {
        put_part(1, "3");
        put_part(4, "1");
        store_fixture_put_efi(&fixture, "cfg", "data");
        assert_shows_all(SHOW_RAW, 3, "Panic#1 Part4\n1Panic#1 Part1\n3data");
}

static void test_gaps_are_named_where_they_are(NO_STATE) {
        put_part(2, "b\n");
        put_part(4, "a\n");
        put_part(7, "0\n");
        assert_shows_all(SHOW_JOINED, 3,
                         "0\n[parts 5-6 are missing here]\n"
                         "a\n[part 3 is missing here]\n"
                         "b\n[part 1 is missing here]\n");
}

static void test_gaps_are_named_between_parts_too(NO_STATE) {
        put_part(3, "b\n");
        assert_shows_all(SHOW_PARTS, 1, "Panic#1 Part3\nb\n[parts 1-2 are missing here]\n");
}

static void test_the_highest_part_number(NO_STATE) {
        put_part(1, "b\n");
        put_part(UINT32_MAX, "a\n");
        assert_shows_all(SHOW_JOINED, 2, "a\n[parts 2-4294967294 are missing here]\nb\n");
}

static void test_part_0_makes_no_gap(NO_STATE) {
        put_part(0, "b\n");
        put_part(1, "a\n");
        assert_shows_all(SHOW_JOINED, 2, "a\nb\n");
}

/* A part that was cut ends in the middle of a line: what we say of it stands on a line of its own. */
static void test_what_we_say_starts_a_line(NO_STATE) {
        put_part(3, "cut");
        put_part(1, "last");
        store_fixture_put_efi(&fixture, "cfg", "data");
        assert_shows_all(SHOW_JOINED, 3,
                         "==> 20240229T123510Z-efi-panic1 <==\n"
                         "cut\n[part 2 is missing here]\nlast\n"
                         "==> efi:cfg <==\n"
                         "[unknown record of 4 bytes: offset 0: variable name: is none that Linux gives]\n");
}

/* A stored block of 100 bytes, of which the store kept 21. */
static void test_a_part_that_breaks_off_gives_its_beginning(NO_STATE) {
        static const char stream[] = "\x00\x64\x00\x9b\xffPanic#1 Part2\nthe beg";

        fake_source_add(&fixture.efi, "dump-type0-2-1-1709210110-C", bytes_of(stream, sizeof(stream) - 1));
        put_part(1, "newest\n");
        assert_shows_all(SHOW_JOINED, 2, "the beg\n[part 2 is cut here: ends too early]\nnewest\n");
        assert_error(store_fixture_row(&fixture, "efi:dump-type0-2-1-1709210110-C")->record.error,
                     ERR_TRUNCATED);
}

static void test_each_of_two_events_has_a_title(NO_STATE) {
        put_part(1, "panic\n");
        store_fixture_put_erst_part(&fixture, 0x65e07a01, 1, "Oops", 1, 1, 1709210113, "oops\n");
        assert_shows_all(SHOW_JOINED, 2,
                         "==> 20240229T123510Z-efi-panic1 <==\npanic\n"
                         "==> 20240229T123513Z-erst-oops1 <==\noops\n");
}

static void test_records_of_no_event(NO_STATE) {
        struct fake_entry *foreign = store_fixture_put_erst(&fixture, 0xffffffff, 1, 1, "x");

        ((uint8_t *) foreign->bytes.data)[64] ^= 1;
        store_fixture_put_efi(&fixture, "dump-type2-1-1-5-D", "console text\n");
        assert_shows_all(SHOW_JOINED, 2,
                         "==> erst:ffffffff00000001 <==\n"
                         "hardware error record ffffffff00000001, severity: fatal\n"
                         "creator: 75a574e2-5052-4b29-8a8e-be2c6490b89d\n"
                         "notification: machine check exception (e8f56ffe-919c-4cc5-ba88-65abe14913bb)\n"
                         "flags: of the previous boot\n"
                         "section 1: dmesg, fatal, 1 bytes\n"
                         "  00: 78\n"
                         "==> efi:dump-type2-1-1-5-D <==\nconsole text\n");
}

static void test_a_title_cannot_control_a_terminal(NO_STATE) {
        char name[RECORD_NAME_SIZE];
        const char *text;
        int shown;

        memset(name, '\x1b', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        store_fixture_put_efi(&fixture, name, "data");
        put_part(1, "x\n");
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        text = show(SHOW_JOINED, &shown);
        assert_null(strchr(text, '\x1b'));
        assert_non_null(strstr(text, "\\x1b <==\n"));
}

static void test_only_what_is_selected(NO_STATE) {
        int shown;

        put_part(1, "3\n");
        put_part(2, "2\n");
        put_part(3, "1\n");
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_load(&fixture);
        store_fixture_select(&fixture, "efi:dump-type0-1-1-1709210110", "efi:dump-type0-3-1-1709210110",
                             NULL);
        assert_string_equal(show(SHOW_JOINED, &shown), "1\n3\n");
        assert_int_equal(shown, 2);
        store_fixture_select(&fixture, "20240229T123510Z-efi-panic1", NULL);
        assert_string_equal(show(SHOW_JOINED, &shown), "1\n2\n3\n");
        assert_int_equal(shown, 3);
}

static void put_twice(const char *first, const char *second) {
        put_part(2, "1\n");
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-C", first);
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-D", second);
}

static void test_the_same_text_twice_is_shown_once(NO_STATE) {
        put_twice("Panic#1 Part1\n2\n", "Panic#1 Part1\n2\n");
        assert_shows_all(SHOW_JOINED, 2, "1\n2\n");
}

static void test_of_a_torn_copy_the_longer_text_is_shown(NO_STATE) {
        put_twice("Panic#1 Part1\n2", "Panic#1 Part1\n2\n3\n");
        assert_shows_all(SHOW_JOINED, 2, "1\n2\n3\n");
        assert_int_equal(fixture.catalog.events[0].log_size, 6);
        assert_string_equal(show(SHOW_RAW, &(int){ 0 }),
                            "Panic#1 Part2\n1\nPanic#1 Part1\n2\n3\nPanic#1 Part1\n2");
}

/* They are of two boots, and nobody knows of which of them part 2 is. */
static void test_two_texts_of_one_part_are_both_shown(NO_STATE) {
        static const char title[] = "==> 20240229T123510Z-efi-panic1 <==\n";
        char wanted[256];

        put_twice("Panic#1 Part1\n2\n", "Panic#1 Part1\n3\n");
        snprintf(wanted, sizeof(wanted), "%s2\n%s3\n%s1\n[part 1 is missing here]\n", title, title, title);
        assert_shows_all(SHOW_JOINED, 3, wanted);
}

/* U+20AC is e2 82 ac: bytes are joined as they are, wherever they were cut. */
static void test_a_character_that_is_cut_between_parts_is_whole_again(NO_STATE) {
        put_part(3, "5 \xe2");
        put_part(2, "\x82");
        put_part(1, "\xac\n");
        assert_shows_all(SHOW_JOINED, 3, "5 \xe2\x82\xac\n");
}

static void test_the_log_of_an_event_is_whole_and_pure(NO_STATE) {
        put_part(4, "1\n");
        put_part(2, "2\n");
        store_fixture_load(&fixture); /* nothing is selected */
        assert_ok(show_event_log(&fixture.catalog, &fixture.catalog.events[0], false, &fixture.sink));
        assert_string_equal(store_fixture_output(&fixture), "1\n2\n");
        assert_ok(show_event_log(&fixture.catalog, &fixture.catalog.events[0], true, &fixture.sink));
        assert_string_equal(store_fixture_output(&fixture),
                            "1\n[part 3 is missing here]\n2\n[part 1 is missing here]\n");
}

static void test_the_sinks_error_comes_back(NO_STATE) {
        unsigned writes = 0, writes_left;
        const struct sink sink = store_fixture_failing_sink(&writes_left);
        int r;

        put_part(2, "1");
        put_part(4, "0");
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        do {
                writes_left = writes++;
                r = show_selected(&fixture.work, SHOW_JOINED, &sink);
                if (r < 0)
                        assert_error(r, ERR_IO);
        } while (r < 0);
        assert_int_equal(r, 3);
        assert_uint_in_range(writes, 7, 15);
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_prestate_setup_teardown(name, store_fixture_setup, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_joined_in_time_order),
                TEST(test_parts_keep_their_header_lines),
                TEST(test_raw_is_what_is_stored_and_nothing_else),
                TEST(test_gaps_are_named_where_they_are),
                TEST(test_gaps_are_named_between_parts_too),
                TEST(test_the_highest_part_number),
                TEST(test_part_0_makes_no_gap),
                TEST(test_what_we_say_starts_a_line),
                TEST(test_a_part_that_breaks_off_gives_its_beginning),
                TEST(test_each_of_two_events_has_a_title),
                TEST(test_records_of_no_event),
                TEST(test_a_title_cannot_control_a_terminal),
                TEST(test_only_what_is_selected),
                TEST(test_the_same_text_twice_is_shown_once),
                TEST(test_of_a_torn_copy_the_longer_text_is_shown),
                TEST(test_two_texts_of_one_part_are_both_shown),
                TEST(test_a_character_that_is_cut_between_parts_is_whole_again),
                TEST(test_the_log_of_an_event_is_whole_and_pure),
                TEST(test_the_sinks_error_comes_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
