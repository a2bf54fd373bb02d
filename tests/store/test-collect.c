/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/collect.h"

#include "tests/support/session-fixture.h"

#define HARDWARE "efi:HwErrRec0001"

static struct session_fixture f;
static struct collect_wish wish;
static struct collect_result result;

static struct {
        unsigned planned, copied, cleared;
        bool surplus; /* what the plan says of archives */
} seen;

static size_t stored_count(void) {
        return fake_source_size(&f.stores.erst) + fake_source_size(&f.stores.efi);
}

static void plan(void *context, struct work *work) {
        assert_ptr_equal(context, &seen);
        for (size_t i = 0; i < work->count && seen.surplus; i++)
                work->states[i].surplus = work->catalog->rows[i]->source->is_archive;
        seen.planned++;
}

/* Nothing is erased before the last copy is compared. */
static void note_copied(void *context, const struct dump_result *copies) {
        assert_ptr_equal(context, &seen);
        assert_int_equal(seen.cleared, 0);
        assert_int_equal(copies->record_count, result.copies.record_count);
        seen.copied++;
}

static void note_cleared(void *context, const struct catalog_record *row, int error) {
        assert_ptr_equal(context, &seen);
        assert_true(work_state(&f.session.work, &row->record)->saved);
        assert_int_equal(work_state(&f.session.work, &row->record)->outcome, error);
        seen.cleared++;
}

static const struct collect_front front = {
        .context = &seen,
        .plan = plan,
        .copied = note_copied,
        .cleared = note_cleared,
};

static int begin(NO_STATE) {
        session_fixture_begin(&f);
        memset(&seen, 0, sizeof(seen));
        wish = (struct collect_wish){ 0 };
        return 0;
}

static int end(NO_STATE) {
        session_fixture_end(&f);
        return 0;
}

static void collect(void) {
        assert_ok(session_load(&f.session));
        assert_ok(collect_records(&f.session, &wish, &f.target, &front, &result));
}

static void renew(void) {
        session_fixture_renew(&f);
        memset(&seen, 0, sizeof(seen));
}

static void assert_collects(size_t safe, size_t cleared, size_t kept, bool failed) {
        collect();
        assert_int_equal(result.copies.record_count, safe);
        assert_int_equal(result.cleared.cleared_count, cleared);
        assert_int_equal(result.kept_count, kept);
        assert_int_equal(f.session.failed, failed);
}

static void test_copied_then_cleared_then_looked_for(NO_STATE) {
        assert_collects(3, 3, 0, false);
        assert_int_equal(stored_count(), 0);
        assert_int_equal(fake_target_size(&f.files), 6);
        assert_int_equal(fake_target_unflushed(&f.files), 0);
        assert_int_equal(seen.planned, 1);
        assert_int_equal(seen.copied, 1);
        assert_int_equal(seen.cleared, 3);
        assert_string_equal(f.told.lines, "");
        renew();
        assert_collects(0, 0, 0, false);
        assert_int_equal(fake_target_size(&f.files), 6);
}

static void test_a_front_end_that_wants_to_know_nothing(NO_STATE) {
        static const struct collect_front silent = { 0 };

        assert_ok(session_load(&f.session));
        assert_ok(collect_records(&f.session, &wish, &f.target, &silent, &result));
        assert_int_equal(stored_count(), 0);
}

static void test_a_dry_run(NO_STATE) {
        wish.dry_run = true;
        assert_collects(0, 0, 0, false);
        assert_int_equal(stored_count(), 3);
        assert_int_equal(fake_target_size(&f.files), 0);
        assert_int_equal(work_selected_count(&f.session.work), 3);
        assert_int_equal(seen.copied + seen.cleared, 0);
}

