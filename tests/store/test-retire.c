/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/retire.h"

#include "tests/support/session-fixture.h"

#define ERST_1 "erst:65e079fe00000001"

static struct session_fixture f;
static struct retire_wish wish;
static struct retire_result result;
static struct dump_result found;

/* What the front end is asked and told, and what the stores held then. */
static struct {
        int answer;
        unsigned asked, copied, cleared;
        size_t count, archive_count;
} seen;

static size_t stored_count(void) {
        return fake_source_size(&f.stores.erst) + fake_source_size(&f.stores.efi);
}

static int agree(void *context, size_t count, size_t archive_count) {
        assert_ptr_equal(context, &seen);
        assert_int_equal(fake_target_size(&f.files), 0);
        seen.asked++;
        seen.count = count;
        seen.archive_count = archive_count;
        return seen.answer;
}

/* Nothing is erased before the last copy is compared. */
static void note_copied(void *context, const struct dump_result *copies) {
        assert_ptr_equal(context, &seen);
        assert_int_equal(f.stores.erst.erases + f.stores.efi.erases, 0);
        assert_int_equal(copies->record_count + copies->failed_count, f.target_error == 0 ? seen.count : 0);
        seen.copied++;
}

static void note_cleared(void *context, const struct catalog_record *row, int error) {
        assert_ptr_equal(context, &seen);
        assert_true(work_state(&f.session.work, &row->record)->saved);
        assert_int_equal(work_state(&f.session.work, &row->record)->outcome, error);
        seen.cleared++;
}

static const struct retire_front front = {
        .context = &seen,
        .agree = agree,
        .copied = note_copied,
        .cleared = note_cleared,
};

static int begin(NO_STATE) {
        session_fixture_begin(&f);
        memset(&seen, 0, sizeof(seen));
        wish = (struct retire_wish){ 0 };
        return 0;
}

static int end(NO_STATE) {
        session_fixture_end(&f);
        return 0;
}

static int retire(void) {
        assert_ok(session_load(&f.session));
        return retire_records(&f.session, &wish, &f.target, &front, &result);
}

static void assert_retires(size_t selected, size_t saved, size_t cleared, bool failed) {
        assert_ok(retire());
        assert_int_equal(result.selected_count, selected);
        assert_int_equal(result.saved_count, saved);
        assert_int_equal(result.cleared.cleared_count, cleared);
        assert_int_equal(f.session.failed, failed);
}

static void assert_untouched(void) {
        assert_int_equal(stored_count(), 3);
        assert_int_equal(f.stores.erst.erases + f.stores.efi.erases, 0);
        assert_int_equal(fake_target_size(&f.files), 0);
        assert_int_equal(seen.copied + seen.cleared, 0);
}

static void test_copied_then_cleared_then_looked_for(NO_STATE) {
        assert_retires(3, 3, 3, false);
        assert_int_equal(stored_count(), 0);
        assert_int_equal(seen.asked, 1);
        assert_int_equal(seen.count, 3);
        assert_int_equal(seen.copied, 1);
        assert_int_equal(seen.cleared, 3);
        assert_int_equal(f.stores.erst.opens, 2);        /* read, and looked at again */
        assert_int_equal(fake_target_size(&f.files), 6); /* of two events */
        assert_string_equal(f.told.lines, "");
}

static void test_a_front_end_that_wants_to_know_nothing(NO_STATE) {
        static const struct retire_front silent = { 0 };

        assert_ok(session_load(&f.session));
        assert_ok(retire_records(&f.session, &wish, &f.target, &silent, &result));
        assert_int_equal(stored_count(), 0);
}

/* --- what ends it before anything is done ------------------------------------------------------- */

static void test_a_no(NO_STATE) {
        seen.answer = ERR_INTERRUPTED;
        assert_error(retire(), ERR_INTERRUPTED);
        assert_untouched();
        assert_int_equal(f.files.operations, 0);
}

