/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-exec.h"
#include "acpi/erst-table.h"
#include "acpi/erst.h"

#include "base/arith.h"
#include "base/error.h"

#define TABLE_RESERVED 40

/* Firmware of every generation of the specification says 1: ACPI 6.5, 18.5. */
#define ERST_REVISION 1

/* Ports are 32 bits wide at most, whatever the access size code allows. */
#define PORT_BITS_MAX 32

/* An action is a byte; no action has more instructions than ERST_ENTRIES_MAX, which fits into 16 bits. */
#define ACTIONS   256

#define PAGE_SIZE 4096

/* The type bits of a base address register in memory: PCI 3.0, 6.2.5.1. */
#define UNASSIGNED_LOW_BITS 0xf

/* K6.1 drivers/acpi/apei/erst.c, FIRMWARE_TIMEOUT */
#define LINUX_TIMEOUT_US 1000

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

/* The instructions of one action, one behind the other. */
struct program {
        const struct erst_table *table;
        uint8_t action;
        size_t index;    /* in the table: where to look for the next one */
        size_t position; /* in the action: of the next one */
        struct erst_entry entry;
};

static bool program_next(struct program *program) {
        const struct erst_table *table = program->table;

        while (program->index < table->entry_count) {
                size_t index = program->index++;

                if (bytes_u8(table->raw, ERST_HEADER_SIZE + index * ERST_ENTRY_SIZE) != program->action)
                        continue;
                program->position++;
                return erst_table_entry(table, index, &program->entry) == 0;
        }
        return false;
}

#define BIT(instruction) (1u << (instruction))

#define READS            BIT(ERST_READ_REGISTER)
#define COMPARES         BIT(ERST_READ_REGISTER_VALUE)
#define TAKES_INPUT      BIT(ERST_WRITE_REGISTER)
#define WRITES                                                                                               \
        (BIT(ERST_WRITE_REGISTER) | BIT(ERST_WRITE_REGISTER_VALUE) | BIT(ERST_STORE_VAR1) |                  \
         BIT(ERST_ADD_VALUE) | BIT(ERST_SUBTRACT_VALUE))

/* The instructions that the action has, as BIT()s. */
static uint32_t program_instructions(const struct erst_table *table, uint8_t action) {
        struct program program = { .table = table, .action = action };
        uint32_t found = 0;

        while (program_next(&program))
                found |= BIT(program.entry.instruction);
        return found;
}

/* What an action must have one of to do what it is for. */
static const struct {
        uint8_t action;
        uint32_t instructions;
        enum erst_severity severity;
        const char *text;
} program_rules[] = {
        { ERST_SET_RECORD_OFFSET, TAKES_INPUT, FINDING_BREAKS, "writes its input nowhere" },
        { ERST_EXECUTE_OPERATION, WRITES, FINDING_BREAKS,
          "writes no register: no operation is ever triggered" },
        { ERST_CHECK_BUSY_STATUS, READS | COMPARES, FINDING_WARNS,
          "reads nothing: the platform never seems busy" },
        { ERST_GET_COMMAND_STATUS, READS | COMPARES, FINDING_BREAKS,
          "reads nothing: every operation seems to succeed" },
        { ERST_GET_RECORD_IDENTIFIER, READS, FINDING_BREAKS, "reads no identifier" },
        { ERST_SET_RECORD_IDENTIFIER, TAKES_INPUT, FINDING_BREAKS, "writes its input nowhere" },
        { ERST_GET_RECORD_COUNT, READS, FINDING_WARNS, "reads no count" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE, READS, FINDING_BREAKS, "reads no address" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH, READS, FINDING_BREAKS, "reads no length" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES, READS, FINDING_WARNS, "reads no attributes" },
        { ERST_GET_EXECUTE_OPERATION_TIMINGS, READS, FINDING_WARNS, "reads no timings" },
};