/* What an earlier run copied, and could not clear any more. */
static void test_what_has_a_copy_is_cleared(NO_STATE) {
        wish.clear = COLLECT_CLEAR_NONE;
        assert_collects(3, 0, 3, false);
        assert_int_equal(stored_count(), 3);
        renew();
        wish.clear = COLLECT_CLEAR_CRASHES;
        assert_collects(3, 3, 0, false);
        assert_int_equal(result.copies.file_count, 0);
        assert_int_equal(fake_target_size(&f.files), 6);
}

static void test_a_full_target_clears_nothing(NO_STATE) {
        f.files.capacity = 1;
        assert_collects(0, 0, 0, true);
        assert_int_equal(result.copies.failed_count, 3);
        assert_int_equal(stored_count(), 3);
        assert_int_equal(fake_target_size(&f.files), 0);
}

static void test_nothing_goes_for_a_copy_in_memory(NO_STATE) {
        f.files.target.is_volatile = true;
        assert_collects(0, 0, 0, true);
        test_assert_contains(f.told.lines, "! files: ");
        assert_int_equal(stored_count(), 3);
        assert_int_equal(fake_target_size(&f.files), 0);
        assert_int_equal(f.session.work.states[0].outcome, ERR_VOLATILE);
        renew();
        wish.volatile_copy = true;
        assert_collects(3, 3, 0, false);
}

static void test_a_target_that_cannot_be_opened(NO_STATE) {
        f.target_error = ERR_PERMISSION;
        assert_collects(0, 0, 0, true);
        assert_int_equal(stored_count(), 3);
        assert_int_equal(f.session.work.states[0].outcome, ERR_PERMISSION);
}

static void test_nothing_there_needs_no_target(NO_STATE) {
        f.stores.erst.entries[0].gone = f.stores.erst.entries[1].gone = f.stores.efi.entries[0].gone = true;
        f.files.target.is_volatile = true;
        assert_collects(0, 0, 0, false);
        assert_string_equal(f.told.lines, "");
}

/* --- what stays --------------------------------------------------------------------------------- */

/* Copied like the rest, and not a word of why it stays: it goes by itself. */
static void test_what_firmware_reports(NO_STATE) {
        f.stores.erst.source.is_report = true;
        f.stores.erst.operations.erase = NULL;
        assert_collects(3, 1, 0, false);
        assert_string_equal(f.told.lines, "");
}

static void test_records_of_firmware(NO_STATE) {
        store_fixture_put_efi(&f.stores, "HwErrRec0001", "an error");
        collect();
        assert_int_equal(result.kept_count, 1);
        assert_int_equal(stored_count(), 1);
        test_assert_contains(f.told.lines,
                             "- efi: 1 record of firmware's own not cleared: 'clear = all' does it\n");
        renew();
        wish.clear = COLLECT_CLEAR_ALL;
        collect();
        assert_int_equal(result.cleared.cleared_count, 1);
        assert_int_equal(stored_count(), 0);
}

static void test_what_can_only_be_read_is_copied_and_said(NO_STATE) {
        f.stores.efi.operations.erase = NULL;
        assert_collects(3, 2, 1, false);
        assert_string_equal(f.told.lines, "- efi: 1 record not cleared: it can only be read\n");
        assert_int_equal(fake_target_size(&f.files), 6);
}

static void test_what_the_store_refuses_is_a_failure(NO_STATE) {
        f.stores.efi.entries[0].erase_error = ERR_PERMISSION;
        assert_collects(3, 2, 0, true);
        assert_int_equal(result.cleared.failed_count, 1);
}

/* --- archives ----------------------------------------------------------------------------------- */

static void test_an_archive_is_adopted_and_stays(NO_STATE) {
        f.stores.erst.source.is_archive = true;
        assert_collects(3, 1, 0, false);
        assert_int_equal(fake_target_size(&f.files), 6);
        renew();
        assert_collects(2, 0, 0, false);
        assert_int_equal(result.copies.file_count, 0);
        assert_int_equal(fake_target_size(&f.files), 6);
        assert_int_equal(fake_source_size(&f.stores.erst), 2);
        assert_int_equal(f.stores.erst.erases, 0);
}

