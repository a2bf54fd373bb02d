/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/table.h"
#include "tests/support/erst-builder.h"

#define RSDP   0x100
#define RSDT   0x200
#define XSDT   0x304
#define TABLE  0x400
#define OTHER  0x500
#define MEMORY 0x1000

struct machine {
        uint8_t memory[MEMORY];
        unsigned copies, fail_at;
        uint64_t highest; /* the end of what was read */
};

static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        struct machine *machine = context;

        if (++machine->copies == machine->fail_at || address > MEMORY || size > MEMORY - address)
                return ERR_IO;
        memcpy(destination, machine->memory + address, size);
        if (address + size > machine->highest)
                machine->highest = address + size;
        return 0;
}

static void put_table(struct machine *machine, uint64_t address, const char *signature, uint32_t size) {
        uint8_t *table = machine->memory + address;

        memcpy(table, signature, 4);
        store_u32(table + 4, size);
        erst_builder_fix_checksum(table, size, 9);
}

static void put_rsdp(struct machine *machine, uint8_t revision, uint32_t rsdt, uint64_t xsdt) {
        uint8_t *rsdp = machine->memory + RSDP;

        memset(rsdp, 0, 36);
        memcpy(rsdp, "RSD PTR ", 8);
        rsdp[15] = revision;
        store_u32(rsdp + 16, rsdt);
        erst_builder_fix_checksum(rsdp, 20, 8);
        if (revision < 2) { /* what lies behind a revision 0 structure is not its own */
                memset(rsdp + 20, 0x55, 16);
                return;
        }
        store_u32(rsdp + 20, 36);
        store_u64(rsdp + 24, xsdt);
        erst_builder_fix_checksum(rsdp, 36, 32);
}

/* Both root tables name a null table, another table, and the ERST. */
static void build(struct machine *machine) {
        memset(machine, 0, sizeof(*machine));
        put_rsdp(machine, 2, RSDT, XSDT);
        store_u32(machine->memory + RSDT + 40, OTHER);
        store_u32(machine->memory + RSDT + 44, TABLE);
        put_table(machine, RSDT, "RSDT", 48);
        store_u64(machine->memory + XSDT + 44, OTHER);
        store_u64(machine->memory + XSDT + 52, TABLE);
        put_table(machine, XSDT, "XSDT", 60);
        put_table(machine, OTHER, "BERT", 36);
        put_table(machine, TABLE, "ERST", 100);
}

static int find(struct machine *machine, const char *signature, void *buffer, size_t capacity, size_t *size) {
        struct acpi_io io = { .context = machine, .copy_from = copy_from };

        return acpi_find_table(&io, RSDP, signature, buffer, capacity, size);
}

static int find_erst(struct machine *machine) {
        uint8_t buffer[200];
        size_t size = 12345;
        int r = find(machine, "ERST", buffer, sizeof(buffer), &size);

        assert_int_equal(size, r < 0 ? 12345 : 100);
        if (r >= 0)
                assert_memory_equal(buffer, machine->memory + TABLE, 100);
        return r;
}

static void test_header_fields(NO_STATE) {
        struct erst_builder builder;
        struct acpi_header header;
        struct bytes table;

        erst_builder_init(&builder);
        table = erst_builder_finish(&builder);
        assert_ok(acpi_header_load(table, &header));
        assert_memory_equal(header.signature, "ERST", 4);
        assert_int_equal(header.length, 48);
        assert_int_equal(header.revision, 1);
        assert_memory_equal(header.oem_id, "PSTORE", 6);
        assert_memory_equal(header.oem_table_id, "FAKEERST", 8);
        assert_int_equal(header.oem_revision, 1);
        assert_memory_equal(header.creator_id, "TEST", 4);
        assert_int_equal(header.creator_revision, 1);
        assert_int_equal(acpi_checksum(table), 0);
        assert_int_equal(header.checksum, table.data[9]);
        assert_error(acpi_header_load(bytes_first(table, 35), &header), ERR_TRUNCATED);
}

static void test_found_through_the_xsdt(NO_STATE) {
        struct machine machine;

        build(&machine);
        store_u32(machine.memory + RSDT + 44, OTHER); /* the RSDT knows no ERST */
        assert_ok(find_erst(&machine));
}