static bool entries_equal(const struct erst_entry *left, const struct erst_entry *right) {
        return left->instruction == right->instruction && left->value == right->value &&
               left->mask == right->mask && left->register_region.space == right->register_region.space &&
               left->register_region.address == right->register_region.address;
}

/* Both are there and do the same, so that the platform cannot know which of them it was. */
static bool programs_equal(const struct erst_table *table, uint8_t left_action, uint8_t right_action) {
        struct program left = { .table = table, .action = left_action };
        struct program right = { .table = table, .action = right_action };
        bool more, equal = true;

        do {
                more = program_next(&left);
                equal = more == program_next(&right) && (!more || entries_equal(&left.entry, &right.entry));
        } while (more && equal);
        return equal && left.position > 0;
}

static bool is_missing(const struct erst_table *table, uint8_t action) {
        return erst_table_action_length(table, action) == 0;
}

/* With neither of them, what the platform was last told to do is what it does again. */
static bool operation_is_repeated(const struct erst_table *table) {
        return is_missing(table, ERST_BEGIN_READ_OPERATION) && is_missing(table, ERST_END_OPERATION);
}

static bool read_begins_as_write(const struct erst_table *table) {
        return programs_equal(table, ERST_BEGIN_READ_OPERATION, ERST_BEGIN_WRITE_OPERATION);
}

static bool clear_begins_as_write(const struct erst_table *table) {
        return programs_equal(table, ERST_BEGIN_CLEAR_OPERATION, ERST_BEGIN_WRITE_OPERATION);
}

static bool clear_begins_as_read(const struct erst_table *table) {
        return programs_equal(table, ERST_BEGIN_CLEAR_OPERATION, ERST_BEGIN_READ_OPERATION);
}

static const struct {
        bool (*applies)(const struct erst_table *table);
        uint8_t action;
        const char *text;
} operation_rules[] = {
        { operation_is_repeated, ERST_BEGIN_READ_OPERATION,
          "missing, and END_OPERATION as well: the platform may repeat its previous operation, "
          "even a clear" },
        { read_begins_as_write, ERST_BEGIN_READ_OPERATION,
          "does what BEGIN_WRITE_OPERATION does: the platform cannot tell them apart" },
        { clear_begins_as_write, ERST_BEGIN_CLEAR_OPERATION,
          "does what BEGIN_WRITE_OPERATION does: the platform cannot tell them apart" },
        { clear_begins_as_read, ERST_BEGIN_CLEAR_OPERATION,
          "does what BEGIN_READ_OPERATION does: the platform cannot tell them apart" },
};

/* The bits of the mask that an access of the register can take or give. */
static uint64_t field_mask(const struct erst_entry *entry) {
        const struct gas *gas = &entry->register_region;
        unsigned bits = gas_access_bits(gas);

        if (gas->space == GAS_SPACE_IO && bits > PORT_BITS_MAX)
                bits = PORT_BITS_MAX;
        return entry->mask & u64_shift_right(u64_shift_right(UINT64_MAX, 64 - bits), gas->bit_offset);
}

/*
 * The answer of an action that writes a number to a piece of memory and reads it from there. Everything
 * else that an action answers only the platform knows, and nothing is run here.
 */
static bool program_constant(const struct erst_table *table, uint8_t action, uint64_t *ret_value) {
        struct program program = { .table = table, .action = action };
        struct erst_entry write;

        if (erst_table_action_length(table, action) != 2 || !program_next(&program))
                return false;
        write = program.entry;
        if (!program_next(&program) || write.instruction != ERST_WRITE_REGISTER_VALUE ||
            program.entry.instruction != ERST_READ_REGISTER ||
            write.register_region.space != GAS_SPACE_MEMORY ||
            program.entry.register_region.space != GAS_SPACE_MEMORY ||
            write.register_region.address != program.entry.register_region.address ||
            write.register_region.bit_offset != program.entry.register_region.bit_offset)
                return false;
        *ret_value = write.value & field_mask(&write) & field_mask(&program.entry);
        return true;
}

