/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/runtime-variables.h"
#include "store/draft.h"
#include "tests/efi-app/fixture.h"

#define FIRST  u"dump-type0-1-1-1709210119-D"
#define SECOND u"dump-type0-2-1-1709210119-D"
#define THIRD  u"dump-type0-3-1-1709210119-D"

static struct runtime_variables variables;
static struct variable_io io;
static struct variable_source variable_source;
static struct record_source source;

static int start_source(void **state) {
        start(state);
        io = runtime_variables_io(&variables, &app);
        variable_source_init(&variable_source, &io, &app.allocator, &source);
        return 0;
}

static int finish_source(void **state) {
        source.operations->close(&source);
        return finish(state);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_source, finish_source)

static void put_three(void) {
        fake_variables_put(&fake->variables, u"BootOrder", &fake_vendor_other, text_view("\x01"));
        fake_variables_put_record(&fake->variables, FIRST, "Panic#1 Part1\n<0>one\n");
        fake_variables_put(&fake->variables, u"dump-of-another", &fake_vendor_other, text_view("x"));
        fake_variables_put_record(&fake->variables, SECOND, "Panic#1 Part2\n<0>two\n");
        fake_variables_put_record(&fake->variables, THIRD, "Panic#1 Part3\n<0>three\n");
}

/*
 * Walks the whole list: the names with a '|' behind each, and "!" with its name where next() returns an
 * error. Fails when it does not end.
 */
static const char *walk(void) {
        static char names[2048];
        struct text text = TEXT_ON(names);
        struct source_entry entry;
        int r;

        for (unsigned steps = 0; steps < 100; steps++) {
                r = source.operations->next(&source, &entry);
                if (r == 0)
                        return names;
                if (r < 0) {
                        text_format(&text, "!%s|", error_name(r));
                } else {
                        assert_int_equal(entry.store, RECORD_STORE_EFI);
                        assert_int_equal(entry.form, RECORD_FORM_STORED);
                        text_format(&text, "%s|", entry.name);
                }
        }
        fail_msg("the walk does not end: %s", names);
        return NULL;
}

static const char *list(void) {
        assert_ok(source.operations->open(&source));
        return walk();
}

#define ALL_THREE "dump-type0-1-1-1709210119-D|dump-type0-2-1-1709210119-D|dump-type0-3-1-1709210119-D|"
#define FIRST_TWO "dump-type0-1-1-1709210119-D|dump-type0-2-1-1709210119-D|"

/* --- names ------------------------------------------------------------------------------------ */

static void test_the_crash_vendors_names(NO_STATE) {
        assert_string_equal(list(), "");
        put_three();
        assert_string_equal(list(), ALL_THREE);
        assert_string_equal(list(), ALL_THREE); /* again: not twice as many */
        assert_string_equal(walk(), "");
}

/* UEFI 2.10, appendix P: another vendor, and of its names only HwErrRec####. */
static void test_hardware_error_records(NO_STATE) {
        static const EFI_GUID hardware_error = {
                0x414e6bdd, 0xe47b, 0x47cc, { 0xb2, 0x44, 0xbb, 0x61, 0x02, 0x0c, 0xf5, 0x16 }
        };
        struct buffer buffer;

        put_three();
        fake_variables_put(&fake->variables, u"HwErrRec0000", &hardware_error, text_view("CPER"));
        fake_variables_put(&fake->variables, u"HwErrRecord", &hardware_error, text_view("x"));
        fake_variables_put(&fake->variables, u"HwErrRec0001", &fake_vendor_other, text_view("x"));
        assert_string_equal(list(), "HwErrRec0000|" ALL_THREE);
        buffer_init(&buffer, &system_allocator);
        assert_ok(source.operations->read(&source, "HwErrRec0000", &buffer));
        assert_true(bytes_equal(buffer_bytes(&buffer), text_view("CPER")));
        buffer_free(&buffer);
        assert_ok(source.operations->erase(&source, "HwErrRec0000"));
        assert_string_equal(list(), ALL_THREE);
}

static void test_a_name_that_wants_a_larger_buffer(NO_STATE) {
        static CHAR16 longest[2000];

        for (size_t i = 0; i < ARRAY_SIZE(longest) - 1; i++)
                longest[i] = 'L';
        for (size_t units = 200; units < 300; units++) {
                fake_variables_init(&fake->variables);
                longest[units] = 0;
                fake_variables_put(&fake->variables, longest, &fake_vendor_other, text_view("x"));
                longest[units] = 'L';
                put_three();
                assert_string_equal(list(), ALL_THREE);
        }
        fake_variables_init(&fake->variables);
        longest[ARRAY_SIZE(longest) - 1] = 0;
        fake_variables_put(&fake->variables, longest, &fake_vendor_other, text_view("x"));
        put_three();
        fake->variables.name_calls = 0;
        assert_string_equal(list(), ALL_THREE);
        assert_uint_in_range(fake->variables.name_calls, 1, 20);
}

