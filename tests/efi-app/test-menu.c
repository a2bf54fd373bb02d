/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/run-fixture.h"

/* Somebody starts the application by itself and presses these keys; from a boot option unless `in_shell`. */
static int press(const CHAR16 *keys, bool in_shell) {
        static const CHAR16 *const no_words[] = { NULL };

        fake->keys.typed = keys;
        fake->keys.calls = 0;
        fake->keys.waits = 1; /* what was typed before is no answer */
        if (in_shell)
                return run_words(no_words);
        put_boot_current();
        fake_firmware_say(fake, NULL);
        return fake_firmware_run(fake);
}

/* In the order in which they come, whatever stands between. */
static void assert_shown_in_turn(const char *const *texts) {
        const char *at = fake->output.text;

        for (; *texts; texts++) {
                const char *found = strstr(at, *texts);

                if (!found)
                        fail_msg("\"%s\" does not come in:\n%s", *texts, at);
                at = found + strlen(*texts);
        }
}
#define SHOWN_IN_TURN(...) assert_shown_in_turn((const char *const[]){ __VA_ARGS__, NULL })

#define OOPS                                                                                                 \
        "Oops#1 Part1\n<1>[    1.000000] BUG: unable to handle page fault for address: 8\n"                  \
        "<4>[    1.000000] CPU: 2 PID: 1 Comm: x Not tainted 6.1.0-56-amd64 #1\n"                            \
        "<4>[    1.000000] RIP: 0010:foo+0x1/0x2 [bar]\n"

static void put_oops(void) {
        put_variables();
        fake_variables_put_record(&fake->variables, u"dump-type0-1-1-1709213719-D", OOPS);
        fake_variables_put_record(&fake->variables, u"dump-type0-3-1-1709213719-D",
                                  "Oops#1 Part3\n<6>[    0.500000] before\n");
}

#define OOPS_EVENT "20240229T133519Z-efi-oops1"

/* --- the first screen ----------------------------------------------------------------------------- */

static void test_what_crashed(NO_STATE) {
        put_oops();
        assert_int_equal(press(u"q", true), EXIT_DONE);
        SHOWN_IN_TURN("pstore-fw " VERSION, "  BUG: unable to handle page fault in foo",
                      "when       2024-02-29 13:35:19 UTC", "event      " OOPS_EVENT,
                      "kernel     6.1.0-56-amd64", "log        2 of 3 parts, ", "missing    2",
                      "besides    2 older events", "e  events", "q  quit", "in 30 s it dumps by itself");
        assert_int_equal(fake_volume_count(&fake->volume, ""), 0);
        assert_int_equal(fake->stalled_us, 0); /* whoever quits waits for nothing */
}

static void test_a_log_that_does_not_tell(NO_STATE) {
        put_variables();
        assert_int_equal(press(u"q", true), EXIT_DONE);
        SHOWN_IN_TURN("  the log does not tell what crashed", "kernel     not told",
                      "log        all 2 parts, ", "besides    1 older event");
}

static void test_no_records(NO_STATE) {
        assert_int_equal(press(u"q", true), EXIT_DONE);
        SHOWN_IN_TURN("  no records in efi; not on this machine: erst", "e  events");
}

/* What is wrong with a store stands below, and has all of its lines for who wants them. */
static void test_what_is_wrong(NO_STATE) {
        put_oops();
        fake_variables_put_record(&fake->variables, u"dump-type0-1-2-1709210119-C", "no zlib at all");
        assert_int_equal(press(u"mqq", true), EXIT_DONE);
        SHOWN_IN_TURN("BUG: unable", "m  messages", "efi: efi:dump-type0-1-2-1709210119-C: no log",
                      "messages");
}

static void assert_no_long_line(void) {
        const char *screen = fake_console_screen(&fake->output), *end;

        for (const char *line = screen; *line; line = end + 1) {
                end = strchr(line, '\n');
                if (!end)
                        return;
                if (end - line > 79)
                        fail_msg("%.*s", (int) (end - line), line);
        }
}

/* Each call makes a serial line send a sequence, and a screen draw its cursor: none for what stands there. */
static void test_calls_of_a_screen(NO_STATE) {
        size_t lines = 0, calls;

        put_oops();
        fake->output.calls = 0;
        assert_int_equal(press(u"q", true), EXIT_DONE);
        calls = fake->output.calls;
        for (size_t row = 0; row < FAKE_ROWS; row++)
                lines += strspn(fake->output.seen[row], " ") < FAKE_COLUMNS;
        assert_true(lines > 10);
        assert_true(calls <= 2 * lines); /* a line may be two pieces */
}