static bool is_zero(uint64_t value) {
        return value == 0;
}

static bool is_too_short(uint64_t length) {
        return length < ERST_CPER_HEADER_SIZE;
}

static bool is_nvram(uint64_t attributes) {
        return attributes & ERST_ATTRIBUTE_NVRAM;
}

static bool is_slower_than_linux_waits(uint64_t timings) {
        return timings >> 32 > LINUX_TIMEOUT_US;
}

static bool maximum_is_below_nominal(uint64_t timings) {
        return timings >> 32 < (timings & UINT32_MAX);
}

static const struct {
        uint8_t action;
        bool (*applies)(uint64_t value);
        enum erst_severity severity;
        const char *text, *section;
} constant_rules[] = {
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE, is_zero, FINDING_BREAKS, "always 0: there is no exchange buffer",
          "ACPI 6.5, 18.5.1.1" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH, is_too_short, FINDING_BREAKS,
          "always too short for a record's header", "ACPI 6.5, 18.5.1.1" },
        { ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES, is_nvram, FINDING_WARNS,
          "the range is NVRAM: its records are read in place; Linux 6.1 refuses every operation",
          "ACPI 6.5, 18.5.2.4" },
        { ERST_GET_EXECUTE_OPERATION_TIMINGS, is_slower_than_linux_waits, FINDING_WARNS,
          "an operation may take longer than the 1 ms after which Linux 6.1 gives up", "ACPI 6.5, 18.5.1.1" },
        { ERST_GET_EXECUTE_OPERATION_TIMINGS, maximum_is_below_nominal, FINDING_WARNS,
          "the maximum time is too short: less than the nominal time", "ACPI 6.5, 18.5.1.1" },
};

/* What lies between the target of a jump backwards and the jump. */
struct loop {
        bool is_one, leaves, stalls;
};

/* One entry, and where it stands in its action. */
struct subject {
        const struct erst_table *table;
        size_t position, length;
        struct erst_entry entry;
        struct loop loop;
};

static uint32_t instruction_bit(const struct subject *subject) {
        return BIT(subject->entry.instruction);
}

static bool has_register(const struct subject *subject) {
        return erst_instruction_has_register(subject->entry.instruction);
}

static bool is_in_memory(const struct subject *subject) {
        return has_register(subject) && subject->entry.register_region.space == GAS_SPACE_MEMORY;
}

static bool action_is_unknown(const struct subject *subject) {
        return subject->entry.action > ERST_GET_EXECUTE_OPERATION_TIMINGS;
}

static bool register_wraps(const struct subject *subject) {
        return has_register(subject) && gas_wraps(&subject->entry.register_region);
}

/* A base address register that nobody assigned reads all ones but for its lowest bits. */
static bool address_is_all_ones(const struct subject *subject) {
        uint64_t address = subject->entry.register_region.address | UNASSIGNED_LOW_BITS;

        return is_in_memory(subject) && (address == UINT32_MAX || address == UINT64_MAX) &&
               !register_wraps(subject);
}

/* A base address of all ones with a register's offset added to it comes out here: the sum wraps around. */
static bool address_is_in_first_page(const struct subject *subject) {
        return is_in_memory(subject) && subject->entry.register_region.address < PAGE_SIZE;
}

static bool port_is_too_wide(const struct subject *subject) {
        const struct gas *gas = &subject->entry.register_region;

        return has_register(subject) && gas->space == GAS_SPACE_IO && gas_access_bits(gas) > PORT_BITS_MAX;
}

static bool register_is_unaligned(const struct subject *subject) {
        return has_register(subject) && gas_is_unaligned(&subject->entry.register_region);
}

static bool mask_is_empty(const struct subject *subject) {
        return has_register(subject) && subject->entry.mask == 0;
}

static bool value_is_cut(const struct subject *subject) {
        const struct erst_entry *entry = &subject->entry;

        return entry->instruction == ERST_WRITE_REGISTER_VALUE && entry->mask != 0 &&
               (entry->value & ~field_mask(entry)) != 0;
}