static void test_a_dry_run(NO_STATE) {
        wish.dry_run = true;
        assert_retires(3, 0, 0, false);
        assert_untouched();
        assert_int_equal(seen.asked + f.opens, 0);
        assert_int_equal(work_selected_count(&f.session.work), 3);
}

static void test_an_unknown_id(NO_STATE) {
        static const char *const ids[] = { ERST_1, "efi:none" };

        wish.selection = (struct selection){ .ids = ids, .id_count = 2 };
        assert_error(retire(), ERR_UNKNOWN_ID);
        assert_untouched();
}

static void test_nothing_to_clear(NO_STATE) {
        wish.selection.keep_events = 2;
        assert_retires(0, 0, 0, false);
        assert_untouched();
        assert_string_equal(f.told.lines, "- nothing to clear\n");
        assert_int_equal(seen.asked, 0);
}

/* When not all could be read, there may well be something to clear. */
static void test_nothing_to_clear_is_not_said_of_what_was_not_read(NO_STATE) {
        wish.selection.keep_events = 2;
        f.stores.erst.open_error = ERR_TIMEOUT;
        assert_retires(0, 0, 0, true);
        assert_null(strstr(f.told.lines, "nothing to clear"));
}

/* --- what is left out --------------------------------------------------------------------------- */

static void test_an_archive_is_left_alone_unless_it_is_meant(NO_STATE) {
        f.stores.erst.source.is_archive = true;
        assert_retires(1, 1, 1, false);
        assert_int_equal(f.stores.erst.erases, 0);
        assert_string_equal(f.told.lines,
                            "- 2 records of erst left alone: clear by id, or with --source erst\n");
}

/* What is the only copy is not copied, and the user is told how much of it there is. */
static void test_an_archive_that_is_meant(NO_STATE) {
        f.stores.erst.source.is_archive = true;
        wish.archives_too = true;
        assert_retires(3, 3, 3, false);
        assert_int_equal(result.archive_count, 2);
        assert_int_equal(seen.archive_count, 2);
        assert_int_equal(stored_count(), 0);
        assert_int_equal(fake_target_size(&f.files), 3); /* of the oops alone */
        assert_string_equal(f.told.lines, "");
}

/* An archive with a copy of the panic's first record, and another record of it that the store has lost. */
static struct fake_source *add_archive(void) {
        static struct fake_source archive;

        fake_source_init(&archive, "dir:/x", RECORD_STORE_ERST);
        archive.source.is_archive = true;
        fake_source_add(&archive, "65e079fe00000001", f.stores.erst.entries[0].bytes);
        fake_source_add(&archive, "65e079fe00000002", f.stores.erst.entries[1].bytes);
        session_add(&f.session, &archive.source, 0);
        return &archive;
}

static void name_event(void) {
        static const char *const ids[] = { "20240229T123510Z-erst-panic1" };

        wish.selection = (struct selection){ .ids = ids, .id_count = 1 };
        wish.archives_too = true;
}

/* What lies in both goes from the store, after it was copied like any other. */
static void test_the_copy_in_an_archive_stays(NO_STATE) {
        struct fake_source *archive = add_archive();

        assert_retires(3, 3, 3, false);
        assert_int_equal(stored_count(), 0);
        assert_int_equal(archive->erases, 0);
        assert_int_equal(result.archive_count, 0);
        assert_int_equal(fake_target_size(&f.files), 6);
        assert_string_equal(f.told.lines, "");
        fake_source_free(archive);
}

static void test_an_id_means_what_the_store_holds(NO_STATE) {
        struct fake_source *archive = add_archive();

        name_event();
        f.stores.erst.entries[1].gone = true;
        assert_retires(1, 1, 1, false);
        assert_int_equal(stored_count(), 1); /* the oops */
        assert_int_equal(archive->erases, 0);
        assert_string_equal(f.told.lines,
                            "- 1 record that an archive alone holds is left alone: clear it with "
                            "its --source\n");
        fake_source_free(archive);
}

