/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/bert.h"
#include "acpi/gas.h"
#include "efi-app/acpi-hardware.h"
#include "tests/efi-app/fixture.h"
#include "tests/support/erst-builder.h"

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

/* --- BERT ---------------------------------------------------------------------------------------- */

static struct {
        uint8_t rsdp[36], xsdt[44], table[48];
        _Alignas(EFI_PAGE_SIZE) uint8_t region[2 * EFI_PAGE_SIZE];
} machine;

static void put_table(uint8_t *table, const char *signature, uint32_t size) {
        memcpy(table, signature, 4);
        store_u32(table + 4, size);
}

/* A region over both pages but for the last byte, and a map that knows so many of the two. */
static void make_bert(uint64_t pages) {
        memset(&machine, 0, sizeof(machine));
        memcpy(machine.rsdp, "RSD PTR ", 8);
        machine.rsdp[15] = 2;
        store_u32(machine.rsdp + 20, sizeof(machine.rsdp));
        store_u64(machine.rsdp + 24, (uintptr_t) machine.xsdt);
        erst_builder_fix_checksum(machine.rsdp, 20, 8);
        erst_builder_fix_checksum(machine.rsdp, sizeof(machine.rsdp), 32);
        put_table(machine.xsdt, "XSDT", sizeof(machine.xsdt));
        store_u64(machine.xsdt + 36, (uintptr_t) machine.table);
        put_table(machine.table, "BERT", sizeof(machine.table));
        store_u32(machine.table + 36, sizeof(machine.region) - 1);
        store_u64(machine.table + 40, (uintptr_t) machine.region);
        machine.region[0] = 0x11;
        machine.region[sizeof(machine.region) - 2] = 0x22;
        fake->tables[0] =
                (EFI_CONFIGURATION_TABLE){ .VendorGuid = ACPI_20_TABLE_GUID, .VendorTable = machine.rsdp };
        fake->system.NumberOfTableEntries = 1;
        /* In the order that is the harder one: the second page first. */
        fake->flash.map[1] = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiReservedMemoryType,
                                                      .PhysicalStart = (uintptr_t) machine.region,
                                                      .NumberOfPages = 1 };
        fake->flash.map[0] = (EFI_MEMORY_DESCRIPTOR){
                .Type = EfiACPIMemoryNVS,
                .PhysicalStart = (uintptr_t) machine.region + EFI_PAGE_SIZE,
                .NumberOfPages = pages - 1,
        };
}

static int read_bert(struct buffer *buffer, struct fault *ret_fault) {
        *ret_fault = (struct fault){ 0 };
        return acpi_hardware_read_bert(&app, buffer, ret_fault);
}

static void test_the_region_of_bert(NO_STATE) {
        struct buffer buffer;
        struct fault fault;

        buffer_init(&buffer, &app.allocator);
        make_bert(2);
        assert_ok(read_bert(&buffer, &fault));
        assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of(machine.region, sizeof(machine.region) - 1)));
        store_u32(machine.table + 36, 0);
        assert_ok(read_bert(&buffer, &fault));
        assert_int_equal(buffer.size, 0);
        memcpy(machine.table, "TREB", 4);
        assert_error(read_bert(&buffer, &fault), ERR_NO_STORE);
        buffer_free(&buffer);
}

/* Nobody says that anything answers there. */
static void test_a_region_that_no_map_has(NO_STATE) {
        struct buffer buffer;
        struct fault fault;

        buffer_init(&buffer, &app.allocator);
        make_bert(1);
        assert_error(read_bert(&buffer, &fault), ERR_VALUE);
        assert_int_equal(fault.offset, 40);
        assert_string_equal(fault.reason, "is not in the firmware's map of memory");
        make_bert(2);
        fake->flash.map[0].Type = EfiUnusableMemory;
        assert_error(read_bert(&buffer, &fault), ERR_VALUE);
        make_bert(2);
        fake->flash.map_status = EFI_DEVICE_ERROR;
        assert_error(read_bert(&buffer, &fault), ERR_VALUE);
        fake->flash.map_status = EFI_SUCCESS;
        store_u32(machine.table + 36, BERT_REGION_MAX + 1);
        assert_error(read_bert(&buffer, &fault), ERR_LENGTH);
        assert_int_equal(fault.offset, 36);
        buffer_free(&buffer);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_memory_in_every_width),
                TEST(test_what_no_processor_can_do),
                TEST(test_the_region_of_bert),
                TEST(test_a_region_that_no_map_has),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
