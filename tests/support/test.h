/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* cmocka wants these before its own header, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocator.h"
#include "base/arith.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "posix/memory.h"

/* cmocka has it since 2.0, and has deprecated the other name since then. */
#ifndef assert_uint_in_range
#define assert_uint_in_range assert_in_range
#endif

/* The parameter of a test that needs nothing of its group's: `static void test_…(NO_STATE)`. */
#define NO_STATE void **state __attribute__((unused))

/* An error by its name, so that a failed assertion can be read. */
#define assert_error(got, wanted) assert_string_equal(error_name(got), error_name(wanted))
#define assert_ok(got)            test_assert_ok((got), __FILE__, __LINE__)

void test_assert_ok(int result, const char *file, int line);

/* Fails the test, with the text, when `wanted` is not in it. */
void test_assert_contains(const char *text, const char *wanted);

size_t test_count_lines(const char *text);

/* The whole file, malloc()ed; fails the test when it cannot be read. The caller frees .data. */
struct bytes test_read_file(const char *path);

/* "<CORPUS>/<path>", or NULL when the folder of real tables and stores is not there: skip the test then. */
const char *test_corpus(const char *path);

/* "tests/data/<path>" relative to the current folder, which is the root of the tree. */
const char *test_data(const char *path);

/* A pseudo-random generator with a fixed start, so that a failure comes again. */
struct test_random {
        uint64_t state;
};
uint64_t test_random_next(struct test_random *random);
void test_random_fill(struct test_random *random, void *data, size_t size);