/* It is meant where nothing else can be, and where its source is named. */
static void test_an_id_of_what_an_archive_alone_holds(NO_STATE) {
        for (int named = false; named <= true; named++) {
                struct fake_source *archive = add_archive();

                name_event();
                f.session.named = named;
                f.stores.erst.entries[0].gone = !named;
                f.stores.erst.entries[1].gone = true;
                assert_retires(2, 2, 2, false);
                assert_int_equal(archive->erases, named ? 1 : 2);
                assert_int_equal(result.archive_count, named ? 1 : 2);
                assert_string_equal(f.told.lines, "");
                fake_source_free(archive);
                session_fixture_end(&f);
                begin(NULL);
        }
}

static void test_a_store_that_can_only_be_read(NO_STATE) {
        f.stores.erst.operations.erase = NULL;
        assert_retires(1, 1, 1, true);
        assert_int_equal(fake_source_size(&f.stores.erst), 2);
        test_assert_contains(f.told.lines, "! erst: ");
        test_assert_contains(f.told.lines, ": it can only be read\n");
}

/* It is nobody's business where nothing of it was selected. */
static void test_a_store_that_can_only_be_read_and_shall_not_be_cleared(NO_STATE) {
        static const char *const id = "efi:dump-type0-1-1-1709296510";

        f.stores.erst.operations.erase = NULL;
        wish.selection = (struct selection){ .ids = &id, .id_count = 1 };
        assert_retires(1, 1, 1, false);
        assert_string_equal(f.told.lines, "");
}

/* Who says all means what can be cleared, and is told nothing. */
static void test_what_firmware_reports_is_nobodys_to_clear(NO_STATE) {
        static const char *const id = ERST_1;

        f.stores.erst.source.is_report = true;
        f.stores.erst.operations.erase = NULL;
        assert_retires(1, 1, 1, false);
        assert_string_equal(f.told.lines, "");
        end(NULL);
        begin(NULL);
        f.stores.erst.source.is_report = true;
        wish.selection = (struct selection){ .ids = &id, .id_count = 1 };
        wish.archives_too = true;
        assert_retires(0, 0, 0, true);
        assert_string_equal(f.told.lines,
                            "! erst: nobody can clear what firmware reports: the next boot does\n");
        assert_int_equal(fake_source_size(&f.stores.erst), 2);
}

static void test_a_source_that_could_not_be_made(NO_STATE) {
        static const struct record_source unmade = { .spec = "unmade" };

        session_add(&f.session, (struct record_source *) &unmade, ERR_NO_STORE);
        assert_retires(3, 3, 3, false);
}

static void test_only_what_is_dumped(NO_STATE) {
        static const char *const id = ERST_1;
        struct dump_result copies;

        wish.only_dumped = true;
        assert_retires(0, 0, 0, false);
        assert_untouched();
        assert_int_equal(session_select(&f.session, &(struct selection){ .ids = &id, .id_count = 1 }), 1);
        assert_ok(session_copy(&f.session, &f.target, &copies));
        session_fixture_renew(&f);
        wish.dry_run = true;
        assert_retires(2, 0, 0, false); /* the event was copied whole */
}

static void test_only_what_is_dumped_where_nothing_can_be(NO_STATE) {
        wish.only_dumped = true;
        f.target_error = ERR_PERMISSION;
        assert_retires(3, 0, 0, true);
        assert_untouched();
        session_fixture_renew(&f);
        wish.dry_run = true;
        assert_retires(0, 0, 0, true); /* nothing would be cleared */
        assert_untouched();
}

/* What is safe already is not written again, but flushed again. */
static void test_what_is_dumped_is_cleared_without_a_write(NO_STATE) {
        struct dump_result copies;

        assert_ok(session_load(&f.session));
        assert_int_equal(session_select(&f.session, &(struct selection){ 0 }), 3);
        assert_ok(session_copy(&f.session, &f.target, &copies));
        session_fixture_renew(&f);
        fake_target_unflush(&f.files);
        f.files.writes = 0;
        wish.only_dumped = true;
        assert_ok(session_load(&f.session));
        assert_ok(retire_records(&f.session, &wish, &f.target, &(struct retire_front){ 0 }, &result));
        assert_int_equal(result.cleared.cleared_count, 3);
        assert_int_equal(f.files.writes, 0);
        assert_int_equal(fake_target_unflushed(&f.files), 0);
}

