/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

void test_assert_ok(int result, const char *file, int line) {
        if (result >= 0)
                return;
        print_error("%s: %s\n", error_name(result), error_text(result));
        _assert_true(0, "result >= 0", file, line);
}

void test_assert_contains(const char *text, const char *wanted) {
        if (!strstr(text, wanted))
                fail_msg("no '%s' in: %s", wanted, text);
}

size_t test_count_lines(const char *text) {
        size_t count = 0;

        for (; *text; text++)
                count += *text == '\n';
        return count;
}

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t test_random_next(struct test_random *random) {
        uint64_t z = random->state += 0x9e3779b97f4a7c15;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
}

void test_random_fill(struct test_random *random, void *data, size_t size) {
        for (size_t i = 0; i < size; i++)
                ((uint8_t *) data)[i] = (uint8_t) test_random_next(random);
}
