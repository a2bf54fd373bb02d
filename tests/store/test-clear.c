/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/clear.h"

#define ERST_1 "erst:65e079fe00000001"
#define ERST_2 "erst:65e079fe00000002"
#define NAME_1 "dump-type0-1-1-1709296510-D"
#define EFI_1  "efi:" NAME_1
#define EFI_2  "efi:dump-type0-2-1-1709296510-D"

static struct store_fixture fixture;
static struct clear_result result;

static int begin(NO_STATE) {
        store_fixture_begin(&fixture);
        store_fixture_put_panic_and_oops(&fixture);
        store_fixture_put_efi_part(&fixture, "Oops", 1, 2, 1709296510, "x\n");
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        fixture.erst.opens = fixture.efi.opens = 0;
        return 0;
}

static void assert_clears(int error, size_t cleared, size_t unverified, size_t failed) {
        int r = clear_selected(&fixture.work, NULL, NULL, &result);

        assert_string_equal(r == 0 ? "0" : error_name(r), error == 0 ? "0" : error_name(error));
        assert_int_equal(result.cleared_count, cleared);
        assert_int_equal(result.unverified_count, unverified);
        assert_int_equal(result.failed_count, failed);
}

static void assert_outcome(const char *id, int outcome) {
        assert_string_equal(store_fixture_state(&fixture, id)->outcome == 0
                                    ? "0"
                                    : error_name(store_fixture_state(&fixture, id)->outcome),
                            outcome == 0 ? "0" : error_name(outcome));
}

static void test_an_honest_store(NO_STATE) {
        assert_clears(0, 4, 0, 0);
        assert_int_equal(fake_source_size(&fixture.erst), 0);
        assert_int_equal(fake_source_size(&fixture.efi), 0);
        assert_int_equal(fixture.erst.opens, 1); /* looked for once, not once for each record */
}

static void test_only_what_is_selected_and_no_other_store(NO_STATE) {
        store_fixture_select(&fixture, EFI_2, NULL);
        assert_clears(0, 1, 0, 0);
        assert_int_equal(fake_source_size(&fixture.efi), 1);
        assert_non_null(fake_source_find(&fixture.efi, NAME_1));
        assert_int_equal(fixture.erst.erases, 0);
        assert_int_equal(fixture.erst.opens,
                         0); /* some firmware pays for each look at ERST with an interrupt */
}

static void test_nothing_selected_touches_nothing(NO_STATE) {
        for (size_t i = 0; i < fixture.catalog.row_count; i++)
                fixture.work.states[i].selected = false;
        assert_clears(0, 0, 0, 0);
        assert_int_equal(fixture.erst.opens + fixture.efi.opens + fixture.erst.erases + fixture.efi.erases,
                         0);
}

/* What a reset would leave at any time has the event's name. */
static void test_the_first_part_goes_last(NO_STATE) {
        assert_clears(0, 4, 0, 0);
        assert_int_equal(fixture.erst.erased[0], 1); /* part 2, the oldest text */
        assert_int_equal(fixture.erst.erased[1], 0);
        assert_int_equal(fixture.efi.erased[0], 1);
        assert_int_equal(fixture.efi.erased[1], 0);
}

/* Somebody writes another record under the name, or firmware gives something else each time. */
static void test_what_has_changed_since_stays(NO_STATE) {
        ((uint8_t *) fixture.efi.entries[0].bytes.data)[fixture.efi.entries[0].bytes.size - 2] ^= 1;
        fixture.erst.entries[0].read_error = ERR_HARDWARE;
        assert_clears(ERR_HARDWARE, 2, 0, 2);
        assert_outcome(EFI_1, ERR_CHANGED);
        assert_outcome(ERST_1, ERR_HARDWARE);
        assert_non_null(fake_source_find(&fixture.efi, NAME_1));
}

/* A dump that is broken goes like a whole one: it is what shall go. */
static void test_what_an_archive_holds_is_not_compared(NO_STATE) {
        fixture.erst.source.is_archive = true;
        fixture.erst.entries[0].read_error = ERR_LOG_MISSING;
        assert_clears(0, 4, 0, 0);
}

static void test_a_store_that_lies_is_found_out(NO_STATE) {
        fixture.erst.entries[1].erase_lies = true;
        assert_clears(ERR_STILL_THERE, 3, 0, 1);
        assert_outcome(ERST_1, 0);
        assert_outcome(ERST_2, ERR_STILL_THERE);
        assert_outcome(EFI_1, 0);
}

static void test_a_store_that_refuses(NO_STATE) {
        fixture.efi.entries[0].erase_error = ERR_READ_ONLY;
        assert_clears(ERR_READ_ONLY, 3, 0, 1);
        assert_outcome(EFI_1, ERR_READ_ONLY);
        assert_outcome(EFI_2, 0);
}

static void test_a_store_that_cannot_erase(NO_STATE) {
        fixture.efi.operations.erase = NULL;
        assert_clears(ERR_NOT_SUPPORTED, 2, 0, 2);
        assert_int_equal(fake_source_size(&fixture.efi), 2);
        assert_int_equal(fixture.efi.opens, 0);
}

static void test_what_is_gone_already_is_told(NO_STATE) {
        fixture.erst.entries[0].gone = true;
        assert_clears(ERR_NOT_FOUND, 3, 0, 1);
}

/* --- the second look ---------------------------------------------------------------------------- */