static void test_a_name_too_long_for_a_record_is_told_and_hides_no_other(NO_STATE) {
        CHAR16 name[300];

        for (size_t i = 0; i < ARRAY_SIZE(name); i++)
                name[i] = i < 299 ? 'd' : 0;
        fake_variables_put_record(&fake->variables, name, "x");
        put_three();
        assert_string_equal(list(), ALL_THREE);
        assert_true(fake_console_shows(&fake->output, "efi: 1 variables with names too long"));
}

static void test_names_of_any_characters_lead_back_to_their_variables(NO_STATE) {
        struct source_entry entry;
        struct buffer buffer;

        fake_variables_put_record(&fake->variables, u"d\u00fcmp-\u4711\xd800 \x01", "text");
        buffer_init(&buffer, &system_allocator);
        assert_ok(source.operations->open(&source));
        assert_int_equal(source.operations->next(&source, &entry), 1);
        assert_ok(source.operations->read(&source, entry.name, &buffer));
        assert_int_equal(buffer.size, 4);
        assert_ok(source.operations->erase(&source, entry.name));
        assert_int_equal(fake_variables_count(&fake->variables), 0);
        buffer_free(&buffer);
}

static void misbehave_after(enum fake_names names, unsigned good) {
        fake_variables_init(&fake->variables);
        put_three();
        fake->variables.names = names;
        fake->variables.names_good = good;
}

