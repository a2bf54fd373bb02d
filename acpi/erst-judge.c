/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-table.h"

#include "base/arith.h"
#include "base/error.h"

#define TABLE_RESERVED 40

/* Firmware of every generation of the specification says 1: ACPI 6.5, 18.5. */
#define ERST_REVISION 1

/* Ports are 32 bits wide at most, whatever the access size code allows. */
#define PORT_BITS_MAX 32

struct report {
        struct erst_finding *findings;
        size_t capacity, count;
};

static void report_add(struct report *report, struct erst_finding finding) {
        if (report->count < report->capacity)
                report->findings[report->count] = finding;
        report->count++;
}

static bool checksum_is_wrong(const struct erst_table *table) {
        return !table->checksum_ok;
}

static bool revision_is_other(const struct erst_table *table) {
        return table->header.revision != ERST_REVISION;
}

static bool reserved_is_set(const struct erst_table *table) {
        return bytes_u32(table->raw, TABLE_RESERVED) != 0;
}

static bool bytes_are_left(const struct erst_table *table) {
        return (table->raw.size - ERST_HEADER_SIZE) % ERST_ENTRY_SIZE != 0;
}

static const struct {
        bool (*applies)(const struct erst_table *table);
        const char *text, *section;
} header_rules[] = {
        { checksum_is_wrong, "the checksum is wrong", "ACPI 6.5, 5.2.6" },
        { revision_is_other, "the revision is not 1", "ACPI 6.5, 18.5" },
        { reserved_is_set, "the reserved field is not 0", "ACPI 6.5, 18.5" },
        { bytes_are_left, "bytes are left behind the last entry", "ACPI 6.5, 18.5" },
};

static const struct {
        uint8_t action;
        enum erst_severity severity;
        const char *text;
} action_rules[] = {
        { ERST_BEGIN_WRITE_OPERATION, FINDING_WARNS,
          "missing: the platform is not told that a write begins" },
        { ERST_BEGIN_READ_OPERATION, FINDING_WARNS, "missing: the platform is not told that a read begins" },
        { ERST_BEGIN_CLEAR_OPERATION, FINDING_WARNS,
          "missing: the platform is not told that a clear begins" },
        { ERST_END_OPERATION, FINDING_WARNS, "missing: the platform is not told that an operation ended" },
        { ERST_SET_RECORD_OFFSET, FINDING_BREAKS, "missing: records can be neither written nor read" },
        { ERST_EXECUTE_OPERATION, FINDING_BREAKS, "missing: no operation can be started" },
        { ERST_CHECK_BUSY_STATUS, FINDING_BREAKS, "missing: the end of an operation cannot be seen" },
        { ERST_GET_COMMAND_STATUS, FINDING_BREAKS, "missing: the result of an operation cannot be seen" },
        { ERST_GET_RECORD_IDENTIFIER, FINDING_BREAKS, "missing: records cannot be listed" },
        { ERST_SET_RECORD_IDENTIFIER, FINDING_BREAKS, "missing: records can be neither read nor cleared" },
        { ERST_GET_RECORD_COUNT, FINDING_WARNS, "missing: records cannot be counted" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE, FINDING_BREAKS, "missing: the exchange buffer cannot be found" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH, FINDING_BREAKS,
          "missing: the exchange buffer's size is unknown" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES, FINDING_BREAKS,
          "missing: the exchange buffer's kind is unknown" },
};

static bool uses_value(const struct erst_entry *entry) {
        return entry->instruction == ERST_READ_REGISTER_VALUE ||
               entry->instruction == ERST_WRITE_REGISTER_VALUE ||
               entry->instruction == ERST_STALL_WHILE_TRUE ||
               entry->instruction == ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE;
}

static bool has_register(const struct erst_entry *entry) {
        return erst_instruction_has_register(entry->instruction);
}

static bool action_is_unknown(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return entry->action > ERST_GET_EXECUTE_OPERATION_TIMINGS;
}

static bool register_wraps(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return has_register(entry) && gas_wraps(&entry->register_region);
}

static bool port_is_too_wide(const struct erst_table *table, const struct erst_entry *entry) {
        const struct gas *gas = &entry->register_region;

        (void) table;
        return has_register(entry) && gas->space == GAS_SPACE_IO && gas_access_bits(gas) > PORT_BITS_MAX;
}

