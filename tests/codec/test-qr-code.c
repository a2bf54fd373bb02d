/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/qr-code.h"
#include "tests/support/qr-oracle.h"
#include "tests/support/test.h"

#define LARGEST (QR_CODEWORDS_MAX + 1)

static struct qr_code code;

/* As libqrencode and a telephone have it; where there is no libqrencode, all that is compared. */
static void test_one_symbol(NO_STATE) {
        static const char *const rows[] = {
                "#######.#####.#######", "#.....#.#.#.#.#.....#", "#.###.#.#.....#.###.#",
                "#.###.#.####..#.###.#", "#.###.#.....#.#.###.#", "#.....#.##.#..#.....#",
                "#######.#.#.#.#######", ".........####........", "##..###..#.#...#.####",
                ".##....##.#.#.#.#.#..", "...#####...#..#.#.##.", ".#.##..#.##..#..#....",
                "....#.##....#..###.##", "........#.##..#.###..", "#######..#.#.#####.#.",
                "#.....#.#...#...#..#.", "#.###.#.##.#.#.#.....", "#.###.#..##..##.##.##",
                "#.###.#...##....#.#..", "#.....#.##.....#.....", "#######.#...#....#..#",
        };

        assert_ok(qr_code_encode(text_view("pstore-fw 1/1"), 1, QR_LEVEL_L, &code));
        assert_int_equal(code.width, ARRAY_SIZE(rows));
        for (unsigned y = 0; y < code.width; y++)
                for (unsigned x = 0; x < code.width; x++)
                        if (qr_code_is_dark(&code, x, y) != (rows[y][x] == '#'))
                                fail_msg("the module in column %u of row %u", x, y);
}

/* Table 7 of the standard. */
static void test_capacities(NO_STATE) {
        static const struct {
                unsigned version;
                size_t l, m;
        } rows[] = {
                { 1, 17, 14 },      { 2, 32, 26 },      { 6, 134, 106 },   { 7, 154, 122 },
                { 9, 230, 180 },    { 10, 271, 213 },   { 25, 1273, 997 }, { 27, 1465, 1125 },
                { 32, 1952, 1538 }, { 40, 2953, 2331 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(qr_code_capacity(rows[i].version, QR_LEVEL_L), rows[i].l);
                assert_int_equal(qr_code_capacity(rows[i].version, QR_LEVEL_M), rows[i].m);
        }
        for (unsigned version = 2; version <= QR_VERSION_MAX; version++)
                assert_true(qr_code_capacity(version, QR_LEVEL_M) >
                            qr_code_capacity(version - 1, QR_LEVEL_M));
}

static void test_what_is_refused(NO_STATE) {
        uint8_t text[18] = "";

        code.width = 77;
        assert_error(qr_code_encode(bytes_of(text, 1), 0, QR_LEVEL_L, &code), ERR_INVALID_ARGUMENT);
        assert_error(qr_code_encode(bytes_of(text, 1), 41, QR_LEVEL_L, &code), ERR_INVALID_ARGUMENT);
        assert_error(qr_code_encode(bytes_of(text, 18), 1, QR_LEVEL_L, &code), ERR_TOO_LARGE);
        assert_error(qr_code_encode(bytes_of(text, 15), 1, QR_LEVEL_M, &code), ERR_TOO_LARGE);
        assert_int_equal(code.width, 77);
        assert_ok(qr_code_encode(bytes_of(text, 0), 1, QR_LEVEL_M, &code));
        assert_int_equal(code.width, 21);
}

static void compare(struct bytes text, unsigned version, enum qr_level level) {
        const char *difference = qr_compare(text, version, level);

        if (difference)
                fail_msg("%zu bytes in version %u, level %c: %s differs", text.size, version, "LM"[level],
                         difference);
}

static void test_every_version_as_libqrencode_has_it(NO_STATE) {
        static const enum qr_level levels[] = { QR_LEVEL_L, QR_LEVEL_M };
        static uint8_t text[LARGEST];
        struct test_random random = { 1 };

        if (!qr_oracle_is_there())
                skip();
        for (unsigned version = 1; version <= QR_VERSION_MAX; version++)
                for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
                        size_t capacity = qr_code_capacity(version, levels[i]);
                        const size_t sizes[] = {
                                1,        capacity / 2, capacity - 1,
                                capacity, capacity + 1, 1 + test_random_next(&random) % capacity
                        };

                        for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
                                test_random_fill(&random, text, sizes[j]);
                                compare(bytes_of(text, sizes[j]), version, levels[i]);
                        }
                }
}

/* All zeros, all ones and patterns make masks of which the best is decided by one feature or another. */
static void test_lopsided_texts_as_libqrencode_has_them(NO_STATE) {
        static uint8_t text[LARGEST];

        if (!qr_oracle_is_there())
                skip();
        for (unsigned value = 0; value < 256; value += 15)
                for (unsigned version = 1; version <= 14; version++) {
                        memset(text, (int) value, sizeof(text));
                        compare(bytes_of(text, qr_code_capacity(version, QR_LEVEL_L)), version, QR_LEVEL_L);
                        compare(bytes_of(text, qr_code_capacity(version, QR_LEVEL_M) / 3), version,
                                QR_LEVEL_M);
                }
}

/* Of the share of dark modules: one without rounding has another mask. */
static void test_a_share_that_is_rounded_as_libqrencode_does_it(NO_STATE) {
        if (!qr_oracle_is_there())
                skip();
        compare(text_view("GGGGGGGGGGGGGGGGGGGGGGGG"), 2, QR_LEVEL_M);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_symbol),
                cmocka_unit_test(test_capacities),
                cmocka_unit_test(test_what_is_refused),
                cmocka_unit_test(test_every_version_as_libqrencode_has_it),
                cmocka_unit_test(test_lopsided_texts_as_libqrencode_has_them),
                cmocka_unit_test(test_a_share_that_is_rounded_as_libqrencode_does_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