/* What was found before the firmware went wrong stays, and one error says that there may be more. */
static void test_a_list_that_breaks_off_keeps_what_it_had(NO_STATE) {
        static const struct {
                enum fake_names names;
                const char *error;
        } rows[] = {
                { NAMES_DEVICE_ERROR, "!ERR_IO|" },         { NAMES_REPEAT, "!ERR_LOOP|" },
                { NAMES_REPEAT_ALL, "!ERR_LOOP|" },         { NAMES_INVENT, "!ERR_LOOP|" },
                { NAMES_WANT_MORE, "!ERR_TOO_LARGE|" },     { NAMES_WANT_THE_SAME, "!ERR_TOO_LARGE|" },
                { NAMES_WANT_EXABYTES, "!ERR_TOO_LARGE|" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char wanted[256];

                misbehave_after(rows[i].names, 4);
                snprintf(wanted, sizeof(wanted), FIRST_TWO "%s", rows[i].error);
                assert_string_equal(list(), wanted);
                assert_uint_in_range(fake->variables.name_calls, 1, 70000);
                assert_string_equal(walk(), ""); /* the error is told once */
        }
}

/* A name of somebody else, for ever: it is nobody's record, and the walk ends all the same. */
static void test_another_vendors_name_for_ever(NO_STATE) {
        misbehave_after(NAMES_REPEAT, 3);
        assert_string_equal(list(), "dump-type0-1-1-1709210119-D|!ERR_LOOP|");
        assert_uint_in_range(fake->variables.name_calls, 1, 70000);
}

static void test_a_repeated_record_ends_the_list_at_once(NO_STATE) {
        misbehave_after(NAMES_REPEAT, 2);
        assert_string_equal(list(), "dump-type0-1-1-1709210119-D|!ERR_LOOP|");
        assert_int_equal(fake->variables.name_calls, 3);
}

/* Not a step of two bytes each time: each may be a copy. */
static void test_a_buffer_grows_in_few_steps(NO_STATE) {
        misbehave_after(NAMES_WANT_MORE, 2);
        list();
        assert_uint_in_range(fake->variables.name_calls, 3, 20);
}

static void test_an_unterminated_name(NO_STATE) {
        misbehave_after(NAMES_UNTERMINATED, 4);
        assert_string_equal(list(), FIRST_TWO);
        assert_true(fake_console_shows(&fake->output, "too long"));
}

static void test_no_variables_at_all(NO_STATE) {
        misbehave_after(NAMES_UNSUPPORTED, 0);
        assert_error(source.operations->open(&source), ERR_NO_STORE);
        misbehave_after(NAMES_DEVICE_ERROR, 0);
        assert_error(source.operations->open(&source), ERR_IO);
        assert_string_equal(walk(), "");
}

/* --- data ------------------------------------------------------------------------------------- */

#define NAME "dump-type0-1-1-1709210119-D"

static int read_first(enum fake_read mode, struct buffer *buffer) {
        fake_variables_init(&fake->variables);
        put_three();
        fake->variables.read = mode;
        return source.operations->read(&source, NAME, buffer);
}

static void assert_first(const struct buffer *buffer, size_t size) {
        assert_int_equal(buffer->size, size);
        assert_memory_equal(buffer->data, "Panic#1 Part1\n<0>one\n", size);
}

static void test_read(NO_STATE) {
        struct buffer buffer;

        buffer_init(&buffer, &system_allocator);
        assert_ok(read_first(READ_HONEST, &buffer));
        assert_first(&buffer, 21);
        assert_ok(read_first(READ_HONEST, &buffer)); /* into a buffer that is there */
        assert_first(&buffer, 21);
        assert_error(source.operations->read(&source, "dump-type0-9-1-1709210119-D", &buffer), ERR_NOT_FOUND);
        assert_error(source.operations->read(&source, "\xff", &buffer), ERR_VALUE);
        assert_first(&buffer, 21);
        buffer_free(&buffer);
}

static void test_sizes_that_change_between_two_calls(NO_STATE) {
        struct buffer buffer;

        buffer_init(&buffer, &system_allocator);
        assert_ok(read_first(READ_GROWS, &buffer));
        assert_first(&buffer, 21);
        assert_ok(read_first(READ_SHRINKS, &buffer));
        assert_first(&buffer, 20);
        buffer_free(&buffer);
}

static void test_a_size_larger_than_the_buffer_is_no_size(NO_STATE) {
        struct buffer buffer;

        buffer_init(&buffer, &system_allocator);
        assert_error(read_first(READ_OVERRUNS, &buffer), ERR_LENGTH);
        assert_true(buffer.size <= buffer.capacity);
        assert_error(read_first(READ_WANTS_EXABYTES, &buffer), ERR_TOO_LARGE);
        assert_error(read_first(READ_DEVICE_ERROR, &buffer), ERR_IO);
        buffer_free(&buffer);
}

/* --- writing ------------------------------------------------------------------------------------ */

static int write_text(const char *text, char ret_name[RECORD_NAME_SIZE]) {
        const struct record_draft draft = { .log = text_view(text), .seconds = 1709210119 };

        return source.operations->write(&source, &draft, ret_name);
}

static void test_write(NO_STATE) {
        char name[RECORD_NAME_SIZE];

        assert_ok(write_text("hello\n", name));
        assert_string_equal(name, NAME);
        assert_int_equal(fake_variables_find(&fake->variables, FIRST)->attributes, 7);
        assert_memory_equal(fake_variables_find(&fake->variables, FIRST)->data, "hello\n", 6);
        assert_ok(write_text("again\n", name)); /* a name that is taken is not written over */
        assert_string_equal(name, "dump-type0-1-2-1709210119-D");
        assert_memory_equal(fake_variables_find(&fake->variables, FIRST)->data, "hello\n", 6);
}

static void test_what_no_record_can_hold(NO_STATE) {
        char name[RECORD_NAME_SIZE], text[1026];

        memset(text, 'x', sizeof(text));
        text[1025] = '\0';
        assert_error(write_text(text, name), ERR_TOO_LARGE);
        assert_int_equal(fake->variables.write_calls, 0);
        text[1024] = '\0';
        assert_ok(write_text(text, name));
}

/* 5,120 bytes stay free: some firmware does not start any more without them. */
static void test_the_reserve_is_kept(NO_STATE) {
        const uint64_t needed = 6 + 2 * (sizeof(NAME)) + VARIABLE_HEADER_SIZE;
        char name[RECORD_NAME_SIZE];

        fake->variables.remaining = VARIABLE_RESERVE + needed - 1;
        assert_error(write_text("hello\n", name), ERR_NO_SPACE);
        fake->variables.remaining = 3;
        assert_error(write_text("hello\n", name), ERR_NO_SPACE);
        assert_int_equal(fake->variables.write_calls, 0);
        fake->variables.remaining = VARIABLE_RESERVE + needed;
        assert_ok(write_text("hello\n", name));
}

static void test_firmware_that_does_not_tell_its_space(NO_STATE) {
        struct source_space space;
        char name[RECORD_NAME_SIZE];

        fake->variables.query_status = EFI_UNSUPPORTED;
        fake->variables.remaining = 3;
        assert_ok(source.operations->space(&source, &space));
        assert_false(space.known);
        assert_int_equal(space.largest_record, 1024);
        assert_ok(write_text("hello\n", name));
        fake->variables.query_status = EFI_SUCCESS;
        assert_ok(source.operations->space(&source, &space));
        assert_true(space.known);
        assert_int_equal(space.remaining, 3);
        assert_int_equal(space.reserved, VARIABLE_RESERVE);
}

/* The table of EFI 1.10 ends before it, and what lies there is nothing to call. */
static void test_firmware_before_uefi(NO_STATE) {
        struct source_space space;
        char name[RECORD_NAME_SIZE];

        fake->system.Hdr.Revision = 1 << 16 | 10;
        fake->runtime.QueryVariableInfo = NULL;
        assert_ok(source.operations->space(&source, &space));
        assert_false(space.known);
        assert_ok(write_text("hello\n", name));
}

static void test_refusals_have_names(NO_STATE) {
        static const struct {
                EFI_STATUS status;
                int error;
        } rows[] = {
                { EFI_OUT_OF_RESOURCES, ERR_NO_SPACE },
                { EFI_WRITE_PROTECTED, ERR_READ_ONLY },
                { EFI_DEVICE_ERROR, ERR_IO },
                { EFI_SECURITY_VIOLATION, ERR_PERMISSION },
                { EFI_INVALID_PARAMETER, ERR_INVALID_ARGUMENT },
                { EFI_LOAD_ERROR, ERR_FAILED },
        };
        char name[RECORD_NAME_SIZE] = "untouched";

        fake_variables_put_record(&fake->variables, u"dump-type0-9-9-1709210119-D", "a record");
        fake->variables.write = WRITE_FAILS;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fake->variables.write_status = rows[i].status;
                assert_error(write_text("hello\n", name), rows[i].error);
                assert_error(source.operations->erase(&source, "dump-type0-9-9-1709210119-D"), rows[i].error);
        }
        assert_string_equal(name, "untouched");
}

