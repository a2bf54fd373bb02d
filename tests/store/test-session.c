/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/session-fixture.h"

static struct session_fixture f;
static struct dump_result found;

static int begin(NO_STATE) {
        session_fixture_begin(&f);
        return 0;
}

static int end(NO_STATE) {
        session_fixture_end(&f);
        return 0;
}

static void assert_loads(size_t records, bool failed, const char *told) {
        assert_ok(session_load(&f.session));
        assert_int_equal(f.session.work.count, records);
        assert_int_equal(f.session.catalog.record_count, records);
        assert_int_equal(f.session.failed, failed);
        assert_string_equal(f.told.lines, told);
}

static void test_what_is_well_is_not_spoken_of(NO_STATE) {
        assert_loads(3, false, "");
        assert_int_equal(f.session.catalog.event_count, 2);
        assert_int_equal(work_selected_count(&f.session.work), 0);
}

/* One source that fails does not hold up the others, and what it gave before stays. */
static void test_a_source_that_fails(NO_STATE) {
        f.stores.erst.entries[1].next_error = ERR_TIMEOUT;
        assert_loads(2, true, "! erst: not finished within the time set for it\n");
        assert_error(f.session.errors[0], ERR_TIMEOUT);
        assert_ok(f.session.errors[1]);
}

static void test_a_store_that_is_not_there(NO_STATE) {
        f.stores.erst.open_error = ERR_NO_STORE;
        assert_loads(1, false, "");
        assert_error(f.session.errors[0], ERR_NO_STORE);
        session_fixture_renew(&f);
        f.session.named = true;
        assert_ok(session_load(&f.session));
        assert_true(f.session.failed);
        test_assert_contains(f.told.lines, "! erst: ");
}

/* What is in it already is a record of the store's, wherever it was named. */
static void test_archives_come_behind_the_stores(NO_STATE) {
        static struct fake_source store;

        fake_source_init(&store, "erst-dbg", RECORD_STORE_ERST);
        f.stores.erst.source.is_archive = true;
        fake_source_add(&store, "65e079fe00000001", f.stores.erst.entries[0].bytes);
        session_add(&f.session, &store.source, 0);
        assert_loads(3, false, "");
        assert_ptr_equal(f.session.catalog.sources[2], &f.stores.erst.source);
        for (size_t i = 0; i < f.session.catalog.row_count; i++)
                if (text_equal(f.session.catalog.rows[i]->record.name, "65e079fe00000001"))
                        assert_ptr_equal(f.session.catalog.rows[i]->source, &store.source);
        fake_source_free(&store);
}

static void test_an_archive_that_is_not_there(NO_STATE) {
        f.stores.erst.open_error = ERR_NOT_FOUND;
        assert_loads(1, true, "! erst: not found\n");
        session_fixture_renew(&f);
        f.stores.erst.source.is_archive = true;
        assert_loads(1, false, "");
        assert_error(f.session.errors[0], ERR_NO_STORE);
        session_fixture_renew(&f);
        f.session.named = true;
        assert_loads(1, true, "! erst: not found\n");
        assert_error(f.session.errors[0], ERR_NOT_FOUND);
}

/* What else somebody keeps there is told by the source. */
static void test_an_archive_with_other_things_in_it(NO_STATE) {
        struct fake_entry *stray = store_fixture_put_erst(&f.stores, 1, 1, 1, "x");

        stray->next_error = ERR_STRAY;
        assert_loads(3, true, "! erst: holds files that are no records\n");
        session_fixture_renew(&f);
        f.stores.erst.source.is_archive = true;
        assert_loads(3, false, "");
        assert_ok(f.session.errors[0]);
        session_fixture_renew(&f);
        f.session.named = true;
        assert_loads(3, true, "! erst: holds files that are no records\n");
}

/* As a dump that was cut off: it is there at each run of whoever looks at all. */
static void test_an_archive_with_a_record_that_cannot_be_read(NO_STATE) {
        store_fixture_put_erst(&f.stores, 1, 1, 1, "x")->read_error = ERR_LOG_MISSING;
        f.stores.erst.source.is_archive = true;
        assert_ok(session_load(&f.session));
        assert_false(f.session.failed);
        test_assert_contains(f.told.lines, "holds no complete log\n");
        session_fixture_renew(&f);
        f.session.named = true;
        assert_ok(session_load(&f.session));
        assert_true(f.session.failed);
}

static void test_a_malformed_source_says_where(NO_STATE) {
        f.stores.efi.open_error = ERR_LENGTH;
        f.stores.efi.source.fault = (struct fault){ .offset = 20, .field = "length", .reason = "too large" };
        assert_loads(2, true, "! efi: offset 20: length: too large\n");
}

/* The fault of an earlier open() is not the reason for another error. */
static void test_a_fault_belongs_to_malformed_input(NO_STATE) {
        f.stores.efi.open_error = ERR_PERMISSION;
        f.stores.efi.source.fault = (struct fault){ .offset = 20, .field = "length", .reason = "too large" };
        assert_ok(session_load(&f.session));
        assert_null(strstr(f.told.lines, "offset"));
}

