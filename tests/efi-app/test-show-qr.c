/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/qr-code.h"
#include "tests/efi-app/run-fixture.h"

/* What `show --qr` draws: each picture is measured as a camera would, and has to be the code of its page. */

#define PAGE_1_OF_1                                                                                          \
        "pstore-fw 1/1 " NEW_EVENT "\n"                                                                      \
        "the log of this panic tells of no crash that is known\n"                                            \
        "  event      " NEW_EVENT ", 2024-02-29 12:35:19 UTC\n\n"                                            \
        "<6>[    8.000000] first\n<0>[    9.000000] last\n"

static bool is_black(unsigned picture, unsigned x, unsigned y) {
        return fake->graphics.pictures[picture][y * fake->graphics.info.HorizontalResolution + x];
}

/* The pages begin behind what was on the screen before, which is its first picture. */
static unsigned pages_drawn(void) {
        return fake->graphics.picture_count - 1;
}

struct seen {
        unsigned left, module, width;
};

/* By the finder in the upper left corner, whose sides are 7 modules long, and the one on its right. */
static struct seen find_code(unsigned picture, unsigned side) {
        struct seen seen = { 0 };
        unsigned right = 0;

        while (!is_black(picture, seen.left, seen.left))
                seen.left++;
        while (is_black(picture, seen.left + seen.module, seen.left))
                seen.module++;
        assert_int_equal(seen.module % 7, 0);
        seen.module /= 7;
        for (unsigned x = 0; x < side; x++)
                if (is_black(picture, x, seen.left))
                        right = x + 1;
        seen.width = (right - seen.left) / seen.module;
        return seen;
}

static void assert_draws(unsigned picture, unsigned side, const char *text) {
        static struct qr_code code;
        struct seen seen = find_code(picture, side);
        struct bytes page = text_view(text);
        unsigned version = (seen.width - 17) / 4;

        assert_true(seen.left >= QR_QUIET_ZONE * seen.module);
        assert_true(seen.left + (seen.width + QR_QUIET_ZONE) * seen.module <= side);
        assert_true(seen.module >= 4);
        assert_ok(qr_code_encode(page, version,
                                 page.size <= qr_code_capacity(version, QR_LEVEL_M) ? QR_LEVEL_M : QR_LEVEL_L,
                                 &code));
        for (unsigned y = 0; y < side; y++)
                for (unsigned x = 0; x < side; x++) {
                        unsigned column = (x - seen.left) / seen.module, row = (y - seen.left) / seen.module;
                        bool inside =
                                x >= seen.left && y >= seen.left && column < code.width && row < code.width;

                        if (is_black(picture, x, y) != (inside && qr_code_is_dark(&code, column, row)))
                                fail_msg("the pixel at %u, %u", x, y);
                }
}

static bool shows_glyphs(unsigned picture, unsigned left, unsigned top, unsigned scale,
                         const char *const *rows, size_t count) {
        for (size_t y = 0; y < count; y++)
                for (size_t x = 0; rows[y][x]; x++)
                        if (is_black(picture, left + (unsigned) x * scale, top + (unsigned) y * scale) !=
                            (rows[y][x] == '#'))
                                return false;
        return true;
}

static const char *const one_of_one[] = {
        "..#.................##..........#..", ".##................#...........##..",
        "..#..........###...#............#..", "..#.........#...#.####..........#..",
        "..#.........#...#..#............#..", "..#.........#...#..#............#..",
        ".###.........###...#...........###.",
};

static void test_one_page(NO_STATE) {
        put_variables();
        fake_screen_set_size(&fake->graphics, 640, 480);
        fake->keys.waits = 1;
        fake->keys.typed = u" ";
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
        assert_int_equal(pages_drawn(), 1);
        assert_draws(1, 480, PAGE_1_OF_1);
        assert_true(shows_glyphs(1, 480, 20, 4, one_of_one, ARRAY_SIZE(one_of_one)));
        assert_string_equal(fake_console_screen(&fake->output), "");
        assert_false(fake->output.cursor_off);
        for (unsigned i = 0; i < 640 * 480; i++)
                assert_true(fake->graphics.pixels[i]);
}

static void test_screens_of_all_sizes(NO_STATE) {
        static const struct {
                unsigned width, height, side;
        } sizes[] = {
                { 800, 600, 600 },    { 1024, 768, 768 },   { 1280, 800, 800 }, { 1280, 1024, 968 },
                { 1920, 1080, 1080 }, { 800, 1280, 800 },   { 600, 600, 444 },  { 3840, 2160, 2160 },
                { 320, 240, 240 },    { 7680, 4320, 4320 },
        };

        put_variables();
        fake->keys.typed = u"qqqqqqqqqq";
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                fake_screen_set_size(&fake->graphics, sizes[i].width, sizes[i].height);
                assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
                assert_int_equal(pages_drawn(), 1);
                if (sizes[i].width > 320) /* where it takes two */
                        assert_draws(1, sizes[i].side, PAGE_1_OF_1);
        }
}

static void put_long_log(void) {
        for (unsigned part = 1; part <= 4; part++) {
                char text[4096];
                CHAR16 name[] = u"dump-type0-?-1-1709210119-D";
                size_t size = (size_t) sprintf(text, "Panic#1 Part%u\n", part);

                for (unsigned i = 0; i < 80; i++)
                        size += (size_t) sprintf(text + size, "<4>[    %u.%06u] a line of a long log\n",
                                                 9 - part, i);
                name[11] = (CHAR16) ('0' + part);
                fake_variables_put_record(&fake->variables, name, text);
        }
}

