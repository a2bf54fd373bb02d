/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What the tests of shared code use of cmocka (https://cmocka.org), with its names and meanings, for
 * firmware, where that library is not: tests/firmware/cmocka.c.
 */

struct CMUnitTest {
        const char *name;
        void (*test)(void **state);
        int (*setup)(void **state);
        int (*teardown)(void **state);
        void *initial_state;
};

#define cmocka_unit_test(test)                                                                               \
        { #test, test, NULL, NULL, NULL }
#define cmocka_unit_test_setup(test, setup)                                                                  \
        { #test, test, setup, NULL, NULL }
#define cmocka_unit_test_setup_teardown(test, setup, teardown)                                               \
        { #test, test, setup, teardown, NULL }
#define cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, state)                               \
        { #test, test, setup, teardown, state }

/* How many failed. */
#define cmocka_run_group_tests(tests, setup, teardown)                                                       \
        firmware_run_group(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
int firmware_run_group(const struct CMUnitTest *tests, size_t count, int (*setup)(void **state),
                       int (*teardown)(void **state));

void print_message(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define print_error print_message

_Noreturn void firmware_fail(const char *file, int line, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
_Noreturn void firmware_skip(void);

#define fail_msg(...) firmware_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail()        fail_msg("failed")
#define skip()        firmware_skip()

void _assert_true(uintmax_t result, const char *expression, const char *file, int line);
void firmware_assert_equal(uintmax_t left, uintmax_t right, const char *expression, const char *file,
                           int line);
void firmware_assert_differs(uintmax_t left, uintmax_t right, const char *expression, const char *file,
                             int line);
void firmware_assert_in_range(uintmax_t value, uintmax_t low, uintmax_t high, const char *file, int line);
void firmware_assert_strings(const char *left, const char *right, int equal, const char *file, int line);
void firmware_assert_memory(const void *left, const void *right, size_t size, int equal, const char *file,
                            int line);

#define FIRMWARE_PLACE         __FILE__, __LINE__
#define assert_true(c)         _assert_true(!!(c), #c, FIRMWARE_PLACE)
#define assert_false(c)        _assert_true(!(c), "not " #c, FIRMWARE_PLACE)
#define assert_null(p)         _assert_true((p) == NULL, #p " is NULL", FIRMWARE_PLACE)
#define assert_non_null(p)     _assert_true((p) != NULL, #p, FIRMWARE_PLACE)
#define assert_int_equal(a, b) firmware_assert_equal((uintmax_t) (a), (uintmax_t) (b), #a, FIRMWARE_PLACE)
#define assert_int_not_equal(a, b)                                                                           \
        firmware_assert_differs((uintmax_t) (a), (uintmax_t) (b), #a, FIRMWARE_PLACE)
#define assert_ptr_equal(a, b) firmware_assert_equal((uintptr_t) (a), (uintptr_t) (b), #a, FIRMWARE_PLACE)
#define assert_in_range(value, low, high)                                                                    \
        firmware_assert_in_range((uintmax_t) (value), (uintmax_t) (low), (uintmax_t) (high), FIRMWARE_PLACE)
#define assert_string_equal(a, b)           firmware_assert_strings(a, b, 1, FIRMWARE_PLACE)
#define assert_string_not_equal(a, b)       firmware_assert_strings(a, b, 0, FIRMWARE_PLACE)
#define assert_memory_equal(a, b, size)     firmware_assert_memory(a, b, size, 1, FIRMWARE_PLACE)
#define assert_memory_not_equal(a, b, size) firmware_assert_memory(a, b, size, 0, FIRMWARE_PLACE)