/* A terminal is no larger because firmware takes a larger mode for granted. */
static void test_a_terminal_beside_a_larger_screen(NO_STATE) {
        put_oops();
        fake_firmware_split(fake);
        fake->terminal.line.every_us = 1000;
        fake->terminal.line.reads = 16;
        fake->output.columns = fake->screen.columns = fake->terminal.columns = 100;
        fake->output.rows = fake->screen.rows = fake->terminal.rows = 31;
        assert_int_equal(press(u"lqq", true),
                         EXIT_DONE); /* the fake asserts that nothing is written beyond */
        assert_int_equal(fake->screen.wraps + fake->terminal.wraps, 0);
        assert_true(fake_console_shows(&fake->terminal, "RIP: 0010:foo"));
        assert_false(fake->output.cursor_off);
}

/* Nothing of what firmware and a log hold makes a line too long. */
static void test_long_names(NO_STATE) {
        char log[900];

        snprintf(log, sizeof(log),
                 "Panic#1 Part4000000000\n<0>[    9.0] Kernel panic - not syncing: %0500d\n"
                 "<4>[    9.0] CPU: 0 PID: 1 Comm: x Not tainted 6.1.0-%0200d #1\n",
                 1, 1);
        fake_variables_put_record(&fake->variables, u"dump-type0-1-1-1709213719-D", log);
        assert_int_equal(press(u"eqq", true), EXIT_DONE);
        assert_no_long_line();
}

/* --- nobody is there ------------------------------------------------------------------------------ */

static void test_without_a_key_it_dumps(NO_STATE) {
        put_variables();
        assert_int_equal(press(NULL, false), EXIT_DONE);
        assert_uint_in_range(fake->stalled_us, 39000000, 42000000); /* 30 s, and 10 for what was said */
        SHOWN_IN_TURN("in 30 s it dumps", "saved: 3 records of 2 events",
                      "press a key to go on; in 10 s it does by itself");
        assert_file(DUMPS OLD_EVENT "/dmesg.txt", "<0>[    1.000000] old\n");
}

static void test_the_settings_say_how_long(NO_STATE) {
        put_variables();
        fake_volume_put_text(&fake->volume, "EFI/pstore-fw/pstore-fw.conf", "wait = 5\nat_boot = never\n");
        assert_int_equal(press(NULL, false), EXIT_DONE);
        assert_uint_in_range(fake->stalled_us, 9000000, 11000000);
        SHOWN_IN_TURN("\\EFI\\pstore-fw\\pstore-fw.conf: line 2", "in 5 s it dumps", "saved: 3 records",
                      "in 5 s it does by itself");
}

static void test_without_a_keyboard_it_dumps_at_once(NO_STATE) {
        put_variables();
        fake->system.ConIn = NULL;
        assert_int_equal(press(NULL, false), EXIT_DONE);
        assert_int_equal(fake->stalled_us, 0);
        assert_shown("saved: 3 records of 2 events");
        assert_not_shown("it dumps by itself");
}

static void test_into_a_file_it_dumps_at_once(NO_STATE) {
        static const CHAR16 *const no_words[] = { NULL };

        put_variables();
        fake_firmware_type(fake, no_words);
        fake_firmware_redirect(fake);
        fake->keys.typed = u"q";
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_int_equal(fake->stalled_us, 0);
        assert_int_equal(fake_volume_count(&fake->volume, "manifest.json"), 2);
}

/* --- before the firmware has the screen back ------------------------------------------------------ */

static void test_what_was_said_can_be_read(NO_STATE) {
        put_variables();
        put_boot_current();
        fake_firmware_say(fake, u"list");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_uint_in_range(fake->stalled_us, 9000000, 11000000);
        assert_shown("press a key to go on");

        fake->stalled_us = 0;
        assert_int_equal(RUN(u"list"), EXIT_DONE); /* in the shell it stays on the screen */
        assert_int_equal(fake->stalled_us, 0);

        fake_firmware_say(fake, u"dump --quiet"); /* nothing was said */
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_int_equal(fake->stalled_us, 0);

        fake->system.ConIn = NULL;
        fake_firmware_say(fake, u"list");
        assert_int_equal(fake_firmware_run(fake), EXIT_DONE);
        assert_int_equal(fake->stalled_us, 0);
}

/* --- what the keys do ----------------------------------------------------------------------------- */

static void test_each_verb(NO_STATE) {
        static const struct {
                const CHAR16 *keys;
                const char *shown;
        } rows[] = {
                { u"lqq", "[    1.000000] BUG: unable" },
                { u"xqq", "modules    bar" },
                { u"rqq", OLD_EVENT },
                { u"kqq", "WARNING   efi" },
                { u"tqq", "no such store" },
                { u"zqq", "--qr: this machine has no screen" },
                { u"Lqq", "RIP: 0010:foo" },
        };

        put_oops();
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(press(rows[i].keys, true), EXIT_DONE);
                SHOWN_IN_TURN("BUG: unable to handle page fault in foo", "q  quit", rows[i].shown, "q  quit");
        }
}