static void test_a_store_that_cannot_be_looked_at_again(NO_STATE) {
        fixture.erst.open_error = ERR_TIMEOUT;
        assert_clears(ERR_UNVERIFIED, 2, 2, 0);
        assert_outcome(ERST_1, ERR_UNVERIFIED);
        assert_outcome(EFI_1, 0);
}

static struct fake_entry *put_behind(const char *name) {
        return fake_source_add(&fixture.erst, name, text_view("x"));
}

static void test_an_error_of_the_second_walk_with_a_name(NO_STATE) {
        put_behind("0000000000000042")->next_error = ERR_LENGTH;
        assert_clears(0, 4, 0, 0);
}

static void test_a_selected_record_that_is_an_error_now_is_there(NO_STATE) {
        fixture.erst.entries[0].erase_lies = true;
        fixture.erst.entries[0].next_error = ERR_LENGTH;
        assert_clears(ERR_STILL_THERE, 3, 0, 1);
        assert_outcome(ERST_1, ERR_STILL_THERE);
}

static void test_an_error_of_the_second_walk_without_a_name_proves_nothing(NO_STATE) {
        struct fake_entry *nameless = put_behind("0000000000000042");

        nameless->next_error = ERR_IO;
        nameless->nameless = true;
        assert_clears(ERR_UNVERIFIED, 2, 2, 0);
}

static void test_a_second_walk_without_an_end_proves_nothing(NO_STATE) {
        fixture.erst.endless = true;
        fixture.erst.entries[0].erase_lies = true;
        assert_clears(ERR_STILL_THERE, 2, 1, 1);
        assert_outcome(ERST_1, ERR_STILL_THERE);
        assert_outcome(ERST_2, ERR_UNVERIFIED);
}

static void test_a_view_is_asked_for_its_store(NO_STATE) {
        fake_source_be_unsure(&fixture.efi, 0);
        fixture.efi.entries[1].erase_lies = true;
        assert_clears(ERR_STILL_THERE, 3, 0, 1);
        assert_int_equal(fixture.efi.confirms, 2);
        assert_int_equal(fixture.efi.opens, 0);
}

static void test_a_view_that_cannot_know(NO_STATE) {
        fake_source_be_unsure(&fixture.efi, ERR_UNVERIFIED);
        assert_clears(ERR_UNVERIFIED, 2, 2, 0);
        assert_outcome(EFI_1, ERR_UNVERIFIED);
        assert_outcome(ERST_1, 0);
}

/* The same name in two stores is two records, also where one source shows both. */
static void test_a_name_is_looked_for_in_its_own_store(NO_STATE) {
        put_behind("65e079fe00000001")->entry.store = RECORD_STORE_EFI;
        assert_clears(0, 4, 0, 0);
        assert_int_equal(fake_source_size(&fixture.erst), 1);
}

static size_t reports;

static void note(void *context, const struct catalog_record *row, int error) {
        assert_ptr_equal(context, &fixture);
        assert_true(work_state(&fixture.work, &row->record)->selected);
        assert_int_equal(work_state(&fixture.work, &row->record)->outcome, error);
        reports++;
}

static void test_each_selected_record_is_reported_once(NO_STATE) {
        store_fixture_select(&fixture, ERST_1, EFI_1, EFI_2, NULL);
        fixture.efi.entries[0].erase_error = ERR_READ_ONLY;
        reports = 0;
        assert_error(clear_selected(&fixture.work, note, &fixture, &result), ERR_READ_ONLY);
        assert_int_equal(reports, 3);
}

/* Asked so often, it says no; then yes. */
static unsigned goes_on;

static bool is_stopped(void *context) {
        (void) context;
        return goes_on == 0 || goes_on-- == 0;
}

/* Of an event all parts go, or none. */
static void test_it_is_stopped_between_events(NO_STATE) {
        static const struct observer observer = { .stopped = is_stopped };

        fixture.catalog.observer = &observer;
        goes_on = 1;
        assert_clears(ERR_INTERRUPTED, 2, 0, 2);
        assert_int_equal(fake_source_size(&fixture.erst) % 2, 0);
        assert_int_equal(fake_source_size(&fixture.efi) % 2, 0);
        goes_on = 0;
        assert_clears(ERR_INTERRUPTED, 0, 0, 4);
}

#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, begin, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_an_honest_store),
                TEST(test_only_what_is_selected_and_no_other_store),
                TEST(test_nothing_selected_touches_nothing),
                TEST(test_the_first_part_goes_last),
                TEST(test_what_has_changed_since_stays),
                TEST(test_what_an_archive_holds_is_not_compared),
                TEST(test_a_store_that_lies_is_found_out),
                TEST(test_a_store_that_refuses),
                TEST(test_a_store_that_cannot_erase),
                TEST(test_what_is_gone_already_is_told),
                TEST(test_a_store_that_cannot_be_looked_at_again),
                TEST(test_an_error_of_the_second_walk_with_a_name),
                TEST(test_a_selected_record_that_is_an_error_now_is_there),
                TEST(test_an_error_of_the_second_walk_without_a_name_proves_nothing),
                TEST(test_a_second_walk_without_an_end_proves_nothing),
                TEST(test_a_view_is_asked_for_its_store),
                TEST(test_a_view_that_cannot_know),
                TEST(test_a_name_is_looked_for_in_its_own_store),
                TEST(test_each_selected_record_is_reported_once),
                TEST(test_it_is_stopped_between_events),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
