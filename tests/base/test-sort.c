/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/sort.h"
#include "tests/support/test.h"

static unsigned comparisons;

static int compare(const void *left, const void *right) {
        uint64_t a = *(const uint64_t *) left, b = *(const uint64_t *) right;

        comparisons++;
        return a < b ? -1 : a > b;
}

static int compare_for_qsort(const void *left, const void *right) {
        return compare(*(void *const *) left, *(void *const *) right);
}

static void check(uint64_t *numbers, size_t count) {
        void *sorted[300], *expected[300];
        unsigned bits = 0;

        for (size_t i = 0; i < count; i++)
                sorted[i] = expected[i] = &numbers[i];
        while (count >> bits)
                bits++;
        comparisons = 0;
        sort_pointers(sorted, count, compare);
        assert_uint_in_range(comparisons, 0, 2 * count * bits);
        qsort(expected, count, sizeof(void *), compare_for_qsort);
        for (size_t i = 0; i < count; i++)
                assert_int_equal(*(uint64_t *) sorted[i], *(uint64_t *) expected[i]);
}

static void test_as_qsort(NO_STATE) {
        struct test_random random = { .state = 1964 };
        uint64_t numbers[300];

        for (size_t count = 0; count <= 300; count++)
                for (unsigned few = 0; few < 2; few++) {
                        for (size_t i = 0; i < count; i++)
                                numbers[i] = test_random_next(&random) % (few ? 7 : 100000);
                        check(numbers, count);
                }
}

static void test_sorted_and_reversed(NO_STATE) {
        uint64_t numbers[300];

        for (size_t i = 0; i < 300; i++)
                numbers[i] = i;
        check(numbers, 300);
        for (size_t i = 0; i < 300; i++)
                numbers[i] = 300 - i;
        check(numbers, 300);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_as_qsort),
                cmocka_unit_test(test_sorted_and_reversed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