/* Why it could not be made has been told by whoever tried. */
static void test_a_source_that_could_not_be_made(NO_STATE) {
        static const struct record_source unmade = { .spec = "unmade" };

        session_add(&f.session, (struct record_source *) &unmade, ERR_NO_STORE);
        assert_loads(3, false, "");
        session_fixture_renew(&f);
        session_add(&f.session, (struct record_source *) &unmade, ERR_CHECKSUM);
        assert_loads(3, true, "");
        session_fixture_renew(&f);
        f.session.named = true;
        session_add(&f.session, (struct record_source *) &unmade, ERR_NO_STORE);
        assert_loads(3, true, "");
}

static void test_a_malformed_record_is_told_and_hides_none(NO_STATE) {
        store_fixture_put_efi(&f.stores, "dump-type0-1-9-5-\x1b", "x")->read_error = ERR_HARDWARE;
        assert_ok(session_load(&f.session));
        assert_int_equal(f.session.work.count, 4);
        assert_true(f.session.failed);
        test_assert_contains(f.told.lines, "! efi: efi:dump-type0-1-9-5-\\x1b: ");
}

static void test_an_unknown_id_is_told(NO_STATE) {
        static const char *const known = "efi:dump-type0-1-1-1709296510", *const unknown = "efi:none";

        assert_ok(session_load(&f.session));
        assert_int_equal(session_select(&f.session, &(struct selection){ .ids = &known, .id_count = 1 }), 1);
        assert_error(session_select(&f.session, &(struct selection){ .ids = &unknown, .id_count = 1 }),
                     ERR_UNKNOWN_ID);
        assert_string_equal(f.told.lines, "! efi:none: no such record or event\n");
        assert_false(f.session.failed);
}

static void test_without_a_teller(NO_STATE) {
        f.session.teller = NULL;
        f.stores.erst.open_error = ERR_TIMEOUT;
        assert_loads(1, true, "");
        session_tell_note(&f.session, "nobody hears it");
}

static void test_every_allocation_may_fail(NO_STATE) {
        size_t allocations;

        assert_ok(session_load(&f.session));
        allocations = f.stores.memory.calls;
        assert_uint_in_range(allocations, 10, 200);
        for (size_t n = 1; n <= allocations; n++) {
                int r;

                session_fixture_renew(&f);
                fake_allocator_fail_at(&f.stores.memory, n);
                r = session_load(&f.session);
                assert_true(r == 0 || r == ERR_NO_MEMORY);
                assert_true(f.session.failed);
                test_assert_contains(f.told.lines, "out of memory");
                assert_int_equal(f.session.work.catalog != NULL, r == 0);
        }
}

/* --- copies ------------------------------------------------------------------------------------- */

static void load_all(void) {
        assert_ok(session_load(&f.session));
        assert_int_equal(session_select(&f.session, &(struct selection){ 0 }), 3);
}

static void test_a_copy(NO_STATE) {
        struct dump_result result;

        load_all();
        assert_ok(session_copy(&f.session, &f.target, &result));
        assert_int_equal(result.record_count, 3);
        assert_int_equal(f.opens, 1);
        assert_false(f.session.failed);
        assert_int_equal(session_keep_dumped(&f.session, &f.target, &found), 3);
        assert_false(f.session.failed);
        /* What may be a copy, and cannot be looked at, is none, and somebody has to know. */
        fake_target_fail_at(&f.files, 1);
        assert_int_equal(session_keep_dumped(&f.session, &f.target, &found), 1);
        assert_true(f.session.failed);
}

static void test_a_copy_that_fails(NO_STATE) {
        struct dump_result result;

        load_all();
        f.files.corrupts = true;
        assert_error(session_copy(&f.session, &f.target, &result), ERR_MISMATCH);
        assert_int_equal(result.failed_count, 3);
        assert_true(f.session.failed);
        assert_int_equal(session_keep_dumped(&f.session, &f.target, &found), 0);
}

static void test_a_target_that_cannot_be_opened(NO_STATE) {
        struct dump_result result = { .record_count = 7 };

        load_all();
        f.target_error = ERR_READ_ONLY;
        assert_error(session_copy(&f.session, &f.target, &result), ERR_READ_ONLY);
        assert_int_equal(result.record_count, 0);
        assert_true(f.session.failed);
        assert_error(session_keep_dumped(&f.session, &f.target, &found), ERR_READ_ONLY);
        assert_int_equal(work_selected_count(&f.session.work), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_is_well_is_not_spoken_of),
                TEST(test_a_source_that_fails),
                TEST(test_a_store_that_is_not_there),
                TEST(test_archives_come_behind_the_stores),
                TEST(test_an_archive_that_is_not_there),
                TEST(test_an_archive_with_other_things_in_it),
                TEST(test_an_archive_with_a_record_that_cannot_be_read),
                TEST(test_a_malformed_source_says_where),
                TEST(test_a_fault_belongs_to_malformed_input),
                TEST(test_a_source_that_could_not_be_made),
                TEST(test_a_malformed_record_is_told_and_hides_none),
                TEST(test_an_unknown_id_is_told),
                TEST(test_without_a_teller),
                TEST(test_every_allocation_may_fail),
                TEST(test_a_copy),
                TEST(test_a_copy_that_fails),
                TEST(test_a_target_that_cannot_be_opened),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
