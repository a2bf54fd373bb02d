/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/variable-name.h"
#include "store/catalog.h"
#include "store/clear.h"
#include "store/draft.h"
#include "store/variable-source.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/fake-variable-io.h"

#define FIRST     "dump-type0-1-1-1709210119-D"
#define SECOND    "dump-type0-2-1-1709210119-D"
#define THIRD     "dump-type0-3-1-1709210119-D"
#define ALL_THREE FIRST "|" SECOND "|" THIRD "|"
#define NOW       1709210119

static const struct guid vendor_other =
        GUID_INIT(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c);

static struct fake_variable_io fake;
static struct fake_allocator memory;
static struct variable_source variables;
static struct record_source source;

static void start_anew(void) {
        fake_variable_io_init(&fake);
        fake_allocator_init(&memory);
        variable_source_init(&variables, &fake.io, &memory.allocator, &source);
}

static void end(void) {
        source.operations->close(&source);
        assert_int_equal(memory.live_blocks, 0);
        assert_false(fake.walking);
}

static int start(NO_STATE) {
        start_anew();
        return 0;
}

static int finish(NO_STATE) {
        end();
        return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

static struct fake_io_variable *put(const char *name, const char *text) {
        return fake_variable_io_put(&fake, &variable_vendor_crash, name, text_view(text));
}

static struct fake_io_variable *find(const char *name) {
        return fake_variable_io_find(&fake, &variable_vendor_crash, name);
}

/* Not in the order of their names, and among others'. */
static void put_three(void) {
        fake_variable_io_put(&fake, &vendor_other, "BootOrder", text_view("\x01"));
        put(SECOND, "Panic#1 Part2\n<0>two\n");
        put(THIRD, "Panic#1 Part3\n<0>three\n");
        fake_variable_io_put(&fake, &vendor_other, FIRST, text_view("of another"));
        put(FIRST, "Panic#1 Part1\n<0>one\n");
}

/* What next() says to the end, with a '|' behind each. */
static const char *walk(void) {
        static char names[2048];
        struct text text = TEXT_ON(names);
        struct source_entry entry;

        for (unsigned steps = 0; steps < 100; steps++) {
                int r = source.operations->next(&source, &entry);

                if (r == 0)
                        return names;
                assert_true(r < 0 || (entry.store == RECORD_STORE_EFI && entry.form == RECORD_FORM_STORED));
                text_format(&text, "%s|", r > 0 ? entry.name : error_name(r));
        }
        fail_msg("the walk does not end: %s", names);
        return NULL;
}

static const char *list(void) {
        assert_ok(source.operations->open(&source));
        return walk();
}

static int read_record(const char *name, struct buffer *buffer) {
        return source.operations->read(&source, name, buffer);
}

static int write_text(const char *text, char ret_name[RECORD_NAME_SIZE]) {
        const struct record_draft draft = { .log = text_view(text), .seconds = NOW };

        return source.operations->write(&source, &draft, ret_name);
}

/* --- the list --------------------------------------------------------------------------------- */

static void test_records_in_the_order_of_their_names(NO_STATE) {
        assert_string_equal(list(), "");
        put_three();
        assert_string_equal(list(), ALL_THREE);
        assert_string_equal(walk(), "");
        assert_string_equal(list(), ALL_THREE); /* again: not twice as many */
        find(SECOND)->used = false;
        put("dump-type0-0-1-1709210119-D", "new");
        assert_string_equal(list(), "dump-type0-0-1-1709210119-D|" FIRST "|" THIRD "|");
}

/* UEFI 2.10, appendix P. */
static void test_each_vendor_has_its_names(NO_STATE) {
        struct buffer buffer;

        put("HwErrRec0001", "not where it belongs");
        fake_variable_io_put(&fake, &variable_vendor_hardware_error, "HwErrRec0000", text_view("CPER"));
        fake_variable_io_put(&fake, &variable_vendor_hardware_error, "HwErrRecord", text_view("x"));
        fake_variable_io_put(&fake, &variable_vendor_hardware_error, FIRST, text_view("x"));
        assert_string_equal(list(), "HwErrRec0000|");
        buffer_init(&buffer, &memory.allocator);
        assert_ok(read_record("HwErrRec0000", &buffer));
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("CPER")));
        buffer_free(&buffer);
        assert_ok(source.operations->erase(&source, "HwErrRec0000"));
        assert_string_equal(list(), "");
        assert_int_equal(fake_variable_io_count(&fake), 3);
}

