/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/places.h"

/* A machine with both stores, a view of them, and two archives of its own. */
static struct store_fixture fixture;
static struct fake_source view, systemd, saved;

static int setup(void **state) {
        (void) state;
        store_fixture_begin(&fixture);
        fake_source_init(&view, "pstorefs", RECORD_STORE_END);
        fake_source_init(&systemd, "dir:/systemd", RECORD_STORE_END);
        fake_source_init(&saved, "dir:/saved", RECORD_STORE_END);
        fixture.erst.source.of_machine = fixture.efi.source.of_machine = view.source.of_machine = true;
        systemd.source.of_machine = saved.source.of_machine = true;
        view.source.is_view = true;
        systemd.source.is_archive = saved.source.is_archive = true;
        systemd.source.location = "/systemd";
        saved.source.location = "/saved";
        return 0;
}

static int teardown(void **state) {
        (void) state;
        fake_source_free(&view);
        fake_source_free(&systemd);
        fake_source_free(&saved);
        store_fixture_end(&fixture);
        return 0;
}

static void put_efi(uint32_t part) {
        store_fixture_put_efi_part(&fixture, "Panic", 1, part, 1709210110, "log\n");
}

/* The same as text, called after the variable or, without its id, after a file. */
static void put_shown(struct fake_source *source, const char *name, uint32_t part) {
        bool has_id = text_starts_with(name, "dump-type");
        char text[64];

        snprintf(text, sizeof(text), "Panic#1 Part%u\nlog\n", part);
        fake_source_add_shown(source, name, RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 1709210110, text_view(text))
                ->entry.store = has_id ? RECORD_STORE_EFI : RECORD_STORE_PSTOREFS;
}

static void load(void) {
        struct record_source *const sources[] = { &fixture.efi.source, &fixture.erst.source, &view.source,
                                                  &systemd.source, &saved.source };

        for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
                assert_ok(catalog_add(&fixture.catalog, sources[i]));
        assert_ok(catalog_join(&fixture.catalog));
}

static void assert_described(const char *expected) {
        struct place places[CATALOG_SOURCES_MAX];
        char words[PLACES_SIZE];
        struct text text = TEXT_ON(words);
        size_t count;

        load();
        assert_int_equal(fixture.catalog.event_count, 1);
        count = places_of_event(&fixture.catalog, &fixture.catalog.events[0], places);
        places_describe(&fixture.catalog, places, count, fixture.catalog.events[0].store, &text);
        assert_string_equal(words, expected);
}

static void test_in_its_store_alone(NO_STATE) {
        put_efi(1);
        put_shown(&view, "dump-type0-1-1-1709210110", 1);
        assert_described("");
}

static void test_in_archives_too(NO_STATE) {
        put_efi(1);
        put_efi(2);
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        put_shown(&systemd, "dump-type0-2-1-1709210110", 2);
        put_shown(&saved, "cut-2", 2);
        assert_described("also in /systemd, /saved (some parts)");
        assert_int_equal(fixture.catalog.row_count, 2);
        assert_ptr_equal(fixture.catalog.rows[0]->source, &fixture.efi.source);
}

static void test_what_systemd_has_emptied(NO_STATE) {
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        assert_described("in /systemd");
}

static void test_what_the_store_lost_a_part_of(NO_STATE) {
        put_efi(1);
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        put_shown(&systemd, "dump-type0-2-1-1709210110", 2);
        assert_described("in efi (some parts), /systemd");
}

/* Together the two doors show all of it. */
static void test_two_doors_are_one_place(NO_STATE) {
        struct place places[CATALOG_SOURCES_MAX];

        put_efi(1);
        put_shown(&view, "dump-type0-2-1-1709210110", 2);
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        assert_described("also in /systemd (some parts)");
        assert_int_equal(places_of_event(&fixture.catalog, &fixture.catalog.events[0], places), 2);
        assert_true(places[0].complete);
}