/* Which page a picture is, by comparing it with the first time that all are seen. */
static void assert_order(const char *order) {
        assert_int_equal(pages_drawn(), strlen(order));
        for (unsigned i = 0; order[i]; i++)
                assert_memory_equal(fake->graphics.pictures[1 + i], fake->graphics.pictures[order[i] - '0'],
                                    640 * 480);
}

static void assert_keys_show(const CHAR16 *keys, const char *order) {
        fake_screen_set_size(&fake->graphics, 640, 480);
        fake->keys.calls = 0;
        fake->keys.waits = 1;
        fake->keys.typed = keys;
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
        assert_order(order);
}

static void test_keys(NO_STATE) {
        static const CHAR16 scans[] = { FAKE_SCAN(SCAN_PAGE_DOWN), FAKE_SCAN(SCAN_DOWN),
                                        FAKE_SCAN(SCAN_RIGHT),     FAKE_SCAN(SCAN_PAGE_UP),
                                        FAKE_SCAN(SCAN_LEFT),      FAKE_SCAN(SCAN_UP),
                                        FAKE_SCAN(SCAN_RIGHT),     '\b',
                                        FAKE_SCAN(SCAN_ESC),       0 };

        put_long_log();
        assert_keys_show(u"        ", "12345678");
        assert_keys_show(u" x\rbbbbn  q", "12343211234");
        assert_keys_show(u"       b  ", "1234567878");
        assert_keys_show(scans, "123432121");
}

/* It was for whatever was on the screen before. */
static void test_typed_before(NO_STATE) {
        put_long_log();
        fake->keys.early = u"q";
        assert_keys_show(u" q", "12");
}

static void test_the_shell_ends_it(NO_STATE) {
        put_long_log();
        fake_screen_set_size(&fake->graphics, 640, 480);
        fake->break_after = 3000;
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output), "interrupted\n");
        assert_true(pages_drawn() < 10);
        assert_false(fake->output.cursor_off);
}

/* Round and round, for ten minutes; once where there is nobody to press a key. */
static void test_nobody_presses_a_key(NO_STATE) {
        put_long_log();
        fake_screen_set_size(&fake->graphics, 640, 480);
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
        assert_int_equal(pages_drawn(), 60);
        assert_memory_equal(fake->graphics.pictures[9], fake->graphics.pictures[1], 640 * 480);
        assert_uint_in_range(fake->stalled_us, 600000000, 601000000);
        fake->system.ConIn = NULL;
        fake_screen_set_size(&fake->graphics, 640, 480);
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
        assert_order("12345678");
}

static void test_a_key_that_is_stuck(NO_STATE) {
        CHAR16 stuck[1100];

        put_variables();
        fake_screen_set_size(&fake->graphics, 640, 480);
        for (size_t i = 0; i < ARRAY_SIZE(stuck); i++)
                stuck[i] = 'b';
        stuck[ARRAY_SIZE(stuck) - 1] = 0;
        fake->keys.typed = stuck;
        fake->graphics.forgets = true;
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
        assert_true(fake->keys.typed < stuck + ARRAY_SIZE(stuck) - 1);
}

static void test_a_screen_that_is_not_the_consoles(NO_STATE) {
        put_variables();
        fake_screen_set_size(&fake->graphics, 640, 480);
        fake->graphics.on_console = false;
        fake->system.ConOut = NULL;
        fake->keys.typed = u"q";
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_DONE);
        assert_draws(1, 480, PAGE_1_OF_1);
}

static void test_no_screen(NO_STATE) {
        put_variables();
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output),
                            "--qr: this machine has no screen that firmware can draw on\n");
        fake_screen_set_size(&fake->graphics, 100, 80);
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_FAILED);
        assert_string_equal(fake_console_screen(&fake->output),
                            "--qr: a screen of 100x80 pixels is too small\n");
        fake_screen_set_size(&fake->graphics, 0, 0);
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_FAILED);
        fake->graphics.mode.Info = NULL;
        assert_int_equal(RUN(u"show", u"--qr"), EXIT_FAILED);
}

static void test_a_screen_that_fails(NO_STATE) {
        put_variables();
        fake->keys.typed = u"qqqqq";
        for (unsigned n = 1; n < 3000; n = 5 * n + 1) {
                fake_screen_set_size(&fake->graphics, 640, 480);
                fake->graphics.fills = 0;
                fake->graphics.fail_at = n;
                assert_int_equal(RUN(u"show", u"--qr"), EXIT_FAILED);
                assert_string_equal(fake_console_screen(&fake->output), "--qr: input/output error\n");
                assert_false(fake->output.cursor_off);
        }
}

static void test_help(NO_STATE) {
        assert_int_equal(RUN(u"show", u"--help"), EXIT_DONE);
        assert_shown("--qr");
}

static void test_no_memory(NO_STATE) {
        int status = EXIT_FAILED;

        put_variables();
        fake->keys.typed = u"q";
        fake_screen_set_size(&fake->graphics, 640, 480);
        fake->graphics.forgets = true;
        for (fake->fail_allocation_at = 1; status == EXIT_FAILED; fake->fail_allocation_at++)
                status = RUN(u"show", u"--qr");
        assert_int_equal(status, EXIT_DONE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_one_page),
                TEST(test_screens_of_all_sizes),
                TEST(test_keys),
                TEST(test_typed_before),
                TEST(test_the_shell_ends_it),
                TEST(test_nobody_presses_a_key),
                TEST(test_a_key_that_is_stuck),
                TEST(test_a_screen_that_is_not_the_consoles),
                TEST(test_no_screen),
                TEST(test_a_screen_that_fails),
                TEST(test_help),
                TEST(test_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