static void test_dump_and_clear(NO_STATE) {
        put_oops();
        assert_int_equal(press(u"dqq", true), EXIT_DONE);
        SHOWN_IN_TURN("saved: 5 records of 3 events");
        assert_int_equal(press(u"cnqq", true), EXIT_DONE);
        assert_int_equal(fake_variables_count(&fake->variables), 5);
        assert_int_equal(press(u"cyqq", true), EXIT_DONE);
        SHOWN_IN_TURN("Clear 5 records for good? [y/N] yes", "cleared: 5 records, looked for again and gone",
                      "no records in efi");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

static void test_one_event(NO_STATE) {
        put_oops();
        assert_int_equal(press(u"e3lqcyq1dqqqq", true), EXIT_DONE);
        SHOWN_IN_TURN("BUG: unable", "the log does not tell", "the log does not tell", "One event", OLD_EVENT,
                      "[    1.000000] old", "Clear 1 record for good? [y/N] yes", "Events, the newest first",
                      OOPS_EVENT, "saved: 2 records of 1 event");
        assert_int_equal(fake_variables_count(&fake->variables), 4);
        assert_null(fake_variables_find(&fake->variables, OLD_PART));
}

static void test_many_events(NO_STATE) {
        CHAR16 name[] = u"dump-type0-1-1-17092100A0-D";

        for (CHAR16 digit = '0'; digit <= '9'; digit++) {
                name[ARRAY_SIZE(name) - 5] = digit;
                fake_variables_put_record(&fake->variables, name, "Panic#1 Part1\n<0>[    1.000000] x\n");
        }
        assert_int_equal(press(u"en1qqq", true), EXIT_DONE);
        SHOWN_IN_TURN("20240229T123330Z-", "n shows more", "A number chooses, q", "One event",
                      "20240229T123320Z-");
}

static void test_the_canary(NO_STATE) {
        assert_int_equal(press(u"pqq", true), EXIT_DONE);
        SHOWN_IN_TURN("armed: 1; reset the machine");
        fake_variables_reset(&fake->variables);
        assert_int_equal(press(u"pqq", true), EXIT_DONE);
        SHOWN_IN_TURN("came back unharmed");
        assert_int_equal(fake_variables_count(&fake->variables), 0);
}

static void test_reboot(NO_STATE) {
        assert_int_equal(press(u"bnq", true), EXIT_DONE);
        assert_int_equal(fake->resets, 0);
        assert_int_equal(press(u"byq", true), EXIT_DONE);
        assert_int_equal(fake->resets, 1);
}

/* Where the own volume takes nothing, others are offered, and taken when they are chosen. */
static void test_another_volume(NO_STATE) {
        put_variables();
        fake->has_stick = true;
        fake->volume.read_only = true;
        assert_int_equal(press(u"dqqq", true), EXIT_DONE);
        SHOWN_IN_TURN("write protected: 3 of 3 records not saved", "Volumes that can be written",
                      "fs1: STICK, 63 of 64 MiB free");
        assert_int_equal(fake_volume_count(&fake->stick, ""), 0);
        assert_int_equal(press(u"dq1qq", true), EXIT_DONE);
        SHOWN_IN_TURN("saved: 3 records of 2 events in fs1:");
        assert_int_equal(fake_volume_count(&fake->stick, "manifest.json"), 2);
        fake->volume.read_only = false;
        assert_int_equal(press(u"o2qq", true), EXIT_DONE);
        SHOWN_IN_TURN("fs0: ", "fs1: ", "saved: 3 records of 2 events in fs1:");
        assert_int_equal(fake_volume_count(&fake->volume, "manifest.json"), 0);
}

static void test_without_memory(NO_STATE) {
        for (unsigned at = 1; at < 60; at++) {
                fake_firmware_free(fake);
                fake = fake_firmware_new();
                put_oops();
                fake->fail_allocation_at = at;
                (void) press(u"elqxqqq", true);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_crashed),
                TEST(test_a_log_that_does_not_tell),
                TEST(test_no_records),
                TEST(test_what_is_wrong),
                TEST(test_calls_of_a_screen),
                TEST(test_a_terminal_beside_a_larger_screen),
                TEST(test_long_names),
                TEST(test_without_a_key_it_dumps),
                TEST(test_the_settings_say_how_long),
                TEST(test_without_a_keyboard_it_dumps_at_once),
                TEST(test_into_a_file_it_dumps_at_once),
                TEST(test_what_was_said_can_be_read),
                TEST(test_each_verb),
                TEST(test_dump_and_clear),
                TEST(test_one_event),
                TEST(test_many_events),
                TEST(test_the_canary),
                TEST(test_reboot),
                TEST(test_another_volume),
                TEST(test_without_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