static void test_a_name_too_long_for_a_record(NO_STATE) {
        char name[RECORD_NAME_SIZE + 1];

        put_three();
        memset(name, 'n', sizeof(name));
        name[RECORD_NAME_SIZE] = '\0';
        put(name, "x");
        fake_variable_io_put(&fake, &vendor_other, name, text_view("x"));
        for (unsigned i = 1; i <= 2; i++) {
                assert_string_equal(list(), ALL_THREE);
                assert_int_equal(fake.left_out_calls, i);
                assert_int_equal(fake.left_out_count, 1);
        }
        find(name)->used = false;
        name[RECORD_NAME_SIZE - 1] = '\0';
        put(name, "x");
        list();
        assert_int_equal(variables.list.count, 4);
        assert_int_equal(fake.left_out_calls, 2);
}

/* What was found before stays, and one error says that there may be more. */
static void test_a_walk_that_breaks_off(NO_STATE) {
        static const char *const wanted[] = {
                SECOND "|ERR_IO|", /* BootOrder, SECOND, and then the fourth call */
                SECOND "|" THIRD "|ERR_IO|",
                SECOND "|" THIRD "|ERR_IO|",
                ALL_THREE "ERR_IO|",
        };

        put_three();
        for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
                fake.calls = 0;
                fake.fail_at = 4 + (unsigned) i;
                fake.fail_error = ERR_IO;
                assert_string_equal(list(), wanted[i]);
                assert_string_equal(walk(), ""); /* the error is told once */
        }
        assert_string_equal(list(), ALL_THREE);
}

/* Nothing to show, and an error: then it is open() that fails. */
static void test_a_walk_that_finds_nothing(NO_STATE) {
        put_three();
        for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
                fake.calls = 0;
                fake.fail_at = fail_at;
                fake.fail_error = ERR_IO;
                assert_error(source.operations->open(&source), ERR_IO);
                assert_string_equal(walk(), "");
        }
}

static void test_no_variables_at_all(NO_STATE) {
        put_three();
        for (unsigned fail_at = 2; fail_at <= 3; fail_at++) {
                fake.calls = 0;
                fake.fail_at = fail_at; /* for the second name it is odd, and told as it is */
                fake.fail_error = ERR_NOT_SUPPORTED;
                assert_error(source.operations->open(&source),
                             fail_at == 2 ? ERR_NO_STORE : ERR_NOT_SUPPORTED);
        }
        fake.fail_at = 0;
        fake.errors[FAKE_IO_START] = ERR_PERMISSION;
        assert_error(source.operations->open(&source), ERR_PERMISSION);
}

/* A record that comes again ends the list at once, another's variable at the bound. */
static void test_names_without_end(NO_STATE) {
        put_three();
        fake.names = FAKE_IO_NAMES_REPEAT;
        assert_string_equal(list(), ALL_THREE "ERR_LOOP|");
        assert_int_equal(fake.calls_of[FAKE_IO_NEXT], 6);
        fake_variable_io_put(&fake, &vendor_other, "BootNext", text_view("x"));
        assert_string_equal(list(), ALL_THREE "ERR_LOOP|");
        assert_uint_in_range(fake.calls_of[FAKE_IO_NEXT], 1000, 70000);
}

