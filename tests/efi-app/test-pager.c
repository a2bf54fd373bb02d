/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/pager.h"
#include "efi-app/screen.h"
#include "tests/efi-app/fixture.h"
#include "tests/support/fake-allocator.h"

#define PAGE (FAKE_ROWS - 1)

static char text[20000];

/* 100 lines. */
static void write_log(void) {
        struct text log = TEXT_ON(text);

        for (unsigned i = 0; i < 100; i++)
                text_format(&log, "<%u>[%5u.000000] line %u\n", i % 8, i, i);
}

static int show(const CHAR16 *keys) {
        fake->keys.typed = keys;
        return pager_show(&app, "title", text_view(text));
}

/* What stands there when the pager waits for a key that never comes, until the shell ends it. */
static void look_after(const CHAR16 *keys) {
        fake_firmware_type(fake, (const CHAR16 *const[]){ NULL });
        console_init(&app.console, &fake->system, false);
        fake->break_asked = 0;
        fake->break_after = 3000;
        assert_error(show(keys), ERR_INTERRUPTED);
        assert_int_equal(*fake->keys.typed, 0);
        assert_int_equal(fake->output.wraps, 0);
}

static void assert_row(size_t row, const char *wanted) {
        char cells[FAKE_COLUMNS + 1];
        size_t end = FAKE_COLUMNS;

        memcpy(cells, fake->output.seen[row], FAKE_COLUMNS);
        while (end > 0 && cells[end - 1] == ' ')
                end--;
        cells[end] = '\0';
        assert_string_equal(cells, wanted);
}

static void assert_rows(const char *first, const char *last, const char *status) {
        assert_row(0, first);
        assert_row(PAGE - 1, last);
        assert_row(PAGE, status);
}

#define KEYS "  space b / n g G q"

static void test_pages(NO_STATE) {
        static const CHAR16 page_down[] = { FAKE_SCAN(SCAN_PAGE_DOWN), 0 };

        write_log();
        look_after(u"");
        assert_rows("<0>[    0.000000] line 0", "<7>[   23.000000] line 23", "title  1-24 of 100" KEYS);
        look_after(u" ");
        assert_rows("<0>[   24.000000] line 24", "<7>[   47.000000] line 47", "title  25-48 of 100" KEYS);
        look_after(page_down);
        assert_rows("<0>[   24.000000] line 24", "<7>[   47.000000] line 47", "title  25-48 of 100" KEYS);
        look_after(u"  jjkb");
        assert_rows("<1>[   25.000000] line 25", "<0>[   48.000000] line 48", "title  26-49 of 100" KEYS);
        look_after(u"G ");
        assert_rows("<4>[   76.000000] line 76", "<3>[   99.000000] line 99", "title  77-100 of 100" KEYS);
        look_after(u"Gbkgbk");
        assert_rows("<0>[    0.000000] line 0", "<7>[   23.000000] line 23", "title  1-24 of 100" KEYS);
}

/* As firmware hands them on when it takes the terminal for one of another type. */
static void test_sequences_of_a_terminal(NO_STATE) {
        static const CHAR16 page_down[] = { FAKE_SCAN(SCAN_ESC), '[', '6', '~', 0 },
                            end[] = { FAKE_SCAN(SCAN_ESC), '[', 'F', 0 },
                            begun[] = { FAKE_SCAN(SCAN_ESC), '[', 0 },
                            unknown[] = { FAKE_SCAN(SCAN_ESC), '[', '2', '0', '~', 0 },
                            endless[] = { FAKE_SCAN(SCAN_ESC), '[', '9', '9', '9', '9', 0 };

        write_log();
        fake->keys.early = page_down;
        look_after(u"");
        assert_rows("<0>[   24.000000] line 24", "<7>[   47.000000] line 47", "title  25-48 of 100" KEYS);
        fake->keys.early = end;
        look_after(u"");
        assert_rows("<4>[   76.000000] line 76", "<3>[   99.000000] line 99", "title  77-100 of 100" KEYS);
        fake->keys.early = begun;
        look_after(u"6~");
        assert_rows("<0>[   24.000000] line 24", "<7>[   47.000000] line 47", "title  25-48 of 100" KEYS);
        fake->keys.early = unknown;
        look_after(u"j");
        assert_rows("<1>[    1.000000] line 1", "<0>[   24.000000] line 24", "title  2-25 of 100" KEYS);
        fake->keys.early = endless;
        look_after(u"j");
        assert_rows("<1>[    1.000000] line 1", "<0>[   24.000000] line 24", "title  2-25 of 100" KEYS);
}

static void test_colours(NO_STATE) {
        static const struct {
                const char *line;
                enum screen_colour colour;
        } rows[] = {
                { "<0>a", SCREEN_GRAVE },    { "<2>a", SCREEN_GRAVE },  { "<3>a", SCREEN_ERROR },
                { "<4>a", SCREEN_NORMAL },   { "<11>a", SCREEN_ERROR }, { "<30>a", SCREEN_NORMAL },
                { "<>a", SCREEN_NORMAL },    { "<3a", SCREEN_NORMAL },  { " <0>a", SCREEN_NORMAL },
                { "<9999>", SCREEN_NORMAL }, { "<", SCREEN_NORMAL },
        };
        struct text log = TEXT_ON(text);

        for (size_t i = 0; i < 11; i++)
                text_format(&log, "%s\n", rows[i].line);
        look_after(u"");
        for (size_t i = 0; i < 11; i++)
                assert_int_equal(fake->output.seen_colours[i], rows[i].colour);
        assert_int_equal(fake->output.seen_colours[PAGE], SCREEN_BAR);
}

