/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/explain.h"
#include "store/qr-text.h"

#define PAGE_SIZE 600
#define LEFT_OUT  "[more is left out here]\n"
#define PANIC     "<0>[    9.000000] Kernel panic - not syncing: x\n"

static struct store_fixture fixture;
static struct qr_text qr_text;
static char page[PAGE_SIZE + 1];

static void put_long_panic(const char *log) {
        char *text = malloc(strlen(log) + 20);

        strcpy(text, "Panic#1 Part1\n");
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-D", strcat(text, log));
        free(text);
}

static void make(size_t page_size) {
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        assert_ok(qr_text_make(&fixture.work, SHOW_JOINED, page_size, &qr_text));
        assert_uint_in_range(qr_text.page_count, 1, QR_TEXT_PAGES_MAX);
}

static const char *put_page(unsigned number) {
        struct text text = TEXT_ON(page);

        qr_text_put_page(&qr_text, number, &text);
        assert_false(text.truncated);
        return page;
}

/* All of the text, without what says which page it is. */
static char *join_pages(const char *name) {
        char *joined = calloc(QR_TEXT_PAGES_MAX, PAGE_SIZE);

        for (unsigned i = 0; i < qr_text.page_count; i++) {
                char first_line[128];

                snprintf(first_line, sizeof(first_line), "pstore-fw %u/%u %s\n", i + 1, qr_text.page_count,
                         name);
                assert_true(text_starts_with(put_page(i), first_line));
                strcat(joined, page + strlen(first_line));
        }
        return joined;
}

static const char *explained(void) {
        assert_true(explain_selected(&fixture.work, &fixture.sink) > 0);
        return store_fixture_output(&fixture);
}

static void test_all_on_one_page(NO_STATE) {
        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 1709210110, PANIC "<4>[    9.1] a\tb\xff\\\n");
        make(PAGE_SIZE);
        assert_int_equal(qr_text.page_count, 1);
        assert_true(text_starts_with(put_page(0), "pstore-fw 1/1 20240229T123510Z-efi-panic1\n"
                                                  "kernel panic: x\n  event      2024"));
        assert_true(text_ends_with(page, "\n\n" PANIC "<4>[    9.1] a\\x09b\\xff\\\n"));
        assert_true(bytes_equal(qr_text_title(&qr_text), text_view("kernel panic: x")));
        qr_text_free(&qr_text);
}

/* Of a log that is too long the newest lines are there, as many as fit. */
static void test_the_end_of_a_long_log(NO_STATE) {
        char *log = malloc(40000), *joined;
        const char *tail, *head;
        size_t size = 0;

        for (unsigned i = 0; i < 400; i++)
                size += (size_t) sprintf(log + size, "<4>[    8.%06u] %.*s\n", i, (int) (i * 7 % 60),
                                         "a line of a log that is as long as such lines happen to be...");
        strcpy(log + size, PANIC);
        put_long_panic(log);
        make(PAGE_SIZE);
        assert_int_equal(qr_text.page_count, QR_TEXT_PAGES_MAX);
        joined = join_pages("20240229T123510Z-efi-panic1");
        head = explained();
        assert_true(text_starts_with(joined, head));
        tail = joined + strlen(head);
        assert_true(text_starts_with(tail, "\n" LEFT_OUT "<4>[    8.000"));
        assert_true(text_ends_with(log, tail + strlen("\n" LEFT_OUT)));
        assert_true(strlen(joined) > QR_TEXT_PAGES_MAX * (PAGE_SIZE - 60 - 80));
        for (unsigned i = 0; i < qr_text.page_count; i++)
                assert_true(text_ends_with(put_page(i), "\n"));
        free(joined);
        free(log);
        qr_text_free(&qr_text);
}

/* Without ends of lines pages are full. */
static void test_a_line_without_end(NO_STATE) {
        char log[20000];

        memset(log, 'x', sizeof(log));
        memcpy(log, PANIC, strlen(PANIC));
        memcpy(log + 15000, "\n", 1);
        strcpy(log + sizeof(log) - 5, "end\n");
        put_long_panic(log);
        make(PAGE_SIZE);
        assert_false(text_ends_with(put_page(qr_text.page_count - 2), "\n"));
        assert_true(text_ends_with(put_page(qr_text.page_count - 1), "xend\n"));
        qr_text_free(&qr_text);
}

/* What crashed in all of them takes a part of the pages, and the newest log has the rest. */
static void test_many_events(NO_STATE) {
        char *joined;

        for (unsigned i = 1; i <= 90; i++)
                store_fixture_put_efi_part(&fixture, "Panic", i, 1, 1709210110 + 100 * i, PANIC "last\n");
        make(PAGE_SIZE);
        joined = join_pages("20240229T150510Z-efi-panic90");
        test_assert_contains(joined, "\n" LEFT_OUT "\n" LEFT_OUT);
        assert_true(text_ends_with(joined, PANIC "last\n"));
        free(joined);
        qr_text_free(&qr_text);
}

static void test_what_is_no_event(NO_STATE) {
        store_fixture_put_efi(&fixture, "HwErrRec0001", "no CPER");
        make(PAGE_SIZE);
        assert_true(text_starts_with(put_page(0), "pstore-fw 1/1\n"));
        assert_string_equal(page + strlen("pstore-fw 1/1\n"), explained());
        qr_text_free(&qr_text);
}

static void test_small_pages(NO_STATE) {
        char *joined;

        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 1709210110, PANIC "<4>[    9.1] last\n");
        make(QR_TEXT_PAGE_MIN);
        joined = join_pages("20240229T123510Z-efi-panic1");
        assert_true(text_ends_with(joined, "<4>[    9.1] last\n"));
        for (unsigned i = 0; i < qr_text.page_count; i++)
                assert_true(strlen(put_page(i)) <= QR_TEXT_PAGE_MIN);
        free(joined);
        qr_text_free(&qr_text);
        assert_error(qr_text_make(&fixture.work, SHOW_JOINED, QR_TEXT_PAGE_MIN - 1, &qr_text),
                     ERR_BUFFER_TOO_SMALL);
        qr_text_free(&qr_text);
}

static void test_no_memory_is_an_error(NO_STATE) {
        int r = ERR_NO_MEMORY;

        store_fixture_put_panic_and_oops(&fixture);
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        for (unsigned n = 1; r < 0; n++) {
                fake_allocator_fail_at(&fixture.memory, n);
                r = qr_text_make(&fixture.work, SHOW_JOINED, PAGE_SIZE, &qr_text);
                assert_true(r == 0 || r == ERR_NO_MEMORY);
                assert_true(r < 0 || n > 3);
                qr_text_free(&qr_text);
        }
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_prestate_setup_teardown(name, store_fixture_setup, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_all_on_one_page),       TEST(test_the_end_of_a_long_log),
                TEST(test_a_line_without_end),    TEST(test_many_events),
                TEST(test_what_is_no_event),      TEST(test_small_pages),
                TEST(test_no_memory_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
