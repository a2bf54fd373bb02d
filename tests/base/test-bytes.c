/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/arith.h"
#include "tests/support/test.h"

static const uint8_t digits[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10 };

static void test_loads_are_little_endian(NO_STATE) {
        struct bytes view = bytes_of(digits, sizeof(digits));
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;

        assert_ok(bytes_load_u8(view, 8, &u8));
        assert_int_equal(u8, 0x10);
        assert_ok(bytes_load_u16(view, 1, &u16));
        assert_int_equal(u16, 0x4523);
        assert_ok(bytes_load_u32(view, 1, &u32));
        assert_int_equal(u32, 0x89674523);
        assert_ok(bytes_load_u64(view, 1, &u64));
        assert_true(u64 == 0x10efcdab89674523);
        assert_true(bytes_u64(view, 0) == 0xefcdab8967452301);
}

static void test_loads_at_every_edge(NO_STATE) {
        static const size_t offsets[] = { 0, 1, 2, 5, 6, 7, 8, 9, 10, SIZE_MAX - 7, SIZE_MAX - 1, SIZE_MAX };

        for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
                struct bytes view = bytes_of(digits, sizeof(digits));
                size_t at = offsets[i];
                uint8_t u8 = 77;
                uint16_t u16 = 77;
                uint32_t u32 = 77;
                uint64_t u64 = 77;

                assert_error(bytes_load_u8(view, at, &u8), at <= 8 ? 0 : ERR_TRUNCATED);
                assert_error(bytes_load_u16(view, at, &u16), at <= 7 ? 0 : ERR_TRUNCATED);
                assert_error(bytes_load_u32(view, at, &u32), at <= 5 ? 0 : ERR_TRUNCATED);
                assert_error(bytes_load_u64(view, at, &u64), at <= 1 ? 0 : ERR_TRUNCATED);
                assert_true((u8 == 77) == (at > 8) && (u16 == 77) == (at > 7));
                assert_true((u32 == 77) == (at > 5) && (u64 == 77) == (at > 1));
                assert_true((bytes_u32(view, at) == 0) == (at > 5));
        }
}

static void test_slices(NO_STATE) {
        struct bytes view = bytes_of(digits, sizeof(digits)), slice = bytes_of(NULL, 77);

        assert_error(bytes_slice(view, 9, 1, &slice), ERR_TRUNCATED);
        assert_error(bytes_slice(view, 2, SIZE_MAX, &slice), ERR_TRUNCATED);
        assert_error(bytes_slice(view, SIZE_MAX, 2, &slice), ERR_TRUNCATED);
        assert_int_equal(slice.size, 77);
        assert_ok(bytes_slice(view, 9, 0, &slice));
        assert_int_equal(slice.size, 0);
        assert_ok(bytes_slice(view, 3, 6, &slice));
        assert_ptr_equal(slice.data, digits + 3);
        assert_int_equal(slice.size, 6);
        assert_ok(bytes_slice(bytes_of(NULL, 0), 0, 0, &slice));
        assert_null(slice.data);
}

static void test_from_and_first(NO_STATE) {
        struct bytes view = bytes_of(digits, sizeof(digits));

        assert_int_equal(bytes_from(view, 0).size, 9);
        assert_ptr_equal(bytes_from(view, 8).data, digits + 8);
        assert_int_equal(bytes_from(view, 8).size, 1);
        assert_int_equal(bytes_from(view, 9).size, 0);
        assert_int_equal(bytes_from(view, 10).size, 0);
        assert_int_equal(bytes_from(view, SIZE_MAX).size, 0);
        assert_int_equal(bytes_first(view, 4).size, 4);
        assert_int_equal(bytes_first(view, SIZE_MAX).size, 9);
}

static void test_comparisons(NO_STATE) {
        struct bytes nothing = bytes_of(NULL, 0), view = bytes_of("abc", 3);

        assert_true(bytes_equal(nothing, bytes_of("x", 0)));
        assert_false(bytes_equal(nothing, view));
        assert_true(bytes_equal(view, bytes_of("abcd", 3)));
        assert_false(bytes_equal(view, bytes_of("abd", 3)));
        assert_true(bytes_start_with(view, nothing));
        assert_true(bytes_start_with(view, bytes_of("abc", 3)));
        assert_false(bytes_start_with(view, bytes_of("abcd", 4)));
        assert_false(bytes_start_with(view, bytes_of("b", 1)));
        assert_true(bytes_end_with(view, nothing));
        assert_true(bytes_end_with(view, bytes_of("bc", 2)));
        assert_true(bytes_end_with(view, bytes_of("abc", 3)));
        assert_false(bytes_end_with(view, bytes_of("0abc", 4)));
        assert_false(bytes_end_with(view, bytes_of("ab", 2)));
        assert_true(bytes_end_with(nothing, nothing));
        assert_true(bytes_are_all(nothing, 0xff));
        assert_true(bytes_are_all(bytes_of("\xff\xff", 2), 0xff));
        assert_false(bytes_are_all(bytes_of("\xff\xfe", 2), 0xff));
}

static void test_stores_are_little_endian(NO_STATE) {
        uint8_t out[9];

        memset(out, '#', sizeof(out));
        store_u16(out, 0x2301);
        assert_memory_equal(out, "\x01\x23#", 3);
        store_u32(out, 0x67452301);
        assert_memory_equal(out, "\x01\x23\x45\x67#", 5);
        store_u64(out, 0xefcdab8967452301);
        assert_memory_equal(out, digits, 8);
        assert_int_equal(out[8], '#');
}

static void test_arithmetic(NO_STATE) {
        size_t size = 77;
        uint64_t number = 77;

        assert_false(size_add(SIZE_MAX, 1, &size));
        assert_false(size_multiply(SIZE_MAX / 2 + 1, 2, &size));
        assert_false(u64_add(UINT64_MAX, 1, &number));
        assert_false(u64_multiply(UINT64_MAX / 2 + 1, 2, &number));
        assert_true(size == 77 && number == 77);
        assert_true(size_add(SIZE_MAX - 1, 1, &size) && size == SIZE_MAX);
        assert_true(size_multiply(SIZE_MAX / 2, 2, &size) && size == SIZE_MAX - 1);
        assert_true(u64_add(UINT64_MAX - 1, 1, &number) && number == UINT64_MAX);
        assert_true(u64_multiply(3, 4, &number) && number == 12);
        assert_true(u64_shift_left(1, 63) == UINT64_C(1) << 63);
        assert_true(u64_shift_left(1, 64) == 0 && u64_shift_left(UINT64_MAX, 255) == 0);
        assert_true(u64_shift_right(UINT64_MAX, 63) == 1 && u64_shift_right(UINT64_MAX, 64) == 0);
        assert_int_equal(size_min(3, 4), 3);
        assert_int_equal(size_min(4, 3), 3);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_loads_are_little_endian),
                cmocka_unit_test(test_loads_at_every_edge),
                cmocka_unit_test(test_slices),
                cmocka_unit_test(test_from_and_first),
                cmocka_unit_test(test_comparisons),
                cmocka_unit_test(test_stores_are_little_endian),
                cmocka_unit_test(test_arithmetic),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