static void test_success_is_not_believed(NO_STATE) {
        char name[RECORD_NAME_SIZE] = "untouched";

        fake->variables.write = WRITE_STORES_NOTHING;
        assert_error(write_text("hello\n", name), ERR_MISMATCH);
        fake->variables.write = WRITE_STORES_HALF;
        assert_error(write_text("hello\n", name), ERR_MISMATCH);
        assert_string_equal(name, "untouched");
}

static void test_a_second_that_is_full(NO_STATE) {
        const struct record_draft draft = { .log = text_view("x"), .seconds = 1709210119 };
        char name[RECORD_NAME_SIZE];
        unsigned written = 0;

        while (source.operations->write(&source, &draft, name) >= 0)
                written++;
        assert_int_equal(written, FAKE_VARIABLES_MAX);
        fake->variables.read = READ_DEVICE_ERROR; /* whether a name is taken cannot be told */
        assert_error(source.operations->write(&source, &draft, name), ERR_IO);
}

static void test_erase(NO_STATE) {
        put_three();
        assert_ok(source.operations->erase(&source, NAME));
        assert_null(fake_variables_find(&fake->variables, FIRST));
        assert_int_equal(fake_variables_count(&fake->variables), 2);
        assert_error(source.operations->erase(&source, NAME), ERR_NOT_FOUND);
        assert_error(source.operations->erase(&source, "\xff"), ERR_VALUE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_the_crash_vendors_names),
                TEST(test_hardware_error_records),
                TEST(test_a_name_that_wants_a_larger_buffer),
                TEST(test_a_name_too_long_for_a_record_is_told_and_hides_no_other),
                TEST(test_names_of_any_characters_lead_back_to_their_variables),
                TEST(test_a_list_that_breaks_off_keeps_what_it_had),
                TEST(test_another_vendors_name_for_ever),
                TEST(test_a_repeated_record_ends_the_list_at_once),
                TEST(test_a_buffer_grows_in_few_steps),
                TEST(test_an_unterminated_name),
                TEST(test_no_variables_at_all),
                TEST(test_read),
                TEST(test_sizes_that_change_between_two_calls),
                TEST(test_a_size_larger_than_the_buffer_is_no_size),
                TEST(test_write),
                TEST(test_what_no_record_can_hold),
                TEST(test_the_reserve_is_kept),
                TEST(test_firmware_that_does_not_tell_its_space),
                TEST(test_firmware_before_uefi),
                TEST(test_refusals_have_names),
                TEST(test_success_is_not_believed),
                TEST(test_a_second_that_is_full),
                TEST(test_erase),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
