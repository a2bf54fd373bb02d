/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/outlet.h"
#include "tests/efi-app/fixture.h"

/* A screen that takes everything, and a terminal beside it whose line is slow, stuck or dead. */

#define LINES 400

static struct outlet outlet;

static void begin(void) {
        fake_firmware_split(fake);
        outlet_init(&outlet, &fake->boot, &fake->output.protocol, OUTLET_CONSOLE);
}

static void set_reader(uint64_t every_us, size_t reads) {
        fake->terminal.line.every_us = every_us;
        fake->terminal.line.reads = reads;
        fake->terminal.line.read_at_us = fake->stalled_us;
}

static void put_line(size_t number) {
        char line[160];

        snprintf(line, sizeof(line), "<4>[%5zu.000000] line %zu of a log%s\n%s", number, number,
                 number % 7 == 0 ? " that is longer than the others, and than eighty columns, too" : "",
                 number % 5 == 0 ? "\n" : "");
        assert_ok(outlet_put(&outlet, text_view(line)));
}

static void put_lines(size_t count) {
        for (size_t i = 0; i < count; i++)
                put_line(i);
}

/* All is done, and what is still in the line arrives. */
static void end(void) {
        outlet_close(&outlet);
        fake->stalled_us += 10000000;
        if (fake->terminal.line.clock_us) {
                UINT32 control;

                fake->terminal.line.protocol.GetControl(&fake->terminal.line.protocol, &control);
        }
}

static size_t lines_of(const struct fake_console *console) {
        size_t count = 0;

        for (const char *at = console->text; (at = strstr(at, " of a log")); at++)
                count++;
        return count;
}

static void test_both_get_every_byte_once(NO_STATE) {
        begin();
        set_reader(1000, 16);
        put_lines(LINES);
        end();
        assert_int_equal(lines_of(&fake->screen), LINES);
        assert_string_equal(fake->terminal.text, fake->screen.text);
        assert_null(strstr(fake->screen.text, "missing"));
}

/* Each of these stops at other units of other lines. */
static void test_readers_of_all_kinds(NO_STATE) {
        static const struct {
                uint64_t every_us;
                size_t reads;
        } readers[] = { { 200, 1 }, { 20000, 16 }, { 3000, 3 }, { 40000, 5 }, { 900000, 16 } };

        for (size_t i = 0; i < 5; i++) {
                finish(NULL);
                start(NULL);
                begin();
                set_reader(readers[i].every_us, readers[i].reads);
                put_lines(10);
                end();
                assert_int_equal(lines_of(&fake->screen), 10);
                assert_string_equal(fake->terminal.text, fake->screen.text);
        }
}

static void test_nobody_reads(NO_STATE) {
        begin();
        put_lines(LINES);
        assert_int_equal(lines_of(&fake->screen), LINES);
        assert_uint_in_range(fake->stalled_us, 1, 1100000);
        outlet_close(&outlet);
        assert_uint_in_range(fake->stalled_us, 1, 2200000);
        assert_null(strstr(fake->screen.text, "missing"));
}

/* One that is away for a while hears where it missed something, and at the end how much in all. */
static void test_a_reader_that_comes_back(NO_STATE) {
        begin();
        set_reader(1000, 16);
        put_lines(5);
        set_reader(0, 0);
        put_lines(20);
        set_reader(1000, 16);
        fake->stalled_us += 1000;
        put_lines(3);
        end();
        assert_int_equal(lines_of(&fake->screen), 28);
        assert_non_null(
                strstr(fake->terminal.text,
                       "\r\n[lines missing here, as this console did not take them: 25]\r\n"
                       "\r\n<4>[    1.000000] line 1 of a log\r\n<4>[    2.000000] line 2 of a log\r\n"));
        assert_non_null(strstr(fake->terminal.text,
                               "[lines missing above, as this console did not take them: 25]\r\n"));
        assert_null(strstr(fake->screen.text, "missing"));
}

static void test_the_last_line_comes_when_there_is_a_reader_again(NO_STATE) {
        begin();
        put_lines(3);
        set_reader(500000, 16);
        end();
        assert_non_null(
                strstr(fake->terminal.text, "[lines missing above, as this console did not take them: 4]"));
}

/* One that takes a little now and then costs its share of time, and no more. */
static void test_patience_ends(NO_STATE) {
        begin();
        set_reader(900000, 1);
        put_lines(LINES);
        outlet_close(&outlet);
        assert_int_equal(lines_of(&fake->screen), LINES);
        assert_uint_in_range(fake->stalled_us, 20000000, 33000000);
}

/* Firmware that does not tell its devices: the console has to take what it refuses now and then. */
static void test_a_console_alone(NO_STATE) {
        outlet_init(&outlet, &fake->boot, &fake->output.protocol, OUTLET_CONSOLE);
        put_lines(50);
        outlet_init(&outlet, &fake->boot, &fake->errors.protocol, OUTLET_ERRORS);
        fake->errors.refuses_every = 7;
        put_lines(50);
        end();
        assert_string_equal(fake->errors.text, fake->output.text);
}

static void test_a_console_that_is_dead_or_has_no_mode(NO_STATE) {
        outlet_init(&outlet, &fake->boot, &fake->output.protocol, OUTLET_CONSOLE);
        fake->output.status = EFI_TIMEOUT;
        fake->output.protocol.Mode = NULL;
        put_lines(LINES);
        outlet_close(&outlet);
        assert_uint_in_range(fake->stalled_us, 1, 2200000);
        assert_int_equal(fake->output.length, 0);
}

/* The shell was told to show nothing: what is behind its console is not for us either. */
static void test_a_console_that_does_not_want_it(NO_STATE) {
        begin();
        fake->output.status = EFI_UNSUPPORTED;
        put_lines(LINES);
        outlet_close(&outlet);
        assert_int_equal(fake->screen.length + fake->terminal.length + fake->stalled_us, 0);
}

static void test_no_memory_for_the_devices(NO_STATE) {
        fake->fail_allocation_at = 1;
        begin();
        set_reader(1000, 16);
        put_lines(3);
        assert_true(lines_of(&fake->screen) >= 3); /* the best that can be: perhaps twice */
}

static void test_the_whole_screen(NO_STATE) {
        begin();
        set_reader(1000, 16);
        outlet_colour(&outlet, EFI_RED);
        outlet_clear(&outlet);
        outlet_move(&outlet, 5, 3);
        assert_int_equal(fake->stalled_us, 0);
        fake->output.status = EFI_DEVICE_ERROR;
        outlet_move(&outlet, 6, 4);
        assert_uint_in_range(fake->stalled_us, 0, 2200000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_both_get_every_byte_once),
                TEST(test_readers_of_all_kinds),
                TEST(test_nobody_reads),
                TEST(test_a_reader_that_comes_back),
                TEST(test_the_last_line_comes_when_there_is_a_reader_again),
                TEST(test_patience_ends),
                TEST(test_a_console_alone),
                TEST(test_a_console_that_is_dead_or_has_no_mode),
                TEST(test_a_console_that_does_not_want_it),
                TEST(test_no_memory_for_the_devices),
                TEST(test_the_whole_screen),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