static void test_found_through_the_rsdt(NO_STATE) {
        struct machine machine;

        build(&machine);
        put_rsdp(&machine, 0, RSDT, 0);
        assert_ok(find_erst(&machine));
        build(&machine);
        put_rsdp(&machine, 2, RSDT, 0);
        assert_ok(find_erst(&machine));
}

static void test_revision_0_is_not_read_behind_its_20_bytes(NO_STATE) {
        struct machine machine;

        build(&machine);
        memset(machine.memory, 0, sizeof(machine.memory));
        put_rsdp(&machine, 0, 0, 0);
        assert_error(find_erst(&machine), ERR_NOT_FOUND);
        assert_int_equal(machine.highest, RSDP + 20);
}

static void test_absent_table_is_not_found(NO_STATE) {
        struct machine machine;

        build(&machine);
        memcpy(machine.memory + TABLE, "EINJ", 4);
        assert_error(find_erst(&machine), ERR_NOT_FOUND);
}

static void test_small_buffer_learns_the_size(NO_STATE) {
        struct machine machine;
        uint8_t buffer[100];
        size_t size = 0;

        build(&machine);
        assert_error(find(&machine, "ERST", buffer, 99, &size), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(size, 100);
        assert_ok(find(&machine, "ERST", buffer, size, &size));
}

static void test_wrong_rsdp_is_refused(NO_STATE) {
        struct machine machine;

        build(&machine);
        machine.memory[RSDP] ^= 1;
        assert_error(find_erst(&machine), ERR_SIGNATURE);
        build(&machine);
        put_rsdp(&machine, 0, RSDT, 0);
        machine.memory[RSDP + 16] ^= 1;
        assert_error(find_erst(&machine), ERR_CHECKSUM);
        build(&machine);
        machine.memory[RSDP + 33] ^= 1; /* covered by the extended checksum alone */
        assert_error(find_erst(&machine), ERR_CHECKSUM);
}

static void test_wrong_root_table_is_refused(NO_STATE) {
        struct machine machine;

        build(&machine);
        memcpy(machine.memory + XSDT, "RSDT", 4);
        assert_error(find_erst(&machine), ERR_SIGNATURE);
        build(&machine);
        store_u32(machine.memory + XSDT + 4, 35);
        assert_error(find_erst(&machine), ERR_LENGTH);
        build(&machine);
        store_u32(machine.memory + XSDT + 4, 36 + 8 * (ACPI_ROOT_ENTRIES_MAX + 1));
        assert_error(find_erst(&machine), ERR_TOO_LARGE);
        build(&machine);
        put_rsdp(&machine, 2, RSDT, UINT64_MAX - 8);
        assert_error(find_erst(&machine), ERR_LENGTH);
}

static void test_wrong_table_length_is_refused(NO_STATE) {
        struct machine machine;

        build(&machine);
        store_u32(machine.memory + TABLE + 4, 35);
        assert_error(find_erst(&machine), ERR_LENGTH);
        store_u32(machine.memory + TABLE + 4, ACPI_TABLE_SIZE_MAX + 1);
        assert_error(find_erst(&machine), ERR_TOO_LARGE);
}

static void test_each_failing_read_is_reported(NO_STATE) {
        struct machine machine;
        unsigned n = 0;
        int r;

        do {
                build(&machine);
                machine.fail_at = ++n;
                r = find_erst(&machine);
                if (r < 0)
                        assert_error(r, ERR_IO);
        } while (r < 0);
        /* RSDP twice, header, three addresses, two signatures, header, table */
        assert_int_equal(n, 11);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_header_fields),
                cmocka_unit_test(test_found_through_the_xsdt),
                cmocka_unit_test(test_found_through_the_rsdt),
                cmocka_unit_test(test_revision_0_is_not_read_behind_its_20_bytes),
                cmocka_unit_test(test_absent_table_is_not_found),
                cmocka_unit_test(test_small_buffer_learns_the_size),
                cmocka_unit_test(test_wrong_rsdp_is_refused),
                cmocka_unit_test(test_wrong_root_table_is_refused),
                cmocka_unit_test(test_wrong_table_length_is_refused),
                cmocka_unit_test(test_each_failing_read_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
