/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/gas.h"
#include "efi-app/acpi-hardware.h"
#include "tests/efi-app/fixture.h"

/* Ports are nothing that a test may touch; what is refused is. */

static void test_memory_in_every_width(NO_STATE) {
        static uint64_t cell;
        const struct acpi_io io = acpi_hardware_io(&app);
        const uint64_t address = (uintptr_t) &cell, written = UINT64_C(0x1122334455667788);

        for (unsigned bits = 8; bits <= 64; bits *= 2) {
                const uint64_t mask = UINT64_MAX >> (64 - bits);
                uint64_t value = 0;

                cell = UINT64_MAX;
                assert_ok(io.write_register(io.context, GAS_SPACE_MEMORY, address, bits, written));
                assert_true(cell == ((written & mask) | ~mask)); /* and nothing beside it */
                assert_ok(io.read_register(io.context, GAS_SPACE_MEMORY, address, bits, &value));
                assert_true(value == (written & mask));
        }
}

static void test_what_no_processor_can_do(NO_STATE) {
        static const struct {
                uint8_t space;
                unsigned bits;
        } rows[] = {
                { GAS_SPACE_IO, 64 },
                { GAS_SPACE_IO, 24 },
                { GAS_SPACE_IO, 0 },
                { GAS_SPACE_MEMORY, 24 },
                { GAS_SPACE_MEMORY, 0 },
                { 2, 8 },
                { 0x7f, 32 },
                { 0xff, 64 },
        };
        const struct acpi_io io = acpi_hardware_io(&app);
        static uint64_t cell = 7;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint64_t value = 1;

                assert_error(
                        io.read_register(io.context, rows[i].space, (uintptr_t) &cell, rows[i].bits, &value),
                        ERR_NOT_SUPPORTED);
                assert_error(io.write_register(io.context, rows[i].space, (uintptr_t) &cell, rows[i].bits, 9),
                             ERR_NOT_SUPPORTED);
                assert_true(value == 1 && cell == 7);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_memory_in_every_width),
                TEST(test_what_no_processor_can_do),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