static void test_new_names_without_end(NO_STATE) {
        struct source_entry entry;
        size_t count = 0;
        int r;

        put_three();
        fake.names = FAKE_IO_NAMES_INVENT;
        assert_ok(source.operations->open(&source));
        while ((r = source.operations->next(&source, &entry)) > 0)
                count++;
        assert_error(r, ERR_LOOP);
        assert_uint_in_range(count, 1000, SOURCE_RECORDS_MAX);
        assert_uint_in_range(fake.calls_of[FAKE_IO_NEXT], 1000, 70000);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void test_sizes(NO_STATE) {
        static const size_t sizes[] = { 0, 1, 1023, 1024, 1025, FAKE_IO_DATA_MAX };
        static uint8_t content[FAKE_IO_DATA_MAX];
        struct test_random random = { .state = 8 };
        struct buffer buffer;

        test_random_fill(&random, content, sizeof(content));
        buffer_init(&buffer, &memory.allocator);
        for (size_t i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
                size_t size = sizes[i % ARRAY_SIZE(sizes)]; /* the second time there is room */
                unsigned calls = fake.calls;

                fake_variable_io_put(&fake, &variable_vendor_crash, FIRST, bytes_of(content, size));
                assert_ok(read_record(FIRST, &buffer));
                assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of(content, size)));
                /* What the kernel writes takes one call. */
                assert_uint_in_range(fake.calls - calls, 1, size <= VARIABLE_DATA_MAX ? 1 : 2);
        }
        assert_error(read_record(SECOND, &buffer), ERR_NOT_FOUND);
        fake.errors[FAKE_IO_GET] = ERR_PERMISSION;
        assert_error(read_record(FIRST, &buffer), ERR_PERMISSION);
        buffer_free(&buffer);
}

static void test_sizes_that_are_not_true(NO_STATE) {
        static const struct {
                enum fake_io_get get;
                int result;
                size_t size;
        } rows[] = {
                { FAKE_IO_GET_GROWS, 0, 21 },
                { FAKE_IO_GET_SHRINKS, 0, 20 }, /* but it is not erased */
                { FAKE_IO_GET_GROWS_ON, ERR_LOOP, 0 },
                { FAKE_IO_GET_WANTS_WHAT_IT_HAS, ERR_LOOP, 0 },
                { FAKE_IO_GET_WANTS_EXABYTES, ERR_TOO_LARGE, 0 },
                { FAKE_IO_GET_OVERRUNS, ERR_LENGTH, 0 },
        };

        put_three();
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct buffer buffer;

                fake.get = rows[i].get;
                fake.calls = fake.grown = 0;
                buffer_init(&buffer, &memory.allocator);
                assert_int_equal(read_record(FIRST, &buffer), rows[i].result);
                assert_int_equal(buffer.size, rows[i].size);
                assert_true(buffer.size <= buffer.capacity && buffer.capacity <= 2048);
                if (rows[i].result == 0)
                        assert_memory_equal(buffer.data, "Panic#1 Part1\n<0>one\n", rows[i].size);
                assert_uint_in_range(fake.calls, 1, 8);
                buffer_free(&buffer);
        }
}

/* --- writing ---------------------------------------------------------------------------------- */

static void test_write(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        assert_ok(write_text("hello\n", name));
        assert_string_equal(name, FIRST);
        assert_int_equal(find(FIRST)->attributes, 7);
        assert_int_equal(find(FIRST)->size, 6);
        assert_memory_equal(find(FIRST)->data, "hello\n", 6);
        assert_int_equal(fake.calls_of[FAKE_IO_NEXT], 0);
}

/* Whoever has it, and whether or not a walk names it. */
static void test_a_name_that_is_taken_is_not_written_over(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        put(FIRST, "kept")->hidden = true;
        put("dump-type0-1-2-1709210119-D", "");
        assert_ok(write_text("hello\n", name));
        assert_string_equal(name, "dump-type0-1-3-1709210119-D");
        assert_memory_equal(find(FIRST)->data, "kept", 4);
        fake.get = FAKE_IO_GET_WANTS_EXABYTES; /* that says that there is one as well */
        assert_error(write_text("hello\n", name), ERR_TOO_LARGE);
        assert_non_null(find("dump-type0-1-4-1709210119-D"));
}

static void test_a_second_that_is_full(NO_STATE) {
        char name[RECORD_NAME_SIZE] = "untouched";

        for (unsigned count = 1; count <= DRAFT_COUNT_MAX; count++) {
                snprintf(name, sizeof(name), "dump-type0-1-%u-1709210119-D", count);
                put(name, "x");
        }
        assert_error(write_text("hello\n", name), ERR_NO_SPACE);
        assert_int_equal(fake.calls_of[FAKE_IO_SET], 0);
}

