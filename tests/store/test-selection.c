/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/selection.h"

#define EVENT_OLD   "20240229T123510Z-erst-panic1"
#define EVENT_NEW   "20240301T123510Z-efi-oops1"
#define RECORD_OLD1 "erst:65e079fe00000001"
#define RECORD_OLD2 "erst:65e079fe00000002"
#define RECORD_NEW  "efi:dump-type0-1-1-1709296510-D"
#define RECORD_ODD  "efi:cfg"

static struct store_fixture fixture;

/* An event of two records, one of one record a day later, a record of none and without a time. */
static int begin(NO_STATE) {
        store_fixture_begin(&fixture);
        store_fixture_put_panic_and_oops(&fixture);
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_load(&fixture);
        return 0;
}

/* Which of the four records are selected, as "oonx". */
static const char *selected(void) {
        static const char *const ids[] = { RECORD_OLD1, RECORD_OLD2, RECORD_NEW, RECORD_ODD };
        static char result[ARRAY_SIZE(ids) + 1];

        for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
                result[i] = store_fixture_state(&fixture, ids[i])->selected ? "oonx"[i] : '.';
        return result;
}

static size_t count_letters(const char *marks) {
        size_t count = 0;

        for (; *marks; marks++)
                count += *marks != '.';
        return count;
}

static int mark(const struct selection *selection) {
        const char *unknown = NULL;

        return selection_mark(&fixture.work, selection, &unknown);
}

/* What firmware or Windows keeps is meant by who names it, and by who says: everything. */
static void test_hardware_errors_are_spared_unless_named(NO_STATE) {
        static const char *const named[] = { "efi:HwErrRec0000" };

        store_fixture_put_efi(&fixture, "HwErrRec0000", "no CPER record");
        store_fixture_reload(&fixture);
        assert_int_equal(mark(&(struct selection){ .only_crashes = true }), 4);
        assert_false(store_fixture_state(&fixture, "efi:HwErrRec0000")->selected);
        assert_int_equal(mark(&(struct selection){ 0 }), 5);
        assert_int_equal(mark(&(struct selection){ .ids = named, .id_count = 1, .only_crashes = true }), 1);
        assert_true(store_fixture_state(&fixture, "efi:HwErrRec0000")->selected);
}

static void test_nothing_named_is_everything(NO_STATE) {
        assert_int_equal(mark(&(struct selection){ 0 }), 4);
        assert_string_equal(selected(), "oonx");
}

static void test_ids_of_events_and_of_records(NO_STATE) {
        static const struct {
                const char *ids[3];
                const char *selected;
        } rows[] = {
                { { EVENT_OLD }, "oo.." },
                { { EVENT_NEW }, "..n." },
                { { RECORD_OLD2 }, ".o.." },
                { { RECORD_ODD }, "...x" },
                { { "efi:dump-type0-1-1-1709296510" }, "..n." },
                { { "efi:dump-type0-1-1-1709296510-C", "" }, NULL },
                { { EVENT_OLD, RECORD_OLD1, EVENT_OLD }, "oo.." },
                { { RECORD_ODD, EVENT_NEW, RECORD_OLD1 }, "o.nx" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct selection selection = { .ids = rows[i].ids };

                while (selection.id_count < 3 && rows[i].ids[selection.id_count])
                        selection.id_count++;
                if (rows[i].selected)
                        assert_int_equal(mark(&selection), count_letters(rows[i].selected));
                else
                        assert_error(mark(&selection), ERR_UNKNOWN_ID);
                assert_string_equal(selected(), rows[i].selected ? rows[i].selected : "....");
        }
}

static void test_an_unknown_id_selects_nothing(NO_STATE) {
        static const char *const ids[] = { EVENT_OLD, "erst:0000000000000001", RECORD_ODD };
        const char *unknown = NULL;

        store_fixture_select_all(&fixture);
        assert_error(
                selection_mark(&fixture.work, &(struct selection){ .ids = ids, .id_count = 3 }, &unknown),
                ERR_UNKNOWN_ID);
        assert_ptr_equal(unknown, ids[1]);
        assert_string_equal(selected(), "....");
}

static void test_age_is_the_events(NO_STATE) {
        static const struct {
                uint64_t before;
                const char *selected;
        } rows[] = {
                { 0, "...." },          { 1709210110, "...." }, { 1709210111, "oo.." },
                { 1709296510, "oo.." }, { 1709296511, "oon." }, { UINT64_MAX, "oon." },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                (void) mark(&(struct selection){ .limit_age = true, .made_before = rows[i].before });
                assert_string_equal(selected(), rows[i].selected);
        }
}

static void test_the_newest_are_kept(NO_STATE) {
        static const char *const wanted[] = { "oonx", "oo.x", "...x", "...x" };
        static const char *const ids[] = { EVENT_OLD, EVENT_NEW };

        for (size_t keep = 0; keep < ARRAY_SIZE(wanted); keep++) {
                (void) mark(&(struct selection){ .keep_events = keep });
                assert_string_equal(selected(), wanted[keep]);
        }
        (void) mark(&(struct selection){ .ids = ids, .id_count = 2, .keep_events = 1 });
        assert_string_equal(selected(), "oo..");
}

static void test_an_event_is_selected_when_all_of_it_is(NO_STATE) {
        store_fixture_select(&fixture, RECORD_OLD1, NULL);
        assert_false(selection_has_event(&fixture.work, &fixture.catalog.events[0]));
        store_fixture_select(&fixture, RECORD_OLD1, RECORD_OLD2, NULL);
        assert_true(selection_has_event(&fixture.work, &fixture.catalog.events[0]));
        assert_false(selection_has_event(&fixture.work, &fixture.catalog.events[1]));
}

static void test_the_form_of_an_id(NO_STATE) {
        static const char *const valid[] = { EVENT_OLD, EVENT_NEW, RECORD_OLD1, RECORD_NEW, RECORD_ODD };
        static const char *const invalid[] = {
                "",
                "erst",
                "er:1",
                "panic1",
                "20240229T123510Z",
                "20240229T123510Z-",
                "--all",
                "2024-02-29",
                "20240229T12351xZ-erst-panic1",
        };

        for (size_t i = 0; i < ARRAY_SIZE(valid); i++)
                assert_true(selection_id_is_valid(valid[i]));
        for (size_t i = 0; i < ARRAY_SIZE(invalid); i++)
                if (selection_id_is_valid(invalid[i]))
                        fail_msg("%s", invalid[i]);
}

/* What waits in a store is counted, not what was saved meanwhile. */
static void test_what_an_archive_alone_holds_is_none_of_the_newest(NO_STATE) {
        fixture.efi.source.is_archive = true;
        assert_int_equal(mark(&(struct selection){ .keep_events = 1 }), 3);
        assert_string_equal(selected(), "oo.x");
        assert_int_equal(mark(&(struct selection){ .keep_events = 1, .stores_alone = true }), 2);
        assert_string_equal(selected(), "..nx");
        assert_int_equal(
                mark(&(struct selection){
                        .keep_events = 1, .stores_alone = true, .limit_age = true, .made_before = 2 }),
                0);
}

#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, begin, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_named_is_everything),
                TEST(test_hardware_errors_are_spared_unless_named),
                TEST(test_ids_of_events_and_of_records),
                TEST(test_what_an_archive_alone_holds_is_none_of_the_newest),
                TEST(test_an_unknown_id_selects_nothing),
                TEST(test_age_is_the_events),
                TEST(test_the_newest_are_kept),
                TEST(test_an_event_is_selected_when_all_of_it_is),
                TEST(test_the_form_of_an_id),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