/* Of an event whose copy lacks a part only what is in the copy goes, and no other copy is made. */
static void test_only_what_is_dumped_of_an_event(NO_STATE) {
        struct dump_result copies;

        f.stores.erst.entries[1].read_error = ERR_HARDWARE;
        assert_ok(session_load(&f.session));
        assert_int_equal(session_select(&f.session, &(struct selection){ 0 }), 3);
        assert_error(session_copy(&f.session, &f.target, &copies), ERR_HARDWARE);
        f.stores.erst.entries[1].read_error = 0;
        session_fixture_renew(&f);
        f.files.writes = 0;
        wish.only_dumped = true;
        assert_ok(session_load(&f.session));
        assert_ok(retire_records(&f.session, &wish, &f.target, &(struct retire_front){ 0 }, &result));
        assert_int_equal(result.cleared.cleared_count, 2);
        assert_int_equal(f.files.writes, 0);
        assert_int_equal(fake_source_size(&f.stores.erst), 1);
}

/* --- copies in memory --------------------------------------------------------------------------- */

static void test_a_copy_in_memory_is_none(NO_STATE) {
        for (unsigned dumped = 0; dumped < 2; dumped++) {
                f.files.target.is_volatile = true;
                wish.only_dumped = dumped;
                assert_retires(3, 0, 0, true);
                assert_untouched();
                assert_int_equal(seen.asked, 0);
                assert_error(f.session.work.states[0].outcome, ERR_VOLATILE);
                test_assert_contains(f.told.lines, "! files: lies in memory");
                test_assert_contains(f.told.lines, "give another, or add --volatile-copy");
                session_fixture_renew(&f);
        }
}

static void test_a_copy_in_memory_that_is_meant(NO_STATE) {
        f.files.target.is_volatile = true;
        wish.volatile_copy = true;
        assert_retires(3, 3, 3, false);
}

/* What is a copy itself gets no other, wherever that would lie. */
static void test_an_archive_needs_no_copy(NO_STATE) {
        f.stores.erst.source.is_archive = f.stores.efi.source.is_archive = true;
        f.files.target.is_volatile = true;
        wish.archives_too = true;
        assert_retires(3, 3, 3, false);
}

/* --- a reset in between ------------------------------------------------------------------------- */

/*
 * After any number of erasures the power goes: the next clear finds all that is left safe already, and makes
 * no other event of it.
 */
static void test_a_clear_that_was_cut_short(NO_STATE) {
        for (unsigned erasures = 1; erasures < 3; erasures++) {
                end(NULL);
                begin(NULL);
                f.stores.erst.stops_after = f.stores.efi.stops_after = erasures;
                (void) retire();
                f.stores.erst.stops_after = f.stores.efi.stops_after = 0;
                session_fixture_renew(&f);
                f.files.writes = 0;
                assert_ok(session_load(&f.session));
                assert_ok(retire_records(&f.session, &wish, &f.target, &(struct retire_front){ 0 }, &result));
                assert_int_equal(stored_count(), 0);
                assert_int_equal(f.files.writes, 0);
                assert_int_equal(fake_target_size(&f.files), 6);
        }
}

/* --- what goes wrong ---------------------------------------------------------------------------- */

static void test_nowhere_to_copy_to(NO_STATE) {
        f.target_error = ERR_READ_ONLY;
        assert_retires(3, 0, 0, true);
        assert_untouched();
        assert_int_equal(seen.asked, 0);
        for (size_t i = 0; i < f.session.work.count; i++)
                assert_error(f.session.work.states[i].outcome, ERR_READ_ONLY);
}