static void test_what_no_record_can_hold(NO_STATE) {
        char name[RECORD_NAME_SIZE], text[VARIABLE_DATA_MAX + 2];

        assert_error(write_text("", name), ERR_INVALID_ARGUMENT);
        assert_int_equal(fake.calls, 0);
        memset(text, 'x', sizeof(text));
        text[VARIABLE_DATA_MAX + 1] = '\0';
        assert_error(write_text(text, name), ERR_TOO_LARGE);
        assert_int_equal(fake.calls_of[FAKE_IO_SET], 0);
        text[VARIABLE_DATA_MAX] = '\0';
        assert_ok(write_text(text, name));
        assert_int_equal(find(FIRST)->size, VARIABLE_DATA_MAX);
}

static void test_the_reserve_is_kept(NO_STATE) {
        const uint64_t needed = 6 + 2 * sizeof(FIRST) + VARIABLE_HEADER_SIZE;
        char name[RECORD_NAME_SIZE];

        fake.remaining = VARIABLE_RESERVE + needed - 1;
        assert_error(write_text("hello\n", name), ERR_NO_SPACE);
        assert_int_equal(fake.calls_of[FAKE_IO_SET], 0);
        fake.remaining++;
        assert_ok(write_text("hello\n", name));
        fake.capacity = 1; /* and what the platform itself says */
        assert_error(write_text("hello\n", name), ERR_NO_SPACE);
}

static void test_room_that_is_not_told(NO_STATE) {
        struct source_space space;
        char name[RECORD_NAME_SIZE];

        assert_ok(source.operations->space(&source, &space));
        assert_true(space.known && !space.stale_known);
        assert_int_equal(space.total, 262072);
        assert_int_equal(space.remaining, 200000);
        assert_int_equal(space.reserved, VARIABLE_RESERVE);
        assert_int_equal(space.largest_record, VARIABLE_DATA_MAX);
        fake.errors[FAKE_IO_QUERY] = ERR_NOT_SUPPORTED;
        assert_ok(source.operations->space(&source, &space));
        assert_false(space.known);
        assert_int_equal(space.largest_record, VARIABLE_DATA_MAX);
        assert_ok(write_text("hello\n", name));
}

/* Each step that fails ends it with its error; before SetVariable() nothing is changed. */
static void test_a_write_that_fails_half_way(NO_STATE) {
        char name[RECORD_NAME_SIZE] = "untouched";
        unsigned calls;

        assert_ok(write_text("hello\n", name));
        calls = fake.calls;
        assert_int_equal(calls, 4); /* is it free, is there room, set, get */
        for (unsigned fail_at = 1; fail_at <= calls; fail_at++) {
                start_anew();
                strcpy(name, "untouched");
                fake.fail_at = fail_at;
                fake.fail_error = ERR_IO;
                assert_error(write_text("hello\n", name), ERR_IO);
                assert_string_equal(name, "untouched");
                assert_int_equal(fake.calls, fail_at);
                assert_int_equal(fake_variable_io_count(&fake), fail_at == calls);
                end();
        }
        start_anew();
        fake.fail_at = calls;
        fake.fail_error = ERR_NOT_FOUND; /* what was just written */
        assert_error(write_text("hello\n", name), ERR_MISMATCH);
}

static void test_success_is_not_believed(NO_STATE) {
        char name[RECORD_NAME_SIZE] = "untouched";

        for (enum fake_io_set lie = FAKE_IO_SET_STORES_NOTHING; lie <= FAKE_IO_SET_STORES_OTHER_ATTRIBUTES;
             lie++) {
                fake.set = lie;
                assert_error(write_text("hello\n", name), ERR_MISMATCH);
                assert_string_equal(name, "untouched");
        }
        fake.set = FAKE_IO_SET_HONEST;
        fake.get = FAKE_IO_GET_SHRINKS;
        assert_error(write_text("hello\n", name), ERR_MISMATCH);
}

/* --- erasing ---------------------------------------------------------------------------------- */