static bool value_never_compares_equal(const struct subject *subject) {
        const struct erst_entry *entry = &subject->entry;

        return (instruction_bit(subject) &
                (COMPARES | BIT(ERST_STALL_WHILE_TRUE) | BIT(ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE))) != 0 &&
               entry->mask != 0 && (entry->value & ~field_mask(entry)) != 0;
}

static bool identifier_is_cut(const struct subject *subject) {
        uint8_t action = subject->entry.action;
        uint32_t carriers = action == ERST_GET_RECORD_IDENTIFIER   ? READS
                            : action == ERST_SET_RECORD_IDENTIFIER ? TAKES_INPUT
                                                                   : 0;

        return (instruction_bit(subject) & carriers) != 0 && subject->entry.mask != 0 &&
               field_mask(&subject->entry) != UINT64_MAX;
}

static bool maximum_time_is_cut(const struct subject *subject) {
        return subject->entry.action == ERST_GET_EXECUTE_OPERATION_TIMINGS &&
               subject->entry.instruction == ERST_READ_REGISTER && field_mask(&subject->entry) <= UINT32_MAX;
}

static bool status_is_shifted(const struct subject *subject) {
        return subject->entry.action == ERST_GET_COMMAND_STATUS &&
               subject->entry.instruction == ERST_READ_REGISTER && subject->entry.mask != 0 &&
               (subject->entry.mask & 1) == 0;
}

/* The status is what was read last, and a comparison gives 1 or 0: "not enough space", or success. */
static bool status_is_compared(const struct subject *subject) {
        struct program program = { .table = subject->table, .action = subject->entry.action };

        if (subject->entry.action != ERST_GET_COMMAND_STATUS ||
            subject->entry.instruction != ERST_READ_REGISTER_VALUE)
                return false;
        while (program_next(&program))
                if (program.position > subject->position + 1 &&
                    program.entry.instruction == ERST_READ_REGISTER)
                        return false;
        return true;
}

static bool flags_are_undefined(const struct subject *subject) {
        return (subject->entry.flags & ~ERST_PRESERVE_REGISTER) != 0 || subject->entry.reserved != 0;
}

static bool jump_leaves_action(const struct subject *subject) {
        return subject->entry.instruction == ERST_GOTO && subject->entry.value > subject->length;
}

/* Skipping the jump itself is a way out. */
static struct loop find_loop(const struct subject *subject) {
        struct program program = { .table = subject->table, .action = subject->entry.action };
        struct loop loop = { .is_one = subject->entry.instruction == ERST_GOTO &&
                                       subject->entry.value <= subject->position };

        for (size_t at = 0; loop.is_one && at < subject->position && program_next(&program); at++) {
                const struct erst_entry *entry = &program.entry;

                if (at < subject->entry.value)
                        continue;
                loop.stalls |=
                        (BIT(entry->instruction) & (BIT(ERST_STALL) | BIT(ERST_STALL_WHILE_TRUE))) != 0;
                loop.leaves |= (entry->instruction == ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE &&
                                at + 1 == subject->position) ||
                               (entry->instruction == ERST_GOTO && entry->value > subject->position);
        }
        return loop;
}

static bool loop_is_endless(const struct subject *subject) {
        return subject->loop.is_one && !subject->loop.leaves;
}

static bool loop_never_stalls(const struct subject *subject) {
        return subject->loop.is_one && subject->loop.leaves && !subject->loop.stalls;
}

static bool nothing_is_skipped(const struct subject *subject) {
        return subject->entry.instruction == ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE &&
               subject->position + 1 == subject->length;
}

/* VAR2 and the bases carry over from action to action, so any of them may have set it. */
static bool is_never_set(const struct subject *subject, uint8_t setter) {
        struct erst_entry entry;

        if (subject->entry.instruction != ERST_MOVE_DATA)
                return false;
        for (size_t i = 0; erst_table_entry(subject->table, i, &entry) == 0; i++)
                if (entry.instruction == setter)
                        return false;
        return true;
}

