/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/erst-table.h"
#include "tests/support/erst-builder.h"

static void build(struct erst_builder *builder) {
        erst_builder_init(builder);
        ERST_BUILDER_ADD(builder, ERST_END_OPERATION, ERST_WRITE_REGISTER_VALUE, .flags = 1, .reserved = 0,
                         .register_region = { GAS_SPACE_IO, 8, 0, 1, 0xb2 }, .value = 0x1122334455667788,
                         .mask = 0xff);
        ERST_BUILDER_ADD(builder, ERST_ACTION_RESERVED, ERST_NOOP);
        ERST_BUILDER_ADD(builder, ERST_END_OPERATION, ERST_READ_REGISTER,
                         .register_region = erst_builder_memory(0x2000, 64), .mask = UINT64_MAX);
        erst_builder_finish(builder);
}

static struct bytes raw_of(struct erst_builder *builder) {
        return bytes_of(builder->raw, ERST_HEADER_SIZE + builder->count * ERST_ENTRY_SIZE);
}

static void test_good_table_gives_its_entries(NO_STATE) {
        struct erst_builder builder;
        struct erst_table table;
        struct erst_entry entry;
        struct erst_fault fault = { .field = "untouched" };

        build(&builder);
        assert_ok(erst_table_parse(raw_of(&builder), &table, &fault));
        assert_string_equal(fault.field, "untouched");
        assert_true(table.checksum_ok);
        assert_int_equal(table.entry_count, 3);
        assert_int_equal(table.header.length, 48 + 3 * 32);
        assert_ok(erst_table_entry(&table, 0, &entry));
        assert_int_equal(entry.action, ERST_END_OPERATION);
        assert_int_equal(entry.instruction, ERST_WRITE_REGISTER_VALUE);
        assert_int_equal(entry.flags, 1);
        assert_int_equal(entry.register_region.space, GAS_SPACE_IO);
        assert_int_equal(entry.register_region.address, 0xb2);
        assert_int_equal(entry.value, 0x1122334455667788);
        assert_int_equal(entry.mask, 0xff);
        assert_error(erst_table_entry(&table, 3, &entry), ERR_INVALID_ARGUMENT);
        assert_error(erst_table_entry(&table, SIZE_MAX, &entry), ERR_INVALID_ARGUMENT);
}

static void test_instructions_of_an_action_need_not_be_adjacent(NO_STATE) {
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;
        size_t index = 99;

        build(&builder);
        assert_ok(erst_table_parse(raw_of(&builder), &table, &fault));
        assert_int_equal(erst_table_action_length(&table, ERST_END_OPERATION), 2);
        assert_int_equal(erst_table_action_length(&table, ERST_BEGIN_READ_OPERATION), 0);
        assert_ok(erst_table_find(&table, ERST_END_OPERATION, 1, &index));
        assert_int_equal(index, 2);
        assert_error(erst_table_find(&table, ERST_END_OPERATION, 2, &index), ERR_NOT_FOUND);
        assert_int_equal(index, 2);
}

static void assert_fault(struct bytes raw, int error, int entry, size_t offset, const char *field) {
        struct erst_table table = { .entry_count = 77 };
        struct erst_fault fault = { 0 };

        assert_error(erst_table_parse(raw, &table, &fault), error);
        assert_string_equal(fault.field, field);
        assert_int_equal(fault.entry, entry);
        assert_int_equal(fault.offset, offset);
        assert_non_null(fault.reason);
        assert_int_equal(table.entry_count, 77);
}

static void test_header_faults_name_offset_and_field(NO_STATE) {
        struct erst_builder builder;

        build(&builder);
        assert_fault(bytes_of("", 0), ERR_TRUNCATED, -1, 0, "header");
        assert_fault(bytes_first(raw_of(&builder), 47), ERR_TRUNCATED, -1, 47, "header");
        assert_fault(bytes_first(raw_of(&builder), 143), ERR_TRUNCATED, -1, 4, "length");
        builder.raw[3] = 'S';
        assert_fault(raw_of(&builder), ERR_SIGNATURE, -1, 0, "signature");
        build(&builder);
        store_u32(builder.raw + 4, 47);
        assert_fault(raw_of(&builder), ERR_LENGTH, -1, 4, "length");
        build(&builder);
        store_u32(builder.raw + 36, 36);
        assert_fault(raw_of(&builder), ERR_VALUE, -1, 36, "serialization header size");
        build(&builder);
        store_u32(builder.raw + 44, 4);
        assert_fault(raw_of(&builder), ERR_LENGTH, -1, 44, "instruction entry count");
        store_u32(builder.raw + 44, 2);
        assert_fault(raw_of(&builder), ERR_LENGTH, -1, 44, "instruction entry count");
        store_u32(builder.raw + 44, UINT32_MAX);
        assert_fault(raw_of(&builder), ERR_LENGTH, -1, 44, "instruction entry count");
}

static void test_too_many_entries_are_refused(NO_STATE) {
        size_t size = ERST_HEADER_SIZE + (ERST_ENTRIES_MAX + 1) * ERST_ENTRY_SIZE;
        uint8_t *raw = calloc(1, size);

        erst_builder_write_header(raw, ERST_ENTRIES_MAX + 1);
        assert_fault(bytes_of(raw, size), ERR_TOO_LARGE, -1, 44, "instruction entry count");
        free(raw);
}