static void clear_all(bool lies, const struct clear_result *wanted) {
        struct clear_result result;
        struct catalog catalog;
        struct work work;

        fake.erase_lies = lies;
        catalog_init(&catalog, &memory.allocator, codec_builtin, codec_builtin_count, NULL);
        assert_int_equal(catalog_add(&catalog, &source), 3);
        assert_ok(catalog_join(&catalog));
        assert_ok(work_init(&work, &catalog));
        for (size_t i = 0; i < work.count; i++)
                work.states[i].selected = true;
        (void) clear_selected(&work, NULL, NULL, &result);
        assert_memory_equal(&result, wanted, sizeof(result));
        work_free(&work);
        catalog_free(&catalog);
}

/* What would be erased is what was given, or it stays. */
static void test_what_is_larger_than_it_looks_is_not_erased(NO_STATE) {
        static const struct {
                enum fake_io_get get;
                int result;
        } rows[] = {
                { FAKE_IO_GET_SHRINKS, ERR_CHANGED },
                { FAKE_IO_GET_OVERRUNS, ERR_LENGTH },
                { FAKE_IO_GET_GROWS_ON, ERR_LOOP },
                { FAKE_IO_GET_HONEST, 0 },
        };
        struct buffer read;

        put_three();
        buffer_init(&read, &memory.allocator);
        assert_ok(source.operations->read(&source, FIRST, &read));
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fake.get = rows[i].get;
                fake.calls = fake.grown = 0;
                assert_error(source.operations->compare(&source, FIRST, buffer_bytes(&read)), rows[i].result);
                assert_uint_in_range(fake.calls, 1, 9);
        }
        /* It always gave one byte less than it has. */
        fake.get = FAKE_IO_GET_SHRINKS;
        assert_ok(source.operations->read(&source, FIRST, &read));
        assert_error(source.operations->compare(&source, FIRST, buffer_bytes(&read)), ERR_LENGTH);
        clear_all(false, &(struct clear_result){ .failed_count = 3 });
        assert_int_equal(fake_variable_io_count(&fake), 5);
        buffer_free(&read);
}

/*
 * Each name is asked for once, with one call behind the last; each record is read once, and once more with a
 * question for its size right before it is erased; and of what was erased alone it is asked whether it is
 * there.
 */
static void test_what_a_clear_asks_of_firmware(NO_STATE) {
        put_three();
        clear_all(false, &(struct clear_result){ .cleared_count = 3 });
        assert_int_equal(fake.calls_of[FAKE_IO_NEXT], 5 + 1);
        assert_int_equal(fake.calls_of[FAKE_IO_GET], 3 * (1 + 2 + 1));
        assert_int_equal(fake.calls_of[FAKE_IO_ERASE], 3);
}

static void test_what_cannot_be_asked_again_is_not_called_gone(NO_STATE) {
        put_three();
        fake.errors[FAKE_IO_GET] = ERR_PERMISSION;
        assert_error(source.operations->confirm_erased(&source, FIRST), ERR_UNVERIFIED);
        fake.errors[FAKE_IO_GET] = 0;
        assert_error(source.operations->confirm_erased(&source, FIRST), ERR_STILL_THERE);
}

static void test_erase_is_looked_after(NO_STATE) {
        put_three();
        clear_all(true, &(struct clear_result){ .failed_count = 3 });
        clear_all(false, &(struct clear_result){ .cleared_count = 3 });
        assert_int_equal(fake_variable_io_count(&fake), 2); /* another's, of which one has a record's name */
        assert_error(source.operations->erase(&source, FIRST), ERR_NOT_FOUND);
}

