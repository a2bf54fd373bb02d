/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/keys.h"
#include "tests/efi-app/fixture.h"

static int put(struct bytes bytes) {
        const struct sink sink = console_sink(&app.console);

        return sink_put(&sink, bytes);
}

static void put_text(const char *text) {
        assert_ok(put(text_view(text)));
}

static void tell_progress(const char *activity, size_t done, size_t total) {
        const struct observer observer = console_observer(&app.console);

        observer_tell(&observer, activity, done, total);
}

/* So that the next progress is shown. */
static void begin_long_ago(void) {
        tell_progress("reading", 0, 0);
        fake->stalled_us += 500000;
}

static void test_lines_end_as_a_terminal_wants_them(NO_STATE) {
        put_text("one\ntwo\n\n");
        assert_string_equal(fake->output.text, "one\r\ntwo\r\n\r\n");
}

static void test_what_is_no_text_becomes_visible(NO_STATE) {
        put_text("\x1b[2J\r\x07 \x7f \xc3\xa4\t~\\");
        assert_string_equal(fake->output.text, "\\x1b[2J\\x0d\\x07 \\x7f \\xc3\\xa4\t~\\");
        fake_console_forget(&fake->output);
        assert_ok(put(bytes_of("a\0b", 3)));
        assert_string_equal(fake->output.text, "a\\x00b");
}

static void test_nothing_is_nothing(NO_STATE) {
        put_text("");
        assert_int_equal(fake->output.calls, 0);
}

/* Every length around the size of one call, and a line break and an escape at its edge. */
static void test_text_of_any_length_arrives_whole(NO_STATE) {
        char text[600], wanted[4 * sizeof(text)];

        for (size_t length = 100; length < 400; length++) {
                memset(text, 'x', length);
                text[length] = '\0';
                snprintf(wanted, sizeof(wanted), "%s\r\n%s\\x01%s", text, text, text);
                snprintf(text + length, sizeof(text) - length, "\n");
                fake_console_forget(&fake->output);
                put_text(text);
                text[length] = '\0';
                put_text(text);
                put_text("\x01");
                put_text(text);
                assert_string_equal(fake->output.text, wanted);
        }
}

static void test_a_progress_line_is_erased_by_what_follows(NO_STATE) {
        begin_long_ago();
        tell_progress("reading", 9, 0);
        tell_progress("reading", 10, 12);
        assert_string_equal(fake_console_screen(&fake->output), "reading 10 of 12");
        put_text("data\n");
        assert_string_equal(fake_console_screen(&fake->output), "data\n");
        tell_progress("clearing", 1, 2);
        console_note(&app.console, "note %d", 1);
        tell_progress("clearing", 2, 2);
        console_problem(&app.console, "problem");
        assert_string_equal(fake_console_screen(&fake->output), "data\nnote 1\nproblem\n");
        put_text("x");
        assert_string_equal(fake_console_screen(&fake->output), "data\nnote 1\nproblem\nx");
}

static void test_a_shorter_progress_line_covers_a_longer_one(NO_STATE) {
        begin_long_ago();
        tell_progress("clearing", 123456, 123456);
        tell_progress("saving", 1, 2);
        put_text("data\n");
        assert_string_equal(fake_console_screen(&fake->output), "data\n");
        tell_progress("clearing", 123456, 123456);
        tell_progress("saving", 1, 2);
        assert_memory_equal(fake_console_screen(&fake->output), "data\nsaving 1 of 2 ", 19);
        assert_null(strstr(fake_console_screen(&fake->output), "123456"));
}

static void test_a_long_progress_line_is_cut(NO_STATE) {
        char activity[200];

        begin_long_ago();
        memset(activity, 'a', sizeof(activity));
        activity[sizeof(activity) - 1] = '\0';
        tell_progress(activity, 1, 2);
        assert_int_equal(strlen(fake_console_screen(&fake->output)), 78);
        put_text("data\n");
        assert_string_equal(fake_console_screen(&fake->output), "data\n");
}

static void test_progress_of_what_is_soon_over(NO_STATE) {
        for (size_t i = 0; i < 5; i++, fake->stalled_us += 100000)
                tell_progress("reading", i, 0);
        assert_int_equal(fake->output.calls, 0);
        tell_progress("saving", 1, 2);
        assert_string_equal(fake_console_screen(&fake->output), "saving 1 of 2");
        console_note(&app.console, "note");
        tell_progress("saving", 2, 2);
        assert_string_equal(fake_console_screen(&fake->output), "note\nsaving 2 of 2");
        console_close(&app.console);
        assert_false(fake->timer.made);
}

/* The time that somebody took to answer is not that of the work. */
static void test_progress_behind_a_question(NO_STATE) {
        begin_long_ago();
        tell_progress("saving", 1, 2);
        fake->keys.typed = u"y";
        fake->keys.waits = 20;
        assert_true(console_ask(&app.console, "Sure?"));
        fake_console_forget(&fake->output);
        tell_progress("clearing", 1, 2);
        fake->stalled_us += 499999;
        tell_progress("clearing", 2, 2);
        assert_string_equal(fake->output.text, "");
        fake->stalled_us += 1;
        tell_progress("clearing", 2, 2);
        assert_string_equal(fake_console_screen(&fake->output), "clearing 2 of 2");
}

