/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <zlib.h>

#include "base/crc32.h"

static void test_known_values(NO_STATE) {
        assert_int_equal(bytes_crc32(bytes_of("", 0)), 0);
        assert_int_equal(bytes_crc32(bytes_of("123456789", 9)), 0xcbf43926);
}

static void test_against_zlib(NO_STATE) {
        uint8_t bytes[300];

        srand(1);
        for (size_t size = 0; size <= sizeof(bytes); size++) {
                for (size_t i = 0; i < size; i++)
                        bytes[i] = (uint8_t) rand();
                assert_int_equal(bytes_crc32(bytes_of(bytes, size)), crc32(0, bytes, (uInt) size));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_known_values),
                cmocka_unit_test(test_against_zlib),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