static void test_a_store_that_may_not_be_written(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        put_three();
        fake.errors[FAKE_IO_SET] = fake.errors[FAKE_IO_ERASE] = ERR_READ_ONLY;
        assert_error(write_text("hello\n", name), ERR_READ_ONLY);
        assert_error(source.operations->erase(&source, SECOND), ERR_READ_ONLY);
        clear_all(false, &(struct clear_result){ .failed_count = 3 });
        assert_string_equal(list(), ALL_THREE);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* --- what else lies in the store ------------------------------------------------------------------ */

static void put_other(const char *name, size_t size) {
        static const uint8_t zeros[4096];

        fake_variable_io_put(&fake, &vendor_other, name, bytes_of(zeros, size));
}

static void test_the_biggest_that_are_no_records(NO_STATE) {
        struct source_owner owners[SOURCE_OWNERS_MAX];

        assert_int_equal(source.operations->owners(&source, owners), 0);
        put(FIRST, "a record is none of them");
        put_other("a", 10);
        assert_int_equal(source.operations->owners(&source, owners), 1);
        assert_string_equal(owners[0].name, "a-8be4df61-93ca-11d2-aa0d-00e098032b8c");
        put_other("b", 4000);
        put_other("c", 10);
        put_other("d", 300);
        put_other("e", 5);
        assert_int_equal(source.operations->owners(&source, owners), 3);
        assert_string_equal(owners[0].name, "b-8be4df61-93ca-11d2-aa0d-00e098032b8c");
        assert_int_equal(owners[0].bytes, 4000);
        assert_int_equal(owners[1].bytes, 300);
        assert_string_equal(owners[2].name, "a-8be4df61-93ca-11d2-aa0d-00e098032b8c");
        assert_int_equal(owners[2].bytes, 10);
}

static void test_owners_of_a_store_that_tells_nothing(NO_STATE) {
        struct source_owner owners[SOURCE_OWNERS_MAX];

        put_other("a", 10);
        fake.errors[FAKE_IO_GET] = ERR_IO;
        assert_int_equal(source.operations->owners(&source, owners), 0);
        fake.errors[FAKE_IO_GET] = 0;
        fake.names = FAKE_IO_NAMES_REPEAT; /* it ends all the same */
        assert_int_equal(source.operations->owners(&source, owners), 3);
        fake.errors[FAKE_IO_NEXT] = ERR_IO;
        assert_error(source.operations->owners(&source, owners), ERR_IO);
        fake.errors[FAKE_IO_START] = ERR_PERMISSION;
        assert_error(source.operations->owners(&source, owners), ERR_PERMISSION);
}

static void test_no_memory(NO_STATE) {
        char name[RECORD_NAME_SIZE];
        struct buffer buffer;

        put_three();
        for (size_t fail_at = 1; fail_at <= 4; fail_at++) { /* an array, and three entries */
                int r;

                source.operations->close(&source);
                fake_allocator_fail_at(&memory, fail_at);
                r = source.operations->open(&source);
                if (r == 0)
                        assert_non_null(strstr(walk(), "ERR_NO_MEMORY|"));
                else
                        assert_error(r, ERR_NO_MEMORY);
        }
        buffer_init(&buffer, &memory.allocator);
        fake_allocator_fail_at(&memory, 1);
        assert_error(read_record(FIRST, &buffer), ERR_NO_MEMORY);
        fake_allocator_fail_at(&memory, 1);
        assert_error(write_text("hello\n", name), ERR_NO_MEMORY);
        buffer_free(&buffer);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_records_in_the_order_of_their_names),
                TEST(test_each_vendor_has_its_names),
                TEST(test_a_name_too_long_for_a_record),
                TEST(test_a_walk_that_breaks_off),
                TEST(test_a_walk_that_finds_nothing),
                TEST(test_no_variables_at_all),
                TEST(test_names_without_end),
                TEST(test_new_names_without_end),
                TEST(test_sizes),
                TEST(test_sizes_that_are_not_true),
                TEST(test_write),
                TEST(test_a_name_that_is_taken_is_not_written_over),
                TEST(test_a_second_that_is_full),
                TEST(test_what_no_record_can_hold),
                TEST(test_the_reserve_is_kept),
                TEST(test_room_that_is_not_told),
                TEST(test_a_write_that_fails_half_way),
                TEST(test_success_is_not_believed),
                TEST(test_what_is_larger_than_it_looks_is_not_erased),
                TEST(test_erase_is_looked_after),
                TEST(test_what_a_clear_asks_of_firmware),
                TEST(test_what_cannot_be_asked_again_is_not_called_gone),
                TEST(test_a_store_that_may_not_be_written),
                TEST(test_the_biggest_that_are_no_records),
                TEST(test_owners_of_a_store_that_tells_nothing),
                TEST(test_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