static void test_what_lies_in_the_target_is_left_alone(NO_STATE) {
        f.stores.erst.source.is_archive = true;
        f.stores.erst.source.location = f.files.location = "here";
        assert_collects(3, 1, 0, false);
        assert_int_equal(fake_source_size(&f.stores.erst), 2);
        assert_int_equal(fake_target_size(&f.files), 3);
}

static void test_an_outbox_is_cleared_behind_its_copy(NO_STATE) {
        f.stores.erst.source.is_archive = f.stores.erst.source.is_outbox = true;
        wish.clear = COLLECT_CLEAR_NONE; /* of stores */
        assert_collects(3, 2, 1, false);
        assert_int_equal(fake_source_size(&f.stores.erst), 0);
        assert_int_equal(fake_source_size(&f.stores.efi), 1);
}

/* What is in it by now is not what was copied. */
static void test_an_outbox_that_changed_keeps_what_it_has(NO_STATE) {
        struct bytes other = text_view("another");

        f.stores.erst.source.is_archive = f.stores.erst.source.is_outbox = true;
        assert_ok(session_load(&f.session));
        free((void *) f.stores.erst.entries[0].bytes.data);
        f.stores.erst.entries[0].bytes =
                bytes_of(memcpy(malloc(other.size), other.data, other.size), other.size);
        assert_ok(collect_records(&f.session, &wish, &f.target, &front, &result));
        assert_int_equal(result.cleared.failed_count, 1);
        assert_int_equal(fake_source_size(&f.stores.erst), 1);
}

/* --- what an outbox and others have ------------------------------------------------------------- */

/* The variables become an outbox, with the oops in it; and with the panic that ERST has. */
static void put_into_outbox(void) {
        struct fake_source *outbox = &f.stores.efi;

        outbox->source.is_archive = outbox->source.is_outbox = true;
        fake_source_be_unsure(outbox, 0);
        for (size_t i = 0; i < f.stores.erst.count; i++) {
                const struct fake_entry *stored = &f.stores.erst.entries[i];

                fake_source_add(outbox, stored->entry.name, stored->bytes)->entry.store = RECORD_STORE_ERST;
        }
}

static void test_an_outbox_gives_up_what_a_store_has(NO_STATE) {
        put_into_outbox();
        assert_collects(3, 3, 0, false);
        assert_int_equal(stored_count(), 0);
        assert_int_equal(fake_target_size(&f.files), 6);
        assert_string_equal(f.told.lines, "");
}

/* What stays in its store has arrived all the same. */
static void test_an_outbox_gives_up_what_stays_in_a_store(NO_STATE) {
        put_into_outbox();
        wish.clear = COLLECT_CLEAR_NONE;
        assert_collects(3, 1, 2, false);
        assert_int_equal(fake_source_size(&f.stores.erst), 2);
        assert_int_equal(fake_source_size(&f.stores.efi), 0);
}

static void test_an_outbox_gives_up_nothing_without_a_copy(NO_STATE) {
        put_into_outbox();
        f.files.capacity = 1;
        assert_collects(0, 0, 0, true);
        assert_int_equal(stored_count(), 5);
}

static void test_an_outbox_that_refuses(NO_STATE) {
        put_into_outbox();
        fake_source_find(&f.stores.efi, f.stores.erst.entries[1].entry.name)->erase_error = ERR_PERMISSION;
        collect();
        assert_true(f.session.failed);
        assert_int_equal(result.cleared.failed_count, 1);
        assert_int_equal(fake_source_size(&f.stores.efi), 1);
        assert_int_equal(fake_source_size(&f.stores.erst), 0);
        test_assert_contains(f.told.lines, "1 record that a store has as well not cleared: ");
        test_assert_contains(f.told.lines, error_text(ERR_PERMISSION));
}

