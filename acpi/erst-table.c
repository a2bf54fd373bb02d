/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-table.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

/* ACPI 6.5, 18.5: behind the ACPI header */
#define TABLE_LENGTH      4
#define TABLE_HEADER_SIZE 36
#define TABLE_ENTRY_COUNT 44

/* ACPI 6.5, 18.5.1.2 */
#define ENTRY_ACTION      0
#define ENTRY_INSTRUCTION 1
#define ENTRY_FLAGS       2
#define ENTRY_RESERVED    3
#define ENTRY_REGISTER    4
#define ENTRY_VALUE       16
#define ENTRY_MASK        24

/* The size of the serialization header alone (25 of 31 machines), or with the ACPI header before it. */
#define SERIALIZATION_HEADER_ALONE 12

static const char *const action_names[] = {
        [ERST_BEGIN_WRITE_OPERATION] = "BEGIN_WRITE_OPERATION",
        [ERST_BEGIN_READ_OPERATION] = "BEGIN_READ_OPERATION",
        [ERST_BEGIN_CLEAR_OPERATION] = "BEGIN_CLEAR_OPERATION",
        [ERST_END_OPERATION] = "END_OPERATION",
        [ERST_SET_RECORD_OFFSET] = "SET_RECORD_OFFSET",
        [ERST_EXECUTE_OPERATION] = "EXECUTE_OPERATION",
        [ERST_CHECK_BUSY_STATUS] = "CHECK_BUSY_STATUS",
        [ERST_GET_COMMAND_STATUS] = "GET_COMMAND_STATUS",
        [ERST_GET_RECORD_IDENTIFIER] = "GET_RECORD_IDENTIFIER",
        [ERST_SET_RECORD_IDENTIFIER] = "SET_RECORD_IDENTIFIER",
        [ERST_GET_RECORD_COUNT] = "GET_RECORD_COUNT",
        [ERST_BEGIN_DUMMY_WRITE_OPERATION] = "BEGIN_DUMMY_WRITE_OPERATION",
        [ERST_ACTION_RESERVED] = "RESERVED",
        [ERST_GET_ERROR_LOG_ADDRESS_RANGE] = "GET_ERROR_LOG_ADDRESS_RANGE",
        [ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH] = "GET_ERROR_LOG_ADDRESS_RANGE_LENGTH",
        [ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES] = "GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES",
        [ERST_GET_EXECUTE_OPERATION_TIMINGS] = "GET_EXECUTE_OPERATION_TIMINGS",
};

static const struct {
        const char *name;
        bool has_register;
} instructions[ERST_INSTRUCTION_COUNT] = {
        [ERST_READ_REGISTER] = { "READ_REGISTER", true },
        [ERST_READ_REGISTER_VALUE] = { "READ_REGISTER_VALUE", true },
        [ERST_WRITE_REGISTER] = { "WRITE_REGISTER", true },
        [ERST_WRITE_REGISTER_VALUE] = { "WRITE_REGISTER_VALUE", true },
        [ERST_NOOP] = { "NOOP", false },
        [ERST_LOAD_VAR1] = { "LOAD_VAR1", true },
        [ERST_LOAD_VAR2] = { "LOAD_VAR2", true },
        [ERST_STORE_VAR1] = { "STORE_VAR1", true },
        [ERST_ADD] = { "ADD", false },
        [ERST_SUBTRACT] = { "SUBTRACT", false },
        [ERST_ADD_VALUE] = { "ADD_VALUE", true },
        [ERST_SUBTRACT_VALUE] = { "SUBTRACT_VALUE", true },
        [ERST_STALL] = { "STALL", false },
        [ERST_STALL_WHILE_TRUE] = { "STALL_WHILE_TRUE", true },
        [ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE] = { "SKIP_NEXT_INSTRUCTION_IF_TRUE", true },
        [ERST_GOTO] = { "GOTO", false },
        [ERST_SET_SRC_ADDRESS_BASE] = { "SET_SRC_ADDRESS_BASE", true },
        [ERST_SET_DST_ADDRESS_BASE] = { "SET_DST_ADDRESS_BASE", true },
        [ERST_MOVE_DATA] = { "MOVE_DATA", true },
};

const char *erst_action_name(uint8_t action) {
        return action < ARRAY_SIZE(action_names) ? action_names[action] : "UNKNOWN";
}

const char *erst_instruction_name(uint8_t instruction) {
        return instruction < ERST_INSTRUCTION_COUNT ? instructions[instruction].name : "UNKNOWN";
}

bool erst_instruction_has_register(uint8_t instruction) {
        return instruction < ERST_INSTRUCTION_COUNT && instructions[instruction].has_register;
}

static int fault(struct erst_fault *ret_fault, int error, size_t offset, int entry, const char *field,
                 const char *reason) {
        *ret_fault =
                (struct erst_fault){ .offset = offset, .entry = entry, .field = field, .reason = reason };
        return error;
}