static void test_of_another_machine_it_is_another_place(NO_STATE) {
        view.source.of_machine = false;
        put_efi(1);
        put_shown(&view, "dump-type0-1-1-1709210110", 1);
        assert_described("also in pstorefs");
}

static void test_two_readers_of_one_directory(NO_STATE) {
        saved.source.location = "/systemd";
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        put_shown(&saved, "dump-type0-1-1-1709210110", 1);
        assert_described("in /systemd");
}

/* A part that is there twice is wanted once. */
static void test_what_a_log_does_not_need(NO_STATE) {
        put_efi(1);
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-C", "Panic#1 Part1\nlo");
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        assert_described("also in /systemd");
        assert_int_equal(fixture.catalog.events[0].record_count, 2);
}

/* An archive that holds records of one kind is seen by what they are called. */
static void test_an_archive_that_a_name_tells(NO_STATE) {
        systemd.source.store = RECORD_STORE_EFI;
        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        assert_described("");
}

static void test_one_source_needs_no_words(NO_STATE) {
        struct place places[CATALOG_SOURCES_MAX];
        char words[PLACES_SIZE] = "";
        struct text text = TEXT_ON(words);

        put_shown(&systemd, "dump-type0-1-1-1709210110", 1);
        assert_ok(catalog_add(&fixture.catalog, &systemd.source));
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(places_of_event(&fixture.catalog, &fixture.catalog.events[0], places), 1);
        places_describe(&fixture.catalog, places, 1, RECORD_STORE_EFI, &text);
        assert_string_equal(words, "");
}

static void test_a_record_of_no_event(NO_STATE) {
        struct place places[CATALOG_SOURCES_MAX];

        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-D", "\xff\xff\xff\xff");
        put_shown(&saved, "dump-type2-1-1-1709210110", 1);
        saved.entries[0].entry.type = RECORD_TYPE_CONSOLE;
        load();
        assert_int_equal(fixture.catalog.row_count, 2);
        assert_int_equal(places_of_record(&fixture.catalog, &fixture.catalog.rows[1]->record, places), 1);
        assert_string_equal(place_name(places[0].source), "/saved");
        assert_true(places[0].complete);
}

/* More than have a bit each: the record is one all the same. */
static void test_more_sources_than_are_counted(NO_STATE) {
        static struct fake_source more[CATALOG_SOURCES_MAX + 2];
        struct place places[CATALOG_SOURCES_MAX];

        for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
                fake_source_init(&more[i], "dir:/x", RECORD_STORE_END);
                more[i].source.is_archive = true;
                put_shown(&more[i], "dump-type0-1-1-1709210110", 1);
                assert_int_equal(catalog_add(&fixture.catalog, &more[i].source), i == 0);
        }
        put_shown(&systemd, "dump-type0-2-1-1709210110", 2);
        assert_int_equal(catalog_add(&fixture.catalog, &systemd.source), 1);
        assert_ok(catalog_join(&fixture.catalog));
        assert_int_equal(fixture.catalog.source_count, CATALOG_SOURCES_MAX);
        assert_int_equal(places_of_record(&fixture.catalog, &fixture.catalog.rows[0]->record, places),
                         CATALOG_SOURCES_MAX);
        assert_int_equal(places_of_record(&fixture.catalog, &fixture.catalog.rows[1]->record, places), 0);
        for (size_t i = 0; i < ARRAY_SIZE(more); i++)
                fake_source_free(&more[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(in_its_store_alone),           TEST(in_archives_too),
                TEST(what_systemd_has_emptied),     TEST(what_the_store_lost_a_part_of),
                TEST(two_doors_are_one_place),      TEST(of_another_machine_it_is_another_place),
                TEST(two_readers_of_one_directory), TEST(what_a_log_does_not_need),
                TEST(an_archive_that_a_name_tells), TEST(one_source_needs_no_words),
                TEST(a_record_of_no_event),         TEST(more_sources_than_are_counted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