static bool register_is_unaligned(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return has_register(entry) && gas_is_unaligned(&entry->register_region);
}

static bool mask_is_empty(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return has_register(entry) && entry->mask == 0;
}

static bool mask_cuts_value(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return uses_value(entry) && entry->mask != 0 && (entry->value & ~entry->mask) != 0;
}

static bool status_is_shifted(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return entry->action == ERST_GET_COMMAND_STATUS && entry->instruction == ERST_READ_REGISTER &&
               entry->mask != 0 && (entry->mask & 1) == 0;
}

static bool jump_leaves_action(const struct erst_table *table, const struct erst_entry *entry) {
        return entry->instruction == ERST_GOTO &&
               entry->value > erst_table_action_length(table, entry->action);
}

static bool flags_are_undefined(const struct erst_table *table, const struct erst_entry *entry) {
        (void) table;
        return (entry->flags & ~ERST_PRESERVE_REGISTER) != 0 || entry->reserved != 0;
}

static const struct {
        bool (*applies)(const struct erst_table *table, const struct erst_entry *entry);
        enum erst_severity severity;
        const char *text, *section;
} entry_rules[] = {
        { action_is_unknown, FINDING_WARNS, "the action is not defined", "ACPI 6.5, 18.5.1.1" },
        { register_wraps, FINDING_BREAKS, "the register runs past the end of memory: address not assigned",
          "ACPI 6.5, 5.2.3.2" },
        { port_is_too_wide, FINDING_BREAKS, "an I/O port has at most 32 bits", "ACPI 6.5, 5.2.3.2" },
        { register_is_unaligned, FINDING_WARNS, "the register is not aligned: fine on x86 only",
          "ACPI 6.5, 5.2.3.2" },
        { mask_is_empty, FINDING_WARNS, "the mask is 0: nothing of the register is used",
          "ACPI 6.5, 18.5.1.2" },
        { mask_cuts_value, FINDING_WARNS, "the mask cannot hold the value", "ACPI 6.5, 18.5.1.2" },
        { status_is_shifted, FINDING_WARNS, "the mask leaves out bit 0: status codes may come shifted",
          "ACPI 6.5, 18.5.1.1" },
        { jump_leaves_action, FINDING_BREAKS, "the jump leaves the action", "ACPI 6.5, 18.5.1.2" },
        { flags_are_undefined, FINDING_WARNS, "undefined flags or a reserved byte are set",
          "ACPI 6.5, 18.5.1.2" },
};

static void judge_header(const struct erst_table *table, struct report *report) {
        for (size_t i = 0; i < ARRAY_SIZE(header_rules); i++)
                if (header_rules[i].applies(table))
                        report_add(report, (struct erst_finding){ .severity = FINDING_WARNS,
                                                                  .entry = -1,
                                                                  .action = -1,
                                                                  .text = header_rules[i].text,
                                                                  .section = header_rules[i].section });
}

static void judge_actions(const struct erst_table *table, struct report *report) {
        for (size_t i = 0; i < ARRAY_SIZE(action_rules); i++)
                if (erst_table_action_length(table, action_rules[i].action) == 0)
                        report_add(report, (struct erst_finding){ .severity = action_rules[i].severity,
                                                                  .entry = -1,
                                                                  .action = action_rules[i].action,
                                                                  .text = action_rules[i].text,
                                                                  .section = "ACPI 6.5, 18.5.1.1" });
}

static void judge_entry(const struct erst_table *table, size_t index, struct report *report) {
        struct erst_entry entry;

        if (erst_table_entry(table, index, &entry) < 0)
                return;
        for (size_t i = 0; i < ARRAY_SIZE(entry_rules); i++)
                if (entry_rules[i].applies(table, &entry))
                        report_add(report, (struct erst_finding){ .severity = entry_rules[i].severity,
                                                                  .entry = (int) index,
                                                                  .action = entry.action,
                                                                  .text = entry_rules[i].text,
                                                                  .section = entry_rules[i].section });
}

size_t erst_table_judge(const struct erst_table *table, struct erst_finding *findings, size_t capacity) {
        struct report report = { .findings = findings, .capacity = capacity };

        judge_header(table, &report);
        judge_actions(table, &report);
        for (size_t i = 0; i < table->entry_count; i++)
                judge_entry(table, i, &report);
        return report.count;
}
