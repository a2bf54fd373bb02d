/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* pipe2() */
#include "tests/support/test.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "linux-tool/output/message.h"

/*
 * Standard error is a pipe that is taken for a terminal, and the clock goes when it is told to: of libc's
 * functions a program's own come first.
 */

static int terminal, saved;
static uint64_t now_ms;

int isatty(int fd) {
        return fd == STDERR_FILENO;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time) {
        (void) clock;
        *ret_time = (struct timespec){ .tv_sec = (time_t) (now_ms / 1000),
                                       .tv_nsec = (long) (now_ms % 1000 * 1000000) };
        return 0;
}

static int begin(NO_STATE) {
        int ends[2];

        assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
        terminal = ends[0];
        saved = dup(STDERR_FILENO);
        assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        close(ends[1]);
        now_ms += 1000000;
        return 0;
}

static int end(NO_STATE) {
        message_progress_end();
        fflush(stderr);
        dup2(saved, STDERR_FILENO);
        close(saved);
        close(terminal);
        return 0;
}

static void tell(const char *activity, size_t done, size_t total) {
        observer_tell(&message_progress, activity, done, total);
}

static void assert_seen(const char *wanted) {
        char seen[512];
        ssize_t size;

        fflush(stderr);
        size = read(terminal, seen, sizeof(seen) - 1);
        seen[size > 0 ? size : 0] = '\0';
        assert_string_equal(seen, wanted);
}

static void test_what_is_soon_over_is_not_shown(NO_STATE) {
        for (size_t i = 0; i < 5; i++, now_ms += 100)
                tell("reading", i, 0);
        message_progress_end();
        assert_seen("");
}

static void test_what_takes_longer_is_shown(NO_STATE) {
        tell("reading", 1, 0);
        now_ms += 499;
        tell("reading", 2, 0);
        assert_seen("");
        now_ms += 1;
        tell("reading", 3, 0);
        assert_seen("reading 3");
        tell("saving", 1, 20);
        assert_seen("\r\033[Ksaving 1 of 20");
        message_progress_end();
        assert_seen("\r\033[K");
}

/* A message in between is no end of what goes on. */
static void test_a_message_takes_it_away(NO_STATE) {
        tell("reading", 1, 0);
        message_error("one");
        assert_seen("pstore-fw: one\n");
        now_ms += 500;
        tell("reading", 2, 0);
        message_error("two");
        assert_seen("reading 2\r\033[Kpstore-fw: two\n");
        tell("reading", 3, 0);
        assert_seen("reading 3");
}

/* The time in which somebody was asked is not the next work's. */
static void test_an_end_begins_anew(NO_STATE) {
        tell("reading", 1, 0);
        now_ms += 1000;
        tell("reading", 2, 0);
        message_progress_end();
        assert_seen("reading 2\r\033[K");
        now_ms += 1000;
        tell("saving", 1, 2);
        assert_seen("");
}

static void test_quiet(NO_STATE) {
        message_set_quiet(true);
        tell("reading", 1, 0);
        now_ms += 1000;
        tell("reading", 2, 0);
        message_note("note");
        message_set_quiet(false);
        assert_seen("");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_is_soon_over_is_not_shown),
                TEST(test_what_takes_longer_is_shown),
                TEST(test_a_message_takes_it_away),
                TEST(test_an_end_begins_anew),
                TEST(test_quiet),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
