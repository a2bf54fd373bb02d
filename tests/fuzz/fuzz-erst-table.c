/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as an ERST table. What must hold: the verdict depends on the bytes alone; an accepted table gives
 * every entry, each with a register that may be used, and all entries belong to exactly one action; a refused
 * one names a place inside of the input; the judge neither depends on nor exceeds the room it is given.
 */
#include <string.h>

#include "acpi/erst-table.h"
#include "base/arith.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"

#define FINDINGS_MAX 256

static void check_entry(const struct erst_table *table, size_t index) {
        struct gas_fault fault;
        struct erst_entry entry;
        size_t position, found = SIZE_MAX;

        fuzz_check(erst_table_entry(table, index, &entry) == 0);
        fuzz_check(entry.instruction < ERST_INSTRUCTION_COUNT);
        fuzz_check(strcmp(erst_instruction_name(entry.instruction), "UNKNOWN") != 0);
        if (erst_instruction_has_register(entry.instruction)) {
                unsigned bits = gas_access_bits(&entry.register_region);

                fuzz_check(gas_check(&entry.register_region, &fault) == 0);
                fuzz_check(bits == 8 || bits == 16 || bits == 32 || bits == 64);
                fuzz_check(entry.register_region.bit_offset <= bits);
        }
        for (position = 0; found != index; position++)
                fuzz_check(erst_table_find(table, entry.action, position, &found) == 0 && found <= index);
        fuzz_check(position <= erst_table_action_length(table, entry.action));
}

static void check_accepted(const struct erst_table *table, size_t size) {
        struct erst_finding findings[FINDINGS_MAX];
        struct erst_entry entry;
        size_t entries = 0, count;

        fuzz_check(table->raw.size <= size);
        fuzz_check(ERST_HEADER_SIZE + table->entry_count * ERST_ENTRY_SIZE <= table->raw.size);
        fuzz_check(table->entry_count <= ERST_ENTRIES_MAX);
        fuzz_check(table->checksum_ok == (acpi_checksum(table->raw) == 0));
        for (size_t i = 0; i < table->entry_count; i++)
                check_entry(table, i);
        fuzz_check(erst_table_entry(table, table->entry_count, &entry) == ERR_INVALID_ARGUMENT);
        for (unsigned action = 0; action < 256; action++)
                entries += erst_table_action_length(table, (uint8_t) action);
        fuzz_check(entries == table->entry_count);
        count = erst_table_judge(table, findings, FINDINGS_MAX);
        fuzz_check(count == erst_table_judge(table, NULL, 0));
        for (size_t i = 0; i < size_min(count, FINDINGS_MAX); i++) {
                fuzz_check(findings[i].entry >= -1 && findings[i].entry < (int) table->entry_count);
                fuzz_check(findings[i].text && findings[i].section);
        }
}

static void check_refused(int error, const struct erst_fault *fault, size_t size) {
        fuzz_check(error_group(error) == ERROR_GROUP_INPUT);
        fuzz_check(fault->offset <= size);
        fuzz_check(fault->entry >= -1);
        fuzz_check(fault->field && fault->reason);
        if (fault->entry >= 0) {
                size_t start = ERST_HEADER_SIZE + (size_t) fault->entry * ERST_ENTRY_SIZE;

                fuzz_check(fault->offset >= start && fault->offset < start + ERST_ENTRY_SIZE);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct erst_table untouched = { .entry_count = SIZE_MAX };
        struct erst_table table = untouched, again = untouched;
        struct erst_fault fault = { 0 }, fault_again = { 0 };
        int r = erst_table_parse(bytes_of(data, size), &table, &fault);

        fuzz_check(r == erst_table_parse(bytes_of(data, size), &again, &fault_again));
        fuzz_check(table.entry_count == again.entry_count && table.raw.data == again.raw.data);
        fuzz_check(fault.offset == fault_again.offset && fault.field == fault_again.field);
        if (r >= 0) {
                fuzz_check(!fault.field);
                check_accepted(&table, size);
        } else {
                fuzz_check(table.entry_count == SIZE_MAX);
                check_refused(r, &fault, size);
        }
        return 0;
}