static void test_progress_without_a_timer(NO_STATE) {
        fake->timer_status = EFI_OUT_OF_RESOURCES;
        tell_progress("reading", 1, 2);
        assert_string_equal(fake_console_screen(&fake->output), "reading 1 of 2");
        console_close(&app.console);
}

static void test_quiet(NO_STATE) {
        begin_long_ago();
        app.console.quiet = true;
        tell_progress("reading", 1, 2);
        console_note(&app.console, "note");
        assert_int_equal(fake->output.calls, 0);
        console_problem(&app.console, "problem");
        put_text("data\n");
        assert_string_equal(fake->output.text, "problem\r\ndata\r\n");
}

static void test_redirected_data_and_messages_part(NO_STATE) {
        console_init(&app.console, &fake->system, true);
        begin_long_ago();
        tell_progress("reading", 1, 2);
        put_text("data\n");
        console_note(&app.console, "note");
        console_problem(&app.console, "problem");
        assert_string_equal(fake->output.text, "data\r\n");
        assert_string_equal(fake_console_screen(&fake->errors), "note\nproblem\n");

        fake->system.StdErr = NULL;
        console_init(&app.console, &fake->system, true);
        console_problem(&app.console, "there is nowhere else");
        assert_true(fake_console_shows(&fake->output, "there is nowhere else"));
}

static void test_a_long_message_is_cut_and_ends_its_line(NO_STATE) {
        char name[2000];

        memset(name, 'n', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        console_problem(&app.console, "%s", name);
        assert_int_equal(strlen(fake->output.text), 511 + 2);
        assert_string_equal(fake->output.text + 511, "\r\n");
}

/* A file that has not everything is a failure; who looks at a screen, or does not, is nobody's verdict. */
static void test_errors_of_a_file_and_of_a_screen(NO_STATE) {
        fake->output.status = EFI_UNSUPPORTED;
        put_text("data\n");
        fake->output.status = EFI_DEVICE_ERROR;
        put_text("data\n");
        assert_int_equal(app.console.error, 0);

        console_init(&app.console, &fake->system, true);
        fake->stalled_us = 0;
        assert_error(put(text_view("data\n")), ERR_IO);
        fake->output.status = EFI_VOLUME_FULL;
        assert_error(put(text_view("data\n")), ERR_NO_SPACE);
        fake->output.status = EFI_SUCCESS;
        put_text("data\n");
        assert_error(app.console.error, ERR_IO);
        assert_int_equal(fake->stalled_us, 0);
}

/* A screen without some letter is no failure. */
static void test_an_unknown_glyph_is_a_warning(NO_STATE) {
        fake->output.status = EFI_WARN_UNKOWN_GLYPH;
        put_text("data\n");
        assert_int_equal(app.console.error, 0);
}

static void assert_answer(const CHAR16 *typed, unsigned waits, bool wanted, const char *echo) {
        fake->keys.typed = typed;
        fake->keys.waits = waits;
        fake->keys.calls = 0;
        fake->stalled_us = 0;
        fake_console_forget(&fake->output);
        assert_int_equal(console_ask(&app.console, "Sure?"), wanted);
        assert_string_equal(fake_console_screen(&fake->output), echo);
}

static void test_a_question(NO_STATE) {
        assert_answer(u"y", 0, true, "Sure? [y/N] yes\n");
        assert_answer(u"Y", 250, true, "Sure? [y/N] yes\n");
        assert_uint_in_range(fake->stalled_us, 2480000, 2500000);
        assert_answer(u"n", 0, false, "Sure? [y/N] no\n");
        assert_answer(u"\r", 0, false, "Sure? [y/N] no\n");
        assert_answer(u"xy", 3, false, "Sure? [y/N] no\n");
}

static void test_nobody_is_there(NO_STATE) {
        assert_answer(NULL, 0, false, "Sure? [y/N] no answer\n");
        assert_uint_in_range(fake->stalled_us, 25000000, 35000000);
        assert_answer(u"y", 100000, false, "Sure? [y/N] no answer\n");
}

static void test_what_was_typed_before_is_no_answer(NO_STATE) {
        fake->keys.early = u"yyyy";
        assert_answer(u"n", 0, false, "Sure? [y/N] no\n");
        fake->keys.early = u"y";
        assert_answer(NULL, 0, false, "Sure? [y/N] no answer\n");
        fake->keys.early = u"n\r";
        assert_answer(u"\ny", 0, true, "Sure? [y/N] yes\n"); /* the end of the key before */
}

/* A key that hangs, or noise on a line. */
static void test_keys_without_end(NO_STATE) {
        CHAR16 noise[5000];

        for (size_t i = 0; i < 4999; i++)
                noise[i] = 'x';
        noise[4999] = 0;
        fake->keys.early = noise;
        assert_answer(NULL, 0, false, "Sure? [y/N] no\n");
        assert_uint_in_range(fake->keys.calls, 1000, 2000);
}

static void assert_keys(const CHAR16 *typed, size_t count, const int *wanted) {
        fake->keys.typed = typed;
        for (size_t i = 0; i < count; i++)
                assert_int_equal(keys_wait(&app.console, 1000000), wanted[i]);
        assert_int_equal(keys_wait(&app.console, 1000000), KEY_NONE);
}

#define ASSERT_KEYS(typed, ...)                                                                              \
        assert_keys(typed, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), (const int[]){ __VA_ARGS__ })