/* The 80th column is never written, and what goes on in the next row has its line's colour. */
static void test_long_lines(NO_STATE) {
        struct text log = TEXT_ON(text);

        text_put(&log, "<3>");
        for (size_t i = 0; i < 76 + 79 + 5; i++)
                text_put_char(&log, i == 75 ? '\x1b' : 'x');
        text_put(&log, "\na\tb\n\nc");
        look_after(u"");
        assert_int_equal(fake->output.seen[0][77], 'x');
        assert_memory_equal(fake->output.seen[1], "\\x1bxxxx", 8); /* not half of it in each row */
        assert_int_equal(fake->output.seen[1][78], 'x');
        assert_row(2, "xxxxxxxxx");
        assert_row(3, "a       b");
        assert_row(4, "");
        assert_row(5, "c");
        for (size_t i = 0; i < PAGE; i++) {
                assert_int_equal(fake->output.seen[i][79], ' ');
                assert_int_equal(fake->output.seen_colours[i], i < 3 ? SCREEN_ERROR : SCREEN_NORMAL);
        }
}

static void test_search(NO_STATE) {
        write_log();
        look_after(u"/LINE 5\r");
        assert_rows("<5>[    5.000000] line 5", "<4>[   28.000000] line 28", "title  6-29 of 100" KEYS);
        assert_int_equal(fake->output.seen_colours[0], SCREEN_BAR);
        look_after(u"/line 5\rnn");
        assert_rows("<3>[   51.000000] line 51", "<2>[   74.000000] line 74", "title  52-75 of 100" KEYS);
        look_after(u"G/line 3\r");
        assert_rows("<3>[    3.000000] line 3", "<2>[   26.000000] line 26",
                    "title  4-27 of 100  found from the top");
        look_after(u"/nowhere\r");
        assert_rows("<0>[    0.000000] line 0", "<7>[   23.000000] line 23", "title  1-24 of 100  not found");
        look_after(u"/linx\be 9\r");
        assert_row(0, "<1>[    9.000000] line 9");
        look_after(u"/x\x7f\r");
        assert_row(PAGE, "title  1-24 of 100" KEYS);
}

static void test_the_way_back(NO_STATE) {
        static const CHAR16 escape[] = { FAKE_SCAN(SCAN_ESC), 0 },
                            twice[] = { '/', 'a', FAKE_SCAN(SCAN_ESC), 'q', 0 };

        write_log();
        assert_ok(show(u"q"));
        assert_ok(show(escape));
        assert_ok(show(twice));
        assert_int_equal(fake->output.cells[0][0], ' ');
        text[0] = '\0';
        assert_ok(show(u"jG/a\rnq"));
}

/* A step back from the end of what fits writes nothing but what differs. */
static void test_what_stays_is_not_written(NO_STATE) {
        struct text log = TEXT_ON(text);
        size_t before;

        for (size_t i = 0; i < PAGE + 1; i++)
                text_put(&log, i == 3 ? "other\n" : "same\n");
        assert_ok(show(u"q"));
        before = fake->output.length;
        assert_ok(show(u"jkjkq"));
        assert_uint_in_range(fake->output.length, before + 1, 2 * before + 4 * 20);
}

static void test_nobody_is_there(NO_STATE) {
        write_log();
        fake->system.ConIn = NULL;
        console_init(&app.console, &fake->system, false);
        assert_ok(pager_show(&app, "title", text_view(text)));
        assert_true(fake_console_shows(&fake->output, "<3>[   99.000000] line 99\n"));

        fake->system.ConIn = &fake->keys.protocol;
        console_init(&app.console, &fake->system, true);
        fake_console_forget(&fake->output);
        assert_ok(pager_show(&app, "title", text_view(text)));
        assert_true(fake_console_shows(&fake->output, "<3>[   99.000000] line 99\n"));
        assert_int_equal(fake->keys.calls, 0);
}

static void test_no_memory(NO_STATE) {
        struct fake_allocator memory;

        write_log();
        fake_allocator_init(&memory);
        app.allocator = memory.allocator;
        fake_allocator_fail_at(&memory, 1);
        assert_error(show(u"q"), ERR_NO_MEMORY);
        fake_allocator_fail_at(&memory, 2);
        assert_error(show(u"q"), ERR_NO_MEMORY);
        assert_int_equal(memory.live_blocks, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_pages),
                TEST(test_sequences_of_a_terminal),
                TEST(test_colours),
                TEST(test_long_lines),
                TEST(test_search),
                TEST(test_the_way_back),
                TEST(test_what_stays_is_not_written),
                TEST(test_nobody_is_there),
                TEST(test_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
