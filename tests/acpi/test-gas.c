/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/gas.h"

static struct gas good(void) {
        return (struct gas){ .space = GAS_SPACE_MEMORY, .bit_width = 32, .access = 3, .address = 0x1000 };
}

static void test_load_takes_every_field(NO_STATE) {
        const uint8_t raw[] = { 0xee, 1, 16, 3, 2, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
        struct gas gas;

        assert_ok(gas_load(bytes_of(raw, sizeof(raw)), 1, &gas));
        assert_int_equal(gas.space, 1);
        assert_int_equal(gas.bit_width, 16);
        assert_int_equal(gas.bit_offset, 3);
        assert_int_equal(gas.access, 2);
        assert_int_equal(gas.address, 0x1122334455667788);
        assert_error(gas_load(bytes_of(raw, sizeof(raw)), 2, &gas), ERR_TRUNCATED);
        assert_int_equal(gas.space, 1);
}

static void test_access_width_follows_the_code(NO_STATE) {
        static const unsigned bits[] = { 0, 8, 16, 32, 64, 0 };

        for (uint8_t code = 0; code < ARRAY_SIZE(bits); code++) {
                struct gas gas = { .bit_width = 8, .access = code, .address = 0x1000 };

                assert_int_equal(gas_access_bits(&gas), bits[code]);
        }
        assert_int_equal(gas_access_bits(&(struct gas){ .access = 255 }), 0);
}

/* HP ProLiant: 64 bits by word access, at an address that is a multiple of 8. */
static void test_too_small_access_is_widened_where_aligned(NO_STATE) {
        struct gas gas = { .bit_width = 64, .access = 2, .address = 0xe8028 };

        assert_int_equal(gas_access_bits(&gas), 64);
        gas.address = 0xe802c;
        assert_int_equal(gas_access_bits(&gas), 16);
        gas.bit_width = 32;
        assert_int_equal(gas_access_bits(&gas), 32);
        gas.bit_offset = 1;
        assert_int_equal(gas_access_bits(&gas), 16);
        gas = (struct gas){ .bit_width = 16, .access = 1, .address = 0x1000 };
        assert_int_equal(gas_access_bits(&gas), 8);
        gas = (struct gas){ .bit_width = 32, .access = 4, .address = 0x1000 };
        assert_int_equal(gas_access_bits(&gas), 64);
}

static void assert_fault(struct gas gas, size_t offset, const char *field) {
        struct gas_fault fault = { 0 };

        assert_error(gas_check(&gas, &fault), ERR_VALUE);
        assert_string_equal(fault.field, field);
        assert_int_equal(fault.offset, offset);
        assert_non_null(fault.reason);
}

static void test_check_names_the_field(NO_STATE) {
        struct gas_fault fault = { .field = "untouched" };
        struct gas gas = good();

        assert_ok(gas_check(&gas, &fault));
        assert_string_equal(fault.field, "untouched");
        gas.address = 0;
        assert_fault(gas, 4, "address");
        gas = good();
        gas.access = 0;
        assert_fault(gas, 3, "access size");
        gas.access = 5;
        assert_fault(gas, 3, "access size");
        gas = good();
        gas.bit_offset = 1;
        assert_fault(gas, 1, "bit width");
        gas = good();
        gas.bit_width = gas.bit_offset = 255;
        assert_fault(gas, 1, "bit width");
        gas = good();
        gas.space = 2;
        assert_fault(gas, 0, "address space");
}

static void test_ports_end_at_ffff(NO_STATE) {
        struct gas gas = { .space = GAS_SPACE_IO, .bit_width = 8, .access = 1, .address = 0xffff };
        struct gas_fault fault;

        assert_ok(gas_check(&gas, &fault));
        gas.access = 2;
        assert_fault(gas, 4, "address");
        gas.access = 1;
        gas.address = 0x10000;
        assert_fault(gas, 4, "address");
        gas.address = UINT64_MAX;
        assert_fault(gas, 4, "address");
}

static void test_unassigned_register_wraps(NO_STATE) {
        struct gas gas = { .bit_width = 32, .access = 3, .address = UINT64_MAX };
        struct gas_fault fault;

        assert_ok(gas_check(&gas, &fault));
        assert_true(gas_wraps(&gas));
        gas.address = UINT64_MAX - 4;
        assert_false(gas_wraps(&gas));
        gas.address = UINT64_MAX - 2;
        assert_true(gas_wraps(&gas));
}

static void test_alignment_is_to_the_access(NO_STATE) {
        struct gas gas = { .bit_width = 32, .access = 3, .address = 0x1002 };

        assert_true(gas_is_unaligned(&gas));
        gas.address = 0x1004;
        assert_false(gas_is_unaligned(&gas));
        gas = (struct gas){ .bit_width = 8, .access = 1, .address = 0x1003 };
        assert_false(gas_is_unaligned(&gas));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_load_takes_every_field),
                cmocka_unit_test(test_access_width_follows_the_code),
                cmocka_unit_test(test_too_small_access_is_widened_where_aligned),
                cmocka_unit_test(test_check_names_the_field),
                cmocka_unit_test(test_ports_end_at_ffff),
                cmocka_unit_test(test_unassigned_register_wraps),
                cmocka_unit_test(test_alignment_is_to_the_access),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