/* Also of an action that is never run: Linux turns ERST off for one bad entry (HiSilicon D06). */
static void test_entry_faults_name_entry_offset_and_field(NO_STATE) {
        struct erst_builder builder;
        size_t entry = ERST_HEADER_SIZE + 2 * ERST_ENTRY_SIZE;

        build(&builder);
        builder.raw[entry + 1] = 0x13;
        assert_fault(raw_of(&builder), ERR_INSTRUCTION, 2, entry + 1, "instruction");
        build(&builder);
        store_u64(builder.raw + entry + 8, 0);
        assert_fault(raw_of(&builder), ERR_VALUE, 2, entry + 8, "address");
        build(&builder);
        builder.raw[entry + 7] = 0;
        assert_fault(raw_of(&builder), ERR_VALUE, 2, entry + 7, "access size");
        build(&builder);
        builder.raw[entry + 6] = 1;
        assert_fault(raw_of(&builder), ERR_VALUE, 2, entry + 5, "bit width");
        build(&builder);
        builder.raw[entry + 4] = 3;
        assert_fault(raw_of(&builder), ERR_VALUE, 2, entry + 4, "address space");
        build(&builder);
        builder.raw[entry] = 0xff;
        builder.raw[entry + 1] = 0xff;
        assert_fault(raw_of(&builder), ERR_INSTRUCTION, 2, entry + 1, "instruction");
}

static void test_registers_of_five_instructions_are_not_looked_at(NO_STATE) {
        static const bool without[ERST_INSTRUCTION_COUNT] = {
                [ERST_NOOP] = true,  [ERST_ADD] = true,  [ERST_SUBTRACT] = true,
                [ERST_STALL] = true, [ERST_GOTO] = true,
        };

        for (uint8_t i = 0; i < ERST_INSTRUCTION_COUNT; i++) {
                struct erst_builder builder;
                struct erst_table table;
                struct erst_fault fault;

                erst_builder_init(&builder);
                ERST_BUILDER_ADD(&builder, ERST_ACTION_RESERVED, i);
                assert_int_equal(erst_table_parse(erst_builder_finish(&builder), &table, &fault),
                                 without[i] ? 0 : ERR_VALUE);
                assert_int_equal(erst_instruction_has_register(i), !without[i]);
        }
        assert_false(erst_instruction_has_register(ERST_INSTRUCTION_COUNT));
}

static void test_lenient_where_linux_is(NO_STATE) {
        uint8_t raw[ERST_HEADER_SIZE + 3 * ERST_ENTRY_SIZE + 40] = { 0 };
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;

        build(&builder);
        memcpy(raw, builder.raw, sizeof(raw) - 40);
        store_u32(raw + 36, 48);
        assert_ok(erst_table_parse(bytes_of(raw, sizeof(raw)), &table, &fault));
        assert_false(table.checksum_ok);
        assert_int_equal(table.raw.size, sizeof(raw) - 40);
        store_u32(raw + 4, sizeof(raw) - 40 + 31);
        assert_ok(erst_table_parse(bytes_of(raw, sizeof(raw)), &table, &fault));
        assert_int_equal(table.entry_count, 3);
        store_u32(raw + 4, sizeof(raw) - 40 + 32);
        assert_error(erst_table_parse(bytes_of(raw, sizeof(raw)), &table, &fault), ERR_LENGTH);
        raw[ERST_HEADER_SIZE] = 0x42; /* an unknown action */
        store_u32(raw + 4, sizeof(raw) - 40);
        assert_ok(erst_table_parse(bytes_of(raw, sizeof(raw)), &table, &fault));
}

static void test_names_are_the_specifications(NO_STATE) {
        assert_string_equal(erst_action_name(0), "BEGIN_WRITE_OPERATION");
        assert_string_equal(erst_action_name(0x0c), "RESERVED");
        assert_string_equal(erst_action_name(0x10), "GET_EXECUTE_OPERATION_TIMINGS");
        assert_string_equal(erst_action_name(0x11), "UNKNOWN");
        assert_string_equal(erst_instruction_name(0), "READ_REGISTER");
        assert_string_equal(erst_instruction_name(0x0e), "SKIP_NEXT_INSTRUCTION_IF_TRUE");
        assert_string_equal(erst_instruction_name(0x12), "MOVE_DATA");
        assert_string_equal(erst_instruction_name(0x13), "UNKNOWN");
        for (uint8_t i = 0; i <= ERST_GET_EXECUTE_OPERATION_TIMINGS; i++)
                assert_string_not_equal(erst_action_name(i), "UNKNOWN");
        for (uint8_t i = 0; i < ERST_INSTRUCTION_COUNT; i++)
                assert_string_not_equal(erst_instruction_name(i), "UNKNOWN");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good_table_gives_its_entries),
                cmocka_unit_test(test_instructions_of_an_action_need_not_be_adjacent),
                cmocka_unit_test(test_header_faults_name_offset_and_field),
                cmocka_unit_test(test_too_many_entries_are_refused),
                cmocka_unit_test(test_entry_faults_name_entry_offset_and_field),
                cmocka_unit_test(test_registers_of_five_instructions_are_not_looked_at),
                cmocka_unit_test(test_lenient_where_linux_is),
                cmocka_unit_test(test_names_are_the_specifications),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