static void test_a_copy_that_differs_keeps_its_record(NO_STATE) {
        f.files.corrupts = true;
        assert_retires(3, 0, 0, true);
        assert_int_equal(stored_count(), 3);
}

static void test_a_record_that_cannot_be_read_stays(NO_STATE) {
        f.stores.efi.entries[0].read_error = ERR_HARDWARE;
        assert_retires(3, 2, 2, true);
        assert_int_equal(fake_source_size(&f.stores.efi), 1);
        assert_int_equal(f.stores.efi.erases, 0);
}

static void test_a_store_that_lies(NO_STATE) {
        f.stores.erst.entries[0].erase_lies = true;
        assert_retires(3, 3, 2, true);
        assert_int_equal(result.cleared.failed_count, 1);
}

/* Whether that has failed is for the front end to say. */
static void test_what_cannot_be_verified(NO_STATE) {
        fake_source_be_unsure(&f.stores.efi, ERR_UNVERIFIED);
        assert_retires(3, 3, 2, false);
        assert_int_equal(result.cleared.unverified_count, 1);
}

/* Whichever operation of the target fails once, each record is in its store or whole in the target. */
static void test_every_operation_of_the_target_may_fail(NO_STATE) {
        unsigned operations;

        assert_retires(3, 3, 3, false);
        operations = f.files.operations;
        assert_uint_in_range(operations, 15, 100);
        for (unsigned n = 1; n <= operations; n++) {
                end(NULL);
                begin(NULL);
                fake_target_fail_at(&f.files, n);
                assert_ok(retire());
                assert_int_equal(f.session.failed, result.cleared.cleared_count < 3);
                assert_int_equal(stored_count(), 3 - result.cleared.cleared_count);
                fake_target_fail_at(&f.files, 0);
                assert_int_equal(session_select(&f.session, &(struct selection){ 0 }), 3);
                (void) session_keep_dumped(&f.session, &f.target, &found);
                for (size_t i = 0; i < f.session.work.count; i++) {
                        const struct catalog_record *row = f.session.catalog.rows[i];

                        assert_true(f.session.work.states[i].selected ||
                                    fake_source_find(row->source->context, row->record.name));
                }
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_copied_then_cleared_then_looked_for),
                TEST(test_a_front_end_that_wants_to_know_nothing),
                TEST(test_a_no),
                TEST(test_a_dry_run),
                TEST(test_an_unknown_id),
                TEST(test_nothing_to_clear),
                TEST(test_nothing_to_clear_is_not_said_of_what_was_not_read),
                TEST(test_an_archive_is_left_alone_unless_it_is_meant),
                TEST(test_an_archive_that_is_meant),
                TEST(test_the_copy_in_an_archive_stays),
                TEST(test_an_id_means_what_the_store_holds),
                TEST(test_an_id_of_what_an_archive_alone_holds),
                TEST(test_a_store_that_can_only_be_read),
                TEST(test_a_store_that_can_only_be_read_and_shall_not_be_cleared),
                TEST(test_what_firmware_reports_is_nobodys_to_clear),
                TEST(test_a_source_that_could_not_be_made),
                TEST(test_only_what_is_dumped),
                TEST(test_only_what_is_dumped_where_nothing_can_be),
                TEST(test_what_is_dumped_is_cleared_without_a_write),
                TEST(test_only_what_is_dumped_of_an_event),
                TEST(test_a_copy_in_memory_is_none),
                TEST(test_a_copy_in_memory_that_is_meant),
                TEST(test_an_archive_needs_no_copy),
                TEST(test_a_clear_that_was_cut_short),
                TEST(test_nowhere_to_copy_to),
                TEST(test_a_copy_that_differs_keeps_its_record),
                TEST(test_a_record_that_cannot_be_read_stays),
                TEST(test_a_store_that_lies),
                TEST(test_what_cannot_be_verified),
                TEST(test_every_operation_of_the_target_may_fail),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
