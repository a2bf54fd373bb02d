/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as an ERST table. What must hold: the verdict depends on the bytes alone; an accepted table gives
 * every entry, each with a register that may be used, and all entries belong to exactly one action; a refused
 * one names a place inside of the input; the judge neither depends on nor exceeds the room it is given.
 */
#include <stdlib.h>
#include <string.h>

#include "acpi/erst-table.h"
#include "base/arith.h"
#include "base/error.h"

#define FINDINGS_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
        if (!condition)
                abort();
}

static void check_entry(const struct erst_table *table, size_t index) {
        struct gas_fault fault;
        struct erst_entry entry;
        size_t position, found = SIZE_MAX;

        require(erst_table_entry(table, index, &entry) == 0);
        require(entry.instruction < ERST_INSTRUCTION_COUNT);
        require(strcmp(erst_instruction_name(entry.instruction), "UNKNOWN") != 0);
        if (erst_instruction_has_register(entry.instruction)) {
                unsigned bits = gas_access_bits(&entry.register_region);

                require(gas_check(&entry.register_region, &fault) == 0);
                require(bits == 8 || bits == 16 || bits == 32 || bits == 64);
                require(entry.register_region.bit_offset <= bits);
        }
        for (position = 0; found != index; position++)
                require(erst_table_find(table, entry.action, position, &found) == 0 && found <= index);
        require(position <= erst_table_action_length(table, entry.action));
}

static void check_accepted(const struct erst_table *table, size_t size) {
        struct erst_finding findings[FINDINGS_MAX];
        struct erst_entry entry;
        size_t entries = 0, count;

        require(table->raw.size <= size);
        require(ERST_HEADER_SIZE + table->entry_count * ERST_ENTRY_SIZE <= table->raw.size);
        require(table->entry_count <= ERST_ENTRIES_MAX);
        require(table->checksum_ok == (acpi_checksum(table->raw) == 0));
        for (size_t i = 0; i < table->entry_count; i++)
                check_entry(table, i);
        require(erst_table_entry(table, table->entry_count, &entry) == ERR_INVALID_ARGUMENT);
        for (unsigned action = 0; action < 256; action++)
                entries += erst_table_action_length(table, (uint8_t) action);
        require(entries == table->entry_count);
        count = erst_table_judge(table, findings, FINDINGS_MAX);
        require(count == erst_table_judge(table, NULL, 0));
        for (size_t i = 0; i < size_min(count, FINDINGS_MAX); i++) {
                require(findings[i].entry >= -1 && findings[i].entry < (int) table->entry_count);
                require(findings[i].text && findings[i].section);
        }
}

static void check_refused(int error, const struct erst_fault *fault, size_t size) {
        require(error_group(error) == ERROR_GROUP_INPUT);
        require(fault->offset <= size);
        require(fault->entry >= -1);
        require(fault->field && fault->reason);
        if (fault->entry >= 0) {
                size_t start = ERST_HEADER_SIZE + (size_t) fault->entry * ERST_ENTRY_SIZE;

                require(fault->offset >= start && fault->offset < start + ERST_ENTRY_SIZE);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct erst_table untouched = { .entry_count = SIZE_MAX };
        struct erst_table table = untouched, again = untouched;
        struct erst_fault fault = { 0 }, fault_again = { 0 };
        int r = erst_table_parse(bytes_of(data, size), &table, &fault);

        require(r == erst_table_parse(bytes_of(data, size), &again, &fault_again));
        require(table.entry_count == again.entry_count && table.raw.data == again.raw.data);
        require(fault.offset == fault_again.offset && fault.field == fault_again.field);
        if (r >= 0) {
                require(!fault.field);
                check_accepted(&table, size);
        } else {
                require(table.entry_count == SIZE_MAX);
                check_refused(r, &fault, size);
        }
        return 0;
}
