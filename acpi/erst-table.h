/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/gas.h"
#include "acpi/table.h"
#include "base/bytes.h"

/*
 * The Error Record Serialization Table (ACPI 6.5, 18.5): small programs, one for each action, by which
 * the platform has its record store driven.
 */

/* ACPI 6.5, 18.5.1.1 */
enum erst_action {
        ERST_BEGIN_WRITE_OPERATION = 0x00,
        ERST_BEGIN_READ_OPERATION = 0x01,
        ERST_BEGIN_CLEAR_OPERATION = 0x02,
        ERST_END_OPERATION = 0x03,
        ERST_SET_RECORD_OFFSET = 0x04,
        ERST_EXECUTE_OPERATION = 0x05,
        ERST_CHECK_BUSY_STATUS = 0x06,
        ERST_GET_COMMAND_STATUS = 0x07,
        ERST_GET_RECORD_IDENTIFIER = 0x08,
        ERST_SET_RECORD_IDENTIFIER = 0x09,
        ERST_GET_RECORD_COUNT = 0x0a,
        ERST_BEGIN_DUMMY_WRITE_OPERATION = 0x0b,
        ERST_ACTION_RESERVED = 0x0c,
        ERST_GET_ERROR_LOG_ADDRESS_RANGE = 0x0d,
        ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH = 0x0e,
        ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES = 0x0f,
        ERST_GET_EXECUTE_OPERATION_TIMINGS = 0x10,
};

/* ACPI 6.5, 18.5.1.2 */
enum erst_instruction {
        ERST_READ_REGISTER = 0x00,
        ERST_READ_REGISTER_VALUE = 0x01,
        ERST_WRITE_REGISTER = 0x02,
        ERST_WRITE_REGISTER_VALUE = 0x03,
        ERST_NOOP = 0x04,
        ERST_LOAD_VAR1 = 0x05,
        ERST_LOAD_VAR2 = 0x06,
        ERST_STORE_VAR1 = 0x07,
        ERST_ADD = 0x08,
        ERST_SUBTRACT = 0x09,
        ERST_ADD_VALUE = 0x0a,
        ERST_SUBTRACT_VALUE = 0x0b,
        ERST_STALL = 0x0c,
        ERST_STALL_WHILE_TRUE = 0x0d,
        ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE = 0x0e,
        ERST_GOTO = 0x0f,
        ERST_SET_SRC_ADDRESS_BASE = 0x10,
        ERST_SET_DST_ADDRESS_BASE = 0x11,
        ERST_MOVE_DATA = 0x12,
        ERST_INSTRUCTION_COUNT,
};

/* In erst_entry.flags: a write keeps the bits of the register that lie outside of the mask. */
#define ERST_PRESERVE_REGISTER 0x01

/* Wire layout. Entries always start here, whatever the Serialization Header Size says (12 or 48). */
#define ERST_HEADER_SIZE 48
#define ERST_ENTRY_SIZE  32

/* The largest known table has 43 entries. */
#define ERST_ENTRIES_MAX 4096

struct erst_entry {
        uint8_t action, instruction, flags, reserved;
        struct gas register_region;
        uint64_t value, mask; /* the mask's bit 0 is the field's lowest bit: it applies after bit_offset */
};

/*
 * Holding one that erst_table_parse() filled is the proof that the table is valid. `raw` is the caller's
 * memory, cut to the table's length; it must live, unchanged, as long as the structure.
 */
struct erst_table {
        struct bytes raw;
        struct acpi_header header;
        size_t entry_count;
        bool checksum_ok;
};

/* Where a table is wrong: the offset in its bytes, the entry or -1 for the header. Static strings. */
struct erst_fault {
        size_t offset; /* never larger than the size of what was parsed */
        int entry;
        const char *field;
        const char *reason;
};

/*
 * Checks what Linux checks, so that both accept the same tables, and that ports lie within 0xffff. One bad
 * entry refuses the table, even if its action is never run. Bytes behind the table's length are ignored. A
 * wrong checksum is no failure, as it is none to Linux: see checksum_ok. Missing actions are not either.
 *
 * On failure *ret_fault says where; on success it stays untouched.
 * ERR_TRUNCATED    fewer bytes than the header or the table's own length
 * ERR_SIGNATURE    not "ERST"
 * ERR_LENGTH       the entry count and the length disagree
 * ERR_TOO_LARGE    more than ERST_ENTRIES_MAX entries
 * ERR_INSTRUCTION  an entry holds an unknown instruction
 * ERR_VALUE        any other field
 */
int erst_table_parse(struct bytes raw, struct erst_table *ret_table, struct erst_fault *ret_fault);

/* Entries 0 .. entry_count - 1 in table order; ERR_INVALID_ARGUMENT behind them. */
int erst_table_entry(const struct erst_table *table, size_t index, struct erst_entry *ret_entry);

/*
 * The table index of an action's instruction number `position` (from 0). ERR_NOT_FOUND when the action has
 * no such instruction. Entries of one action need be neither sorted nor adjacent (Dell R820: 0xB after 0xF).
 */
int erst_table_find(const struct erst_table *table, uint8_t action, size_t position, size_t *ret_index);

/* How many instructions an action has; 0: the table lacks it. */
size_t erst_table_action_length(const struct erst_table *table, uint8_t action);

/* The specification's word, or "UNKNOWN". Static storage. */
const char *erst_action_name(uint8_t action);
const char *erst_instruction_name(uint8_t instruction);

/* True when the instruction uses its register: all but NOOP, ADD, SUBTRACT, STALL and GOTO. */
bool erst_instruction_has_register(uint8_t instruction);

/*
 * An opinion about a valid table: what will not work with it, and what is odd. Nothing is run.
 */
enum erst_severity {
        FINDING_BREAKS, /* an operation cannot work */
        FINDING_WARNS,  /* not as specified, and yet it may work */
};

struct erst_finding {
        enum erst_severity severity;
        int entry;           /* or -1: not about one entry */
        int action;          /* or -1: not about one action */
        const char *text;    /* one phrase; static storage */
        const char *section; /* "ACPI 6.5, 18.5.1.1" */
};

/*
 * Writes the first `capacity` findings and returns how many there are, which may be more. Header first, then
 * missing actions, then actions that cannot do what they are for, then entries in table order. What only the
 * platform knows (the range's attributes, the timings) is judged where the table itself holds it as a
 * constant: written to a piece of memory and read from there.
 */
size_t erst_table_judge(const struct erst_table *table, struct erst_finding *findings, size_t capacity);