static void test_keys(NO_STATE) {
        ASSERT_KEYS(u"a\r\nb\nc\r\rd", 'a', KEY_ENTER, 'b', KEY_ENTER, 'c', KEY_ENTER, KEY_ENTER, 'd');
        ASSERT_KEYS(((CHAR16[]){ FAKE_SCAN(SCAN_UP), FAKE_SCAN(SCAN_PAGE_DOWN), FAKE_SCAN(SCAN_ESC),
                                 FAKE_SCAN(SCAN_DELETE), 0x7f, '\b', FAKE_SCAN(0), 'x', 0 }),
                    KEY_UP, KEY_PAGE_DOWN, KEY_ESCAPE, KEY_BACKSPACE, KEY_BACKSPACE, KEY_BACKSPACE, 'x');
}

static void test_the_shell_ends_it(NO_STATE) {
        fake_firmware_type(fake, (const CHAR16 *const[]){ NULL });
        fake->break_after = 3;
        console_init(&app.console, &fake->system, false);
        put_text("one\ntwo\n");
        assert_false(console_interrupted(&app.console));
        assert_error(put(text_view("three\n")), ERR_INTERRUPTED);
        assert_error(put(text_view("four\n")), ERR_INTERRUPTED); /* though the event is over */
        assert_error(keys_wait(&app.console, KEYS_FOR_EVER), ERR_INTERRUPTED);
        assert_int_equal(app.console.error, 0);
        console_problem(&app.console, "interrupted");
        assert_string_equal(fake_console_screen(&fake->output), "one\ntwo\ninterrupted\n");
        assert_false(fake->break_passed_on);
        console_close(&app.console);
        assert_true(fake->break_passed_on);
}

/* Nobody waits for a keyboard that is not there. */
static void test_no_keyboard(NO_STATE) {
        fake->system.ConIn = NULL;
        console_init(&app.console, &fake->system, false);
        assert_answer(u"y", 0, false, "Sure? [y/N] no answer\n");
        fake->system.ConIn = &fake->keys.protocol;
        fake->system.ConsoleInHandle = NULL;
        console_init(&app.console, &fake->system, false);
        assert_answer(u"y", 0, false, "Sure? [y/N] no answer\n");
        assert_int_equal(fake->stalled_us, 0);
        assert_int_equal(fake->keys.calls, 0);
        assert_false(console_has_person(&app.console));
}

/* What nobody can see is no failure. */
static void test_no_screen(NO_STATE) {
        fake->system.ConOut = NULL;
        console_init(&app.console, &fake->system, false);
        console_problem(&app.console, "problem");
        assert_string_equal(fake_console_screen(&fake->errors), "problem\n");
        fake->system.StandardErrorHandle = NULL; /* and a pointer that nothing is behind */
        fake->system.StdErr = (void *) 1;
        console_init(&app.console, &fake->system, false);
        console_note(&app.console, "note");
        console_problem(&app.console, "problem");
        begin_long_ago();
        tell_progress("reading", 2, 2);
        put_text("data\n");
        assert_false(console_ask(&app.console, "Sure?"));
        assert_int_equal(app.console.error, 0);
        assert_false(console_has_person(&app.console));
        console_close(&app.console);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_lines_end_as_a_terminal_wants_them),
                TEST(test_what_is_no_text_becomes_visible),
                TEST(test_nothing_is_nothing),
                TEST(test_text_of_any_length_arrives_whole),
                TEST(test_a_progress_line_is_erased_by_what_follows),
                TEST(test_a_shorter_progress_line_covers_a_longer_one),
                TEST(test_a_long_progress_line_is_cut),
                TEST(test_progress_of_what_is_soon_over),
                TEST(test_progress_behind_a_question),
                TEST(test_progress_without_a_timer),
                TEST(test_quiet),
                TEST(test_redirected_data_and_messages_part),
                TEST(test_a_long_message_is_cut_and_ends_its_line),
                TEST(test_errors_of_a_file_and_of_a_screen),
                TEST(test_an_unknown_glyph_is_a_warning),
                TEST(test_a_question),
                TEST(test_nobody_is_there),
                TEST(test_what_was_typed_before_is_no_answer),
                TEST(test_keys_without_end),
                TEST(test_keys),
                TEST(test_the_shell_ends_it),
                TEST(test_no_keyboard),
                TEST(test_no_screen),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
