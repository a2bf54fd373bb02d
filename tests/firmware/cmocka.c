/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/firmware/firmware.h"

#define LINE_MAX 1024

enum outcome {
        OUTCOME_PASSED,
        OUTCOME_FAILED,
        OUTCOME_SKIPPED,
};

struct firmware_tally firmware_tally;

static const char *running; /* the test; NULL: a group's setup or teardown */
static jmp_buf way_out;

/* --- what a test says --------------------------------------------------------------------------- */

static void say_list(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

static void say_list(const char *format, va_list arguments) {
        char line[LINE_MAX];
        struct text text = TEXT_ON(line);

        text_format_list(&text, format, arguments);
        firmware_print(line);
}

void print_message(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        say_list(format, arguments);
        va_end(arguments);
}

void firmware_fail(const char *file, int line, const char *format, ...) {
        va_list arguments;

        print_message("FAILED: %s: %s:%d: ", running ? running : "around the tests", file, line);
        va_start(arguments, format);
        say_list(format, arguments);
        va_end(arguments);
        firmware_print("\n");
        longjmp(way_out, OUTCOME_FAILED);
}

void firmware_skip(void) {
        longjmp(way_out, OUTCOME_SKIPPED);
}

void abort(void) {
        fail_msg("abort()");
}

/* --- assertions --------------------------------------------------------------------------------- */

void _assert_true(uintmax_t result, const char *expression, const char *file, int line) {
        if (!result)
                firmware_fail(file, line, "%s", expression);
}

void firmware_assert_equal(uintmax_t left, uintmax_t right, const char *expression, const char *file,
                           int line) {
        if (left != right)
                firmware_fail(file, line, "%s: %llx is not %llx", expression, (unsigned long long) left,
                              (unsigned long long) right);
}

void firmware_assert_differs(uintmax_t left, uintmax_t right, const char *expression, const char *file,
                             int line) {
        if (left == right)
                firmware_fail(file, line, "%s: is %llx", expression, (unsigned long long) left);
}

void firmware_assert_in_range(uintmax_t value, uintmax_t low, uintmax_t high, const char *file, int line) {
        if (value < low || value > high)
                firmware_fail(file, line, "%llx is not in %llx..%llx", (unsigned long long) value,
                              (unsigned long long) low, (unsigned long long) high);
}

void firmware_assert_strings(const char *left, const char *right, int equal, const char *file, int line) {
        if (text_equal(left, right) != (equal != 0))
                firmware_fail(file, line, "'%s' and '%s'", left, right);
}

void firmware_assert_memory(const void *left, const void *right, size_t size, int equal, const char *file,
                            int line) {
        if ((memcmp(left, right, size) == 0) != (equal != 0))
                firmware_fail(file, line, "%zu bytes", size);
}

/* --- running ------------------------------------------------------------------------------------ */

/* What an assertion leaves by longjmp() does not come back; what is between is static or not used again. */
static enum outcome attempt(void (*test)(void **), int (*around)(void **), void **state) {
        int way = setjmp(way_out);

        if (way != 0)
                return (enum outcome) way;
        if (test)
                test(state);
        return around && around(state) != 0 ? OUTCOME_FAILED : OUTCOME_PASSED;
}

static void run_one(const struct CMUnitTest *test, void *group_state) {
        static void *state;
        enum outcome outcome;

        state = test->initial_state ? test->initial_state : group_state;
        running = test->name;
        outcome = attempt(NULL, test->setup, &state);
        if (outcome == OUTCOME_PASSED) {
                outcome = attempt(test->test, NULL, &state);
                if (attempt(NULL, test->teardown, &state) == OUTCOME_FAILED)
                        outcome = OUTCOME_FAILED;
        }
        running = NULL;
        firmware_tally.passed += outcome == OUTCOME_PASSED;
        firmware_tally.failed += outcome == OUTCOME_FAILED;
        firmware_tally.skipped += outcome == OUTCOME_SKIPPED;
}

int firmware_run_group(const struct CMUnitTest *tests, size_t count, int (*setup)(void **),
                       int (*teardown)(void **)) {
        static void *state;
        size_t failed = firmware_tally.failed;

        state = NULL;
        if (attempt(NULL, setup, &state) != OUTCOME_PASSED) {
                firmware_tally.failed += count;
                return (int) count;
        }
        for (size_t i = 0; i < count; i++)
                run_one(&tests[i], state);
        if (attempt(NULL, teardown, &state) != OUTCOME_PASSED)
                firmware_tally.failed++;
        return (int) (firmware_tally.failed - failed);
}