static bool nothing_is_moved(const struct subject *subject) {
        return is_never_set(subject, ERST_LOAD_VAR2);
}

static bool move_has_no_base(const struct subject *subject) {
        return is_never_set(subject, ERST_SET_SRC_ADDRESS_BASE) ||
               is_never_set(subject, ERST_SET_DST_ADDRESS_BASE);
}

static bool stall_is_too_long(const struct subject *subject) {
        return subject->entry.instruction == ERST_STALL && subject->entry.value > ERST_ACTION_STALL_MAX_US;
}

/* K6.1 drivers/acpi/apei/erst.c, erst_exec_stall() and the like: ctx->value, where entry->value is meant. */
static bool linux_ignores_value(const struct subject *subject) {
        return (instruction_bit(subject) &
                (BIT(ERST_ADD_VALUE) | BIT(ERST_SUBTRACT_VALUE) | BIT(ERST_STALL) |
                 BIT(ERST_STALL_WHILE_TRUE) | BIT(ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE) | BIT(ERST_GOTO))) != 0;
}

static const struct {
        bool (*applies)(const struct subject *subject);
        enum erst_severity severity;
        const char *text, *section;
} entry_rules[] = {
        { action_is_unknown, FINDING_WARNS, "the action is not defined", "ACPI 6.5, 18.5.1.1" },
        { register_wraps, FINDING_BREAKS, "the register runs past the end of memory: address not assigned",
          "ACPI 6.5, 5.2.3.2" },
        { address_is_all_ones, FINDING_BREAKS, "the address is all ones, as of a device that has none",
          "ACPI 6.5, 5.2.3.2" },
        { address_is_in_first_page, FINDING_WARNS, "the register lies in the first page of memory",
          "ACPI 6.5, 5.2.3.2" },
        { port_is_too_wide, FINDING_BREAKS, "an I/O port has at most 32 bits", "ACPI 6.5, 5.2.3.2" },
        { register_is_unaligned, FINDING_WARNS, "the register is not aligned: fine on x86 only",
          "ACPI 6.5, 5.2.3.2" },
        { mask_is_empty, FINDING_WARNS, "the mask is 0: nothing of the register is used",
          "ACPI 6.5, 18.5.1.2" },
        { value_is_cut, FINDING_WARNS, "the mask cannot hold the value", "ACPI 6.5, 18.5.1.2" },
        { value_never_compares_equal, FINDING_BREAKS,
          "the mask cannot hold the value: the comparison is never true", "ACPI 6.5, 18.5.1.2" },
        { identifier_is_cut, FINDING_BREAKS, "the mask cannot hold a record identifier of 64 bits",
          "ACPI 6.5, 18.5.1.1" },
        { maximum_time_is_cut, FINDING_WARNS, "the mask cannot hold the maximum time in bits 63:32",
          "ACPI 6.5, 18.5.1.1" },
        { status_is_shifted, FINDING_WARNS, "the mask leaves out bit 0: status codes may come shifted",
          "ACPI 6.5, 18.5.1.1" },
        { status_is_compared, FINDING_BREAKS,
          "compares, and does not read, the status: success may come as failure, and failures as success",
          "ACPI 6.5, 18.5.1.2" },
        { jump_leaves_action, FINDING_BREAKS, "the jump leaves the action", "ACPI 6.5, 18.5.1.2" },
        { loop_is_endless, FINDING_BREAKS, "the jump goes back and nothing leaves the loop",
          "ACPI 6.5, 18.5.1.2" },
        { loop_never_stalls, FINDING_WARNS, "the loop has no STALL: it may end before the platform is done",
          "ACPI 6.5, 18.5.1.2" },
        { nothing_is_skipped, FINDING_WARNS, "no instruction follows that could be skipped",
          "ACPI 6.5, 18.5.1.2" },
        { nothing_is_moved, FINDING_BREAKS, "moves nothing: no LOAD_VAR2 ever sets the length",
          "ACPI 6.5, 18.5.1.2" },
        { move_has_no_base, FINDING_BREAKS, "moves from or to address 0: a base is never set",
          "ACPI 6.5, 18.5.1.2" },
        { stall_is_too_long, FINDING_BREAKS, "the stall is longer than the second that an action gets",
          "ACPI 6.5, 18.5.1.2" },
        { linux_ignores_value, FINDING_WARNS, "Linux 6.1 takes the value last read instead of this one",
          "ACPI 6.5, 18.5.1.2" },
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

static void report_action(struct report *report, uint8_t action, enum erst_severity severity,
                          const char *text, const char *section) {
        report_add(report, (struct erst_finding){ .severity = severity,
                                                  .entry = -1,
                                                  .action = action,
                                                  .text = text,
                                                  .section = section });
}

static void judge_actions(const struct erst_table *table, struct report *report) {
        for (size_t i = 0; i < ARRAY_SIZE(action_rules); i++)
                if (is_missing(table, action_rules[i].action))
                        report_action(report, action_rules[i].action, action_rules[i].severity,
                                      action_rules[i].text, "ACPI 6.5, 18.5.1.1");
        for (size_t i = 0; i < ARRAY_SIZE(operation_rules); i++)
                if (operation_rules[i].applies(table))
                        report_action(report, operation_rules[i].action, FINDING_BREAKS,
                                      operation_rules[i].text, "ACPI 6.5, 18.5.2");
}

static void judge_programs(const struct erst_table *table, struct report *report) {
        for (size_t i = 0; i < ARRAY_SIZE(program_rules); i++) {
                uint32_t instructions = program_instructions(table, program_rules[i].action);

                if (instructions != 0 && (instructions & program_rules[i].instructions) == 0)
                        report_action(report, program_rules[i].action, program_rules[i].severity,
                                      program_rules[i].text, "ACPI 6.5, 18.5.1.1");
        }
        for (size_t i = 0; i < ARRAY_SIZE(constant_rules); i++) {
                uint64_t value;

                if (program_constant(table, constant_rules[i].action, &value) &&
                    constant_rules[i].applies(value))
                        report_action(report, constant_rules[i].action, constant_rules[i].severity,
                                      constant_rules[i].text, constant_rules[i].section);
        }
}

/* How many instructions each action has, and how many of them were judged already. */
struct census {
        uint16_t length[ACTIONS], judged[ACTIONS];
};

static void judge_entry(const struct subject *subject, size_t index, struct report *report) {
        for (size_t i = 0; i < ARRAY_SIZE(entry_rules); i++)
                if (entry_rules[i].applies(subject))
                        report_add(report, (struct erst_finding){ .severity = entry_rules[i].severity,
                                                                  .entry = (int) index,
                                                                  .action = subject->entry.action,
                                                                  .text = entry_rules[i].text,
                                                                  .section = entry_rules[i].section });
}

static void judge_entries(const struct erst_table *table, struct report *report) {
        struct subject subject = { .table = table };
        struct census census = { 0 };

        /* How long the actions are comes first: jumps lead ahead, too. */
        for (size_t i = 0; erst_table_entry(table, i, &subject.entry) == 0; i++)
                census.length[subject.entry.action]++;
        for (size_t i = 0; erst_table_entry(table, i, &subject.entry) == 0; i++) {
                subject.position = census.judged[subject.entry.action]++;
                subject.length = census.length[subject.entry.action];
                subject.loop = find_loop(&subject);
                judge_entry(&subject, i, report);
        }
}

size_t erst_table_judge(const struct erst_table *table, struct erst_finding *findings, size_t capacity) {
        struct report report = { .findings = findings, .capacity = capacity };

        judge_header(table, &report);
        judge_actions(table, &report);
        judge_programs(table, &report);
        judge_entries(table, &report);
        return report.count;
}
