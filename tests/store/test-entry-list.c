/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "store/entry-list.h"
#include "tests/support/fake-allocator.h"

static struct fake_allocator memory;
static struct entry_list list;

static int start(NO_STATE) {
        fake_allocator_init(&memory);
        entry_list_init(&list, &memory.allocator);
        return 0;
}

static int finish(NO_STATE) {
        entry_list_free(&list);
        assert_int_equal(memory.live_blocks, 0);
        return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

static int append(const char *name) {
        return entry_list_append(&list, RECORD_STORE_EFI, text_view(name));
}

static int insert(const char *name) {
        return entry_list_insert(&list, RECORD_STORE_EFI, text_view(name));
}

/* What is left of the list, with a '|' behind each, and an error's name. */
static const char *walk(void) {
        static char names[1024];
        struct text text = TEXT_ON(names);
        struct source_entry entry;

        for (unsigned steps = 0; steps < 100; steps++) {
                int r = entry_list_next(&list, &entry);

                if (r == 0)
                        return names;
                text_format(&text, "%s|", r > 0 ? entry.name : error_name(r));
        }
        fail_msg("the list does not end: %s", names);
        return NULL;
}

static void test_in_the_order_they_came(NO_STATE) {
        assert_string_equal(walk(), "");
        assert_ok(append("b"));
        assert_ok(append("c"));
        assert_ok(append("a"));
        assert_ok(append("a"));
        assert_string_equal(walk(), "b|c|a|a|");
        assert_string_equal(walk(), "");
        assert_int_equal(list.entries[0]->store, RECORD_STORE_EFI);
        assert_int_equal(list.entries[0]->form, RECORD_FORM_STORED);
}

/* A name goes before those that it begins, and bytes are numbers from 0 on. */
static void test_in_the_order_of_names(NO_STATE) {
        static const char *const names[] = { "b", "ab", "\xc3\xbc", "a", "abc", "", "C", "aa" };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_ok(insert(names[i]));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_error(insert(names[i]), ERR_LOOP);
        assert_string_equal(walk(), "|C|a|aa|ab|abc|b|\xc3\xbc|");
}

static void test_the_error_is_told_once_behind_the_last(NO_STATE) {
        assert_ok(append("a"));
        list.error = ERR_IO;
        assert_string_equal(walk(), "a|ERR_IO|");
        assert_string_equal(walk(), "");
        list.error = ERR_IO;
        entry_list_free(&list);
        assert_string_equal(walk(), "");
        assert_ok(append("b"));
        assert_string_equal(walk(), "b|");
}

static void test_a_name_that_just_fits(NO_STATE) {
        char name[RECORD_NAME_SIZE + 1];

        memset(name, 'n', sizeof(name));
        name[RECORD_NAME_SIZE] = '\0';
        assert_error(append(name), ERR_TOO_LARGE);
        assert_error(insert(name), ERR_TOO_LARGE);
        name[RECORD_NAME_SIZE - 1] = '\0';
        assert_ok(insert(name));
        assert_int_equal(list.count, 1);
        assert_string_equal(list.entries[0]->name, name);
}

static void test_more_than_any_store_has(NO_STATE) {
        char name[16];

        for (unsigned i = 0; i < SOURCE_RECORDS_MAX; i++) {
                snprintf(name, sizeof(name), "%u", i);
                assert_ok(insert(name));
        }
        assert_error(insert("one more"), ERR_LOOP);
        assert_error(append("one more"), ERR_LOOP);
        assert_int_equal(list.count, SOURCE_RECORDS_MAX);
}

/* The list is what it was. */
static void test_no_memory(NO_STATE) {
        for (size_t fail_at = 1; fail_at <= 2; fail_at++) {
                fake_allocator_fail_at(&memory, fail_at);
                assert_error(insert("a"), ERR_NO_MEMORY);
                assert_string_equal(walk(), "");
                entry_list_free(&list);
        }
        fake_allocator_fail_at(&memory, 3);
        assert_ok(insert("b"));
        assert_error(insert("a"), ERR_NO_MEMORY);
        assert_ok(insert("a"));
        assert_string_equal(walk(), "a|b|");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_in_the_order_they_came),
                TEST(test_in_the_order_of_names),
                TEST(test_the_error_is_told_once_behind_the_last),
                TEST(test_a_name_that_just_fits),
                TEST(test_more_than_any_store_has),
                TEST(test_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