static int check_header(struct bytes raw, struct acpi_header *ret_header, struct erst_fault *ret_fault) {
        struct acpi_header header;

        if (!bytes_contain(raw, 0, ERST_HEADER_SIZE))
                return fault(ret_fault, ERR_TRUNCATED, raw.size, -1, "header", "ends before its 48 bytes");
        (void) acpi_header_load(raw, &header);
        if (memcmp(header.signature, "ERST", 4) != 0)
                return fault(ret_fault, ERR_SIGNATURE, 0, -1, "signature", "is not \"ERST\"");
        if (header.length < ERST_HEADER_SIZE)
                return fault(ret_fault, ERR_LENGTH, TABLE_LENGTH, -1, "length",
                             "is less than the header's 48");
        if (header.length > raw.size)
                return fault(ret_fault, ERR_TRUNCATED, TABLE_LENGTH, -1, "length",
                             "is more than there are bytes");
        *ret_header = header;
        return 0;
}

/*
 * The Serialization Header Size is 12 on some machines and 48 on others. The count must be exact but for
 * division: up to 31 stray bytes pass, as they do with Linux.
 */
static int check_counts(struct bytes raw, size_t *ret_count, struct erst_fault *ret_fault) {
        uint32_t header_size = bytes_u32(raw, TABLE_HEADER_SIZE), count = bytes_u32(raw, TABLE_ENTRY_COUNT);

        if (header_size != SERIALIZATION_HEADER_ALONE && header_size != ERST_HEADER_SIZE)
                return fault(ret_fault, ERR_VALUE, TABLE_HEADER_SIZE, -1, "serialization header size",
                             "is neither 12 nor 48");
        if (count != (raw.size - ERST_HEADER_SIZE) / ERST_ENTRY_SIZE)
                return fault(ret_fault, ERR_LENGTH, TABLE_ENTRY_COUNT, -1, "instruction entry count",
                             "does not agree with the table's length");
        if (count > ERST_ENTRIES_MAX)
                return fault(ret_fault, ERR_TOO_LARGE, TABLE_ENTRY_COUNT, -1, "instruction entry count",
                             "is more than 4096");
        *ret_count = count;
        return 0;
}

static size_t entry_offset(size_t index) {
        return ERST_HEADER_SIZE + index * ERST_ENTRY_SIZE;
}

static int check_entry(const struct erst_table *table, size_t index, struct erst_fault *ret_fault) {
        struct gas_fault gas_fault;
        struct erst_entry entry;
        int r = erst_table_entry(table, index, &entry);

        if (r < 0)
                return ERR_BUG;
        if (entry.instruction >= ERST_INSTRUCTION_COUNT)
                return fault(ret_fault, ERR_INSTRUCTION, entry_offset(index) + ENTRY_INSTRUCTION, (int) index,
                             "instruction", "is none of the nineteen");
        if (!erst_instruction_has_register(entry.instruction))
                return 0;
        r = gas_check(&entry.register_region, &gas_fault);
        if (r < 0)
                return fault(ret_fault, r, entry_offset(index) + ENTRY_REGISTER + gas_fault.offset,
                             (int) index, gas_fault.field, gas_fault.reason);
        return 0;
}

int erst_table_parse(struct bytes raw, struct erst_table *ret_table, struct erst_fault *ret_fault) {
        struct erst_table table;
        int r = check_header(raw, &table.header, ret_fault);

        if (r < 0)
                return r;
        table.raw = bytes_first(raw, table.header.length);
        table.checksum_ok = acpi_checksum(table.raw) == 0;
        r = check_counts(table.raw, &table.entry_count, ret_fault);
        if (r < 0)
                return r;
        for (size_t i = 0; i < table.entry_count; i++) {
                r = check_entry(&table, i, ret_fault);
                if (r < 0)
                        return r;
        }
        *ret_table = table;
        return 0;
}

int erst_table_entry(const struct erst_table *table, size_t index, struct erst_entry *ret_entry) {
        struct erst_entry entry;
        struct bytes raw;

        if (index >= table->entry_count ||
            bytes_slice(table->raw, entry_offset(index), ERST_ENTRY_SIZE, &raw) < 0)
                return ERR_INVALID_ARGUMENT;
        entry.action = bytes_u8(raw, ENTRY_ACTION);
        entry.instruction = bytes_u8(raw, ENTRY_INSTRUCTION);
        entry.flags = bytes_u8(raw, ENTRY_FLAGS);
        entry.reserved = bytes_u8(raw, ENTRY_RESERVED);
        (void) gas_load(raw, ENTRY_REGISTER, &entry.register_region);
        entry.value = bytes_u64(raw, ENTRY_VALUE);
        entry.mask = bytes_u64(raw, ENTRY_MASK);
        *ret_entry = entry;
        return 0;
}

static uint8_t action_of(const struct erst_table *table, size_t index) {
        return bytes_u8(table->raw, entry_offset(index) + ENTRY_ACTION);
}

int erst_table_find(const struct erst_table *table, uint8_t action, size_t position, size_t *ret_index) {
        for (size_t i = 0; i < table->entry_count; i++) {
                if (action_of(table, i) != action)
                        continue;
                if (position == 0) {
                        *ret_index = i;
                        return 0;
                }
                position--;
        }
        return ERR_NOT_FOUND;
}

size_t erst_table_action_length(const struct erst_table *table, uint8_t action) {
        size_t length = 0;

        for (size_t i = 0; i < table->entry_count; i++)
                length += action_of(table, i) == action;
        return length;
}