static void test_an_outbox_that_changed_keeps_what_a_store_has(NO_STATE) {
        struct fake_entry *changed;

        put_into_outbox();
        assert_ok(session_load(&f.session));
        changed = fake_source_find(&f.stores.efi, f.stores.erst.entries[0].entry.name);
        ((uint8_t *) changed->bytes.data)[changed->bytes.size - 1] ^= 1;
        assert_ok(collect_records(&f.session, &wish, &f.target, &front, &result));
        assert_true(f.session.failed);
        assert_int_equal(fake_source_size(&f.stores.efi), 1);
        test_assert_contains(f.told.lines, error_text(ERR_CHANGED));
}

/* An archive that stays does not hide what an outbox has, wherever it was named. */
static void test_an_outbox_gives_up_what_an_archive_has(NO_STATE) {
        put_into_outbox();
        f.stores.erst.source.is_archive = true;
        assert_collects(3, 3, 0, false);
        assert_int_equal(fake_source_size(&f.stores.erst), 2);
        assert_int_equal(fake_source_size(&f.stores.efi), 0);
}

/* That it is said to lie in the target is no copy for which something goes. */
static void test_an_outbox_is_compared_with_what_the_target_has(NO_STATE) {
        put_into_outbox();
        f.stores.erst.source.is_archive = true;
        f.stores.erst.source.location = f.files.location = "here";
        assert_collects(3, 3, 0, false);
        assert_int_equal(fake_target_size(&f.files), 6);
        assert_int_equal(fake_source_size(&f.stores.efi), 0);
}

/* As of a dump that was cut off, which no later run can mend. */
static void test_what_an_archive_has_nothing_of_is_no_failure(NO_STATE) {
        f.stores.erst.source.is_archive = true;
        f.stores.erst.entries[0].read_error = ERR_LOG_MISSING;
        assert_collects(2, 1, 0, false);
        assert_int_equal(result.copies.failed_count, 0);
        renew();
        f.stores.erst.source.is_archive = false;
        collect();
        assert_int_equal(result.copies.failed_count, 1);
        assert_true(f.session.failed);
}

/* What would go at once is not copied, and neither a failure nor a word. */
static void test_what_is_surplus_is_not_adopted(NO_STATE) {
        f.stores.erst.source.is_archive = true;
        seen.surplus = true;
        assert_collects(1, 1, 0, false);
        assert_int_equal(result.copies.failed_count, 0);
        assert_int_equal(fake_target_size(&f.files), 3);
        assert_string_equal(f.told.lines, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_copied_then_cleared_then_looked_for),
                TEST(test_a_front_end_that_wants_to_know_nothing),
                TEST(test_a_dry_run),
                TEST(test_what_has_a_copy_is_cleared),
                TEST(test_a_full_target_clears_nothing),
                TEST(test_nothing_goes_for_a_copy_in_memory),
                TEST(test_a_target_that_cannot_be_opened),
                TEST(test_nothing_there_needs_no_target),
                TEST(test_what_firmware_reports),
                TEST(test_records_of_firmware),
                TEST(test_what_can_only_be_read_is_copied_and_said),
                TEST(test_what_the_store_refuses_is_a_failure),
                TEST(test_an_archive_is_adopted_and_stays),
                TEST(test_what_lies_in_the_target_is_left_alone),
                TEST(test_an_outbox_is_cleared_behind_its_copy),
                TEST(test_an_outbox_that_changed_keeps_what_it_has),
                TEST(test_an_outbox_gives_up_what_a_store_has),
                TEST(test_an_outbox_gives_up_what_stays_in_a_store),
                TEST(test_an_outbox_gives_up_nothing_without_a_copy),
                TEST(test_an_outbox_that_refuses),
                TEST(test_an_outbox_that_changed_keeps_what_a_store_has),
                TEST(test_an_outbox_gives_up_what_an_archive_has),
                TEST(test_an_outbox_is_compared_with_what_the_target_has),
                TEST(test_what_an_archive_has_nothing_of_is_no_failure),
                TEST(test_what_is_surplus_is_not_adopted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
