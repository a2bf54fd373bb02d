/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/erst-describe.h"
#include "acpi/erst.h"
#include "tests/support/fake-erst.h"

#define FINDINGS_MAX      64

#define ADD(builder, ...) erst_builder_add((builder), (struct erst_entry){ __VA_ARGS__ })

static void build(struct erst_builder *builder) {
        erst_builder_init(builder);
        ADD(builder, ERST_END_OPERATION, ERST_WRITE_REGISTER_VALUE, .flags = 1, .reserved = 0,
            .register_region = { GAS_SPACE_IO, 8, 0, 1, 0xb2 }, .value = 0x1122334455667788, .mask = 0xff);
        ADD(builder, ERST_ACTION_RESERVED, ERST_NOOP);
        ADD(builder, ERST_END_OPERATION, ERST_READ_REGISTER,
            .register_region = erst_builder_memory(0x2000, 64), .mask = UINT64_MAX);
        erst_builder_finish(builder);
}

static struct bytes raw_of(struct erst_builder *builder) {
        return bytes_of(builder->raw, ERST_HEADER_SIZE + builder->count * ERST_ENTRY_SIZE);
}

static void test_good_table_gives_its_entries(void **state) {
        struct erst_builder builder;
        struct erst_table table;
        struct erst_entry entry;
        struct erst_fault fault = { .field = "untouched" };

        (void) state;
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

static void test_instructions_of_an_action_need_not_be_adjacent(void **state) {
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;
        size_t index = 99;

        (void) state;
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

static void test_header_faults_name_offset_and_field(void **state) {
        struct erst_builder builder;

        (void) state;
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

static void test_too_many_entries_are_refused(void **state) {
        size_t size = ERST_HEADER_SIZE + (ERST_ENTRIES_MAX + 1) * ERST_ENTRY_SIZE;
        uint8_t *raw = calloc(1, size);
        struct erst_builder builder;

        (void) state;
        erst_builder_init(&builder);
        memcpy(raw, builder.raw, ERST_HEADER_SIZE);
        store_u32(raw + 4, (uint32_t) size);
        store_u32(raw + 44, ERST_ENTRIES_MAX + 1);
        assert_fault(bytes_of(raw, size), ERR_TOO_LARGE, -1, 44, "instruction entry count");
        free(raw);
}

/* Also of an action that is never run: Linux turns ERST off for one bad entry (HiSilicon D06). */
static void test_entry_faults_name_entry_offset_and_field(void **state) {
        struct erst_builder builder;
        size_t entry = ERST_HEADER_SIZE + 2 * ERST_ENTRY_SIZE;

        (void) state;
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

static void test_registers_of_five_instructions_are_not_looked_at(void **state) {
        static const bool without[ERST_INSTRUCTION_COUNT] = {
                [ERST_NOOP] = true,  [ERST_ADD] = true,  [ERST_SUBTRACT] = true,
                [ERST_STALL] = true, [ERST_GOTO] = true,
        };

        (void) state;
        for (uint8_t i = 0; i < ERST_INSTRUCTION_COUNT; i++) {
                struct erst_builder builder;
                struct erst_table table;
                struct erst_fault fault;

                erst_builder_init(&builder);
                ADD(&builder, ERST_ACTION_RESERVED, i);
                assert_int_equal(erst_table_parse(erst_builder_finish(&builder), &table, &fault),
                                 without[i] ? 0 : ERR_VALUE);
                assert_int_equal(erst_instruction_has_register(i), !without[i]);
        }
        assert_false(erst_instruction_has_register(ERST_INSTRUCTION_COUNT));
}

static void test_lenient_where_linux_is(void **state) {
        uint8_t raw[ERST_HEADER_SIZE + 3 * ERST_ENTRY_SIZE + 40] = { 0 };
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;

        (void) state;
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

static void test_names_are_the_specifications(void **state) {
        (void) state;
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

/* --- the judge ---------------------------------------------------------------------------------- */

static struct erst_finding findings[FINDINGS_MAX];

static size_t judge(struct bytes raw) {
        struct erst_table table;
        struct erst_fault fault;

        assert_ok(erst_table_parse(raw, &table, &fault));
        return erst_table_judge(&table, findings, FINDINGS_MAX);
}

static const struct erst_finding *finding(size_t count, int entry, const char *word) {
        for (size_t i = 0; i < count && i < FINDINGS_MAX; i++)
                if (findings[i].entry == entry && strstr(findings[i].text, word))
                        return &findings[i];
        return NULL;
}

static void test_judge_has_nothing_to_say_of_a_good_table(void **state) {
        struct fake_erst fake;

        (void) state;
        fake_erst_init(&fake, FAKE_ERST_QEMU);
        assert_int_equal(judge(fake_erst_table(&fake)), 0);
}

static void test_judge_names_missing_actions(void **state) {
        struct erst_builder builder;
        size_t breaks = 0, count;

        (void) state;
        erst_builder_init(&builder);
        count = judge(erst_builder_finish(&builder));
        assert_int_equal(count, 15);
        for (size_t i = 0; i < count; i++) {
                breaks += findings[i].severity == FINDING_BREAKS;
                assert_int_equal(findings[i].entry, -1);
                assert_string_equal(findings[i].section, i < 14 ? "ACPI 6.5, 18.5.1.1" : "ACPI 6.5, 18.5.2");
        }
        assert_int_equal(breaks, 10);
        assert_int_equal(findings[5].action, ERST_EXECUTE_OPERATION);
        assert_int_equal(findings[14].action, ERST_BEGIN_READ_OPERATION);
}

static void test_judge_looks_at_the_header(void **state) {
        struct fake_erst fake;
        size_t count;

        (void) state;
        fake_erst_init(&fake, FAKE_ERST_QEMU);
        fake.builder.raw[8] = 2;
        store_u32(fake.builder.raw + 40, 1);
        count = judge(fake_erst_table(&fake));
        assert_int_equal(count, 3);
        assert_non_null(finding(count, -1, "checksum"));
        assert_non_null(finding(count, -1, "revision"));
        assert_non_null(finding(count, -1, "reserved"));
}

static void test_judge_sees_what_is_odd_in_an_entry(void **state) {
        static const struct {
                struct erst_entry entry;
                enum erst_severity severity;
                const char *word;
        } cases[] = {
                { { .action = 0x11, .instruction = ERST_NOOP }, FINDING_WARNS, "not defined" },
                { { .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 32, 0, 3, UINT64_MAX },
                    .mask = 1 },
                  FINDING_BREAKS,
                  "not assigned" },
                { { .instruction = ERST_READ_REGISTER, .register_region = { 1, 64, 0, 4, 0xb0 }, .mask = 1 },
                  FINDING_BREAKS,
                  "32 bits" },
                { { .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 32, 0, 3, 0x1001 },
                    .mask = 1 },
                  FINDING_WARNS,
                  "not aligned" },
                { { .instruction = ERST_READ_REGISTER, .register_region = { 0, 32, 0, 3, 0x1000 } },
                  FINDING_WARNS,
                  "mask is 0" },
                { { .instruction = ERST_WRITE_REGISTER_VALUE,
                    .register_region = { 0, 32, 0, 3, 0x1000 },
                    .value = 0x1ff,
                    .mask = 0xff },
                  FINDING_WARNS,
                  "cannot hold" },
                { { .action = ERST_GET_COMMAND_STATUS,
                    .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 32, 0, 3, 0x1000 },
                    .mask = 0x1fe },
                  FINDING_WARNS,
                  "shifted" },
                { { .instruction = ERST_READ_REGISTER_VALUE,
                    .register_region = { 0, 1, 3, 1, 0x1000 },
                    .value = 2,
                    .mask = 1 },
                  FINDING_BREAKS,
                  "never true" },
                { { .instruction = ERST_READ_REGISTER_VALUE, /* bits 7:3 of a byte are five */
                    .register_region = { 0, 1, 3, 1, 0x1000 },
                    .value = 32,
                    .mask = UINT64_MAX },
                  FINDING_BREAKS,
                  "never true" },
                { { .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 32, 0, 3, 0xfffffff0 },
                    .mask = 1 },
                  FINDING_BREAKS,
                  "all ones" },
                { { .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 64, 0, 4, UINT64_MAX - 15 },
                    .mask = 1 },
                  FINDING_BREAKS,
                  "all ones" },
                { { .instruction = ERST_READ_REGISTER, .register_region = { 0, 32, 0, 3, 0xffc }, .mask = 1 },
                  FINDING_WARNS,
                  "first page" },
                { { .action = ERST_SET_RECORD_IDENTIFIER,
                    .instruction = ERST_WRITE_REGISTER,
                    .register_region = { 0, 64, 0, 4, 0x1000 },
                    .mask = UINT64_MAX >> 1 },
                  FINDING_BREAKS,
                  "identifier of 64 bits" },
                { { .action = ERST_GET_RECORD_IDENTIFIER,
                    .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 32, 0, 3, 0x1000 },
                    .mask = UINT64_MAX },
                  FINDING_BREAKS,
                  "identifier of 64 bits" },
                { { .action = ERST_GET_EXECUTE_OPERATION_TIMINGS,
                    .instruction = ERST_READ_REGISTER,
                    .register_region = { 0, 32, 0, 3, 0x1000 },
                    .mask = UINT64_MAX },
                  FINDING_WARNS,
                  "maximum time" },
                { { .instruction = ERST_NOOP, .flags = 2 }, FINDING_WARNS, "undefined flags" },
                { { .instruction = ERST_NOOP, .reserved = 1 }, FINDING_WARNS, "reserved byte" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                const struct erst_finding *found;
                struct erst_builder builder;
                size_t count, about_entry = 0;

                erst_builder_init(&builder);
                erst_builder_add(&builder, cases[i].entry);
                count = judge(erst_builder_finish(&builder));
                found = finding(count, 0, cases[i].word);
                assert_non_null(found);
                assert_int_equal(found->severity, cases[i].severity);
                assert_int_equal(found->action, cases[i].entry.action);
                for (size_t j = 0; j < count; j++)
                        about_entry += findings[j].entry == 0;
                assert_int_equal(about_entry, i == 1 ? 2 : 1); /* all ones is unaligned, too */
        }
}

#define PROGRAM_MAX 6

/* One action's program, and the one thing that is said of it; "" for nothing. */
struct judged_program {
        struct erst_entry entries[PROGRAM_MAX];
        size_t count;
        int entry; /* where it is said, -1: of the action */
        enum erst_severity severity;
        const char *word;
};

#define PLAIN_REGISTER .register_region = { 0, 32, 0, 3, 0x1000 }, .mask = 0xffffffff
#define IN(a, i)                                                                                             \
        { .action = (a), .instruction = (i), PLAIN_REGISTER }
#define WITH(a, i, v)                                                                                        \
        { .action = (a), .instruction = (i), .value = (v), PLAIN_REGISTER }

/* Neither missing actions nor what Linux does otherwise are counted: other tests look at them. */
static void check_program(const struct judged_program *program) {
        const struct erst_finding *found;
        struct erst_builder builder;
        size_t count, others = 0;

        erst_builder_init(&builder);
        for (size_t i = 0; i < program->count; i++)
                erst_builder_add(&builder, program->entries[i]);
        count = judge(erst_builder_finish(&builder));
        for (size_t i = 0; i < count; i++)
                if (!strstr(findings[i].text, "missing") && !strstr(findings[i].text, "Linux 6.1 takes")) {
                        print_message("%s: %s\n", erst_action_name((uint8_t) findings[i].action),
                                      findings[i].text);
                        others++;
                }
        assert_int_equal(others, *program->word ? 1 : 0);
        if (!*program->word)
                return;
        found = finding(count, program->entry, program->word);
        assert_non_null(found);
        assert_int_equal(found->severity, program->severity);
        assert_int_equal(found->action, program->entries[0].action);
}

static void test_judge_sees_programs_that_do_nothing(void **state) {
        static const struct {
                uint8_t action, useless, useful;
                enum erst_severity severity;
        } cases[] = {
                { ERST_SET_RECORD_OFFSET, ERST_WRITE_REGISTER_VALUE, ERST_WRITE_REGISTER, FINDING_BREAKS },
                { ERST_EXECUTE_OPERATION, ERST_READ_REGISTER, ERST_WRITE_REGISTER_VALUE, FINDING_BREAKS },
                { ERST_EXECUTE_OPERATION, ERST_LOAD_VAR1, ERST_STORE_VAR1, FINDING_BREAKS },
                { ERST_CHECK_BUSY_STATUS, ERST_NOOP, ERST_READ_REGISTER_VALUE, FINDING_WARNS },
                { ERST_CHECK_BUSY_STATUS, ERST_LOAD_VAR1, ERST_READ_REGISTER, FINDING_WARNS },
                { ERST_GET_COMMAND_STATUS, ERST_WRITE_REGISTER_VALUE, ERST_READ_REGISTER, FINDING_BREAKS },
                { ERST_GET_RECORD_COUNT, ERST_NOOP, ERST_READ_REGISTER, FINDING_WARNS },
                { ERST_GET_ERROR_LOG_ADDRESS_RANGE, ERST_READ_REGISTER_VALUE, ERST_READ_REGISTER,
                  FINDING_BREAKS },
                { ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH, ERST_NOOP, ERST_READ_REGISTER, FINDING_BREAKS },
                { ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES, ERST_NOOP, ERST_READ_REGISTER, FINDING_WARNS },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct judged_program program = { .entries = { IN(cases[i].action, cases[i].useless) },
                                                  .count = 1,
                                                  .entry = -1,
                                                  .severity = cases[i].severity,
                                                  .word = "writes " };

                if (cases[i].useful <= ERST_READ_REGISTER_VALUE)
                        program.word = "reads ";
                check_program(&program);
                program.entries[program.count++] = (struct erst_entry) IN(cases[i].action, cases[i].useful);
                program.word = "";
                check_program(&program);
        }
}

static void test_judge_follows_jumps_and_moves(void **state) {
        enum { BUSY = ERST_CHECK_BUSY_STATUS, DUMMY = ERST_BEGIN_DUMMY_WRITE_OPERATION };
        static const struct judged_program cases[] = {
                /* endless, also into itself and past a skip that cannot reach the jump */
                { { IN(DUMMY, ERST_NOOP), WITH(DUMMY, ERST_GOTO, 0) },
                  2,
                  1,
                  FINDING_BREAKS,
                  "nothing leaves" },
                { { IN(DUMMY, ERST_NOOP), WITH(DUMMY, ERST_GOTO, 1) },
                  2,
                  1,
                  FINDING_BREAKS,
                  "nothing leaves" },
                { { WITH(DUMMY, ERST_STALL, 1), WITH(DUMMY, ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, 1),
                    IN(DUMMY, ERST_NOOP), WITH(DUMMY, ERST_GOTO, 0) },
                  4,
                  3,
                  FINDING_BREAKS,
                  "nothing leaves" },
                /* left by skipping the jump, or by another jump */
                { { WITH(DUMMY, ERST_STALL, 1), WITH(DUMMY, ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, 1),
                    WITH(DUMMY, ERST_GOTO, 0) },
                  3,
                  -1,
                  FINDING_WARNS,
                  "" },
                { { WITH(DUMMY, ERST_STALL, 1), WITH(DUMMY, ERST_GOTO, 3), WITH(DUMMY, ERST_GOTO, 0) },
                  3,
                  -1,
                  FINDING_WARNS,
                  "" },
                { { IN(DUMMY, ERST_NOOP), WITH(DUMMY, ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, 1),
                    WITH(DUMMY, ERST_GOTO, 0) },
                  3,
                  2,
                  FINDING_WARNS,
                  "no STALL" },
                /* what stands before the loop is not in it */
                { { WITH(DUMMY, ERST_STALL, 1), IN(DUMMY, ERST_NOOP),
                    WITH(DUMMY, ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, 1), WITH(DUMMY, ERST_GOTO, 1) },
                  4,
                  3,
                  FINDING_WARNS,
                  "no STALL" },
                { { WITH(DUMMY, ERST_GOTO, 1), IN(DUMMY, ERST_NOOP) }, 2, -1, FINDING_WARNS, "" },
                { { WITH(DUMMY, ERST_GOTO, 2), IN(DUMMY, ERST_NOOP) }, 2, -1, FINDING_WARNS, "" },
                { { WITH(DUMMY, ERST_GOTO, 3), IN(DUMMY, ERST_NOOP) },
                  2,
                  0,
                  FINDING_BREAKS,
                  "leaves the action" },
                { { IN(DUMMY, ERST_NOOP), WITH(DUMMY, ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, 1) },
                  2,
                  1,
                  FINDING_WARNS,
                  "no instruction follows" },
                { { IN(DUMMY, ERST_LOAD_VAR2), IN(DUMMY, ERST_SET_SRC_ADDRESS_BASE),
                    IN(DUMMY, ERST_SET_DST_ADDRESS_BASE), IN(DUMMY, ERST_MOVE_DATA) },
                  4,
                  -1,
                  FINDING_WARNS,
                  "" },
                { { IN(DUMMY, ERST_SET_SRC_ADDRESS_BASE), IN(DUMMY, ERST_SET_DST_ADDRESS_BASE),
                    IN(DUMMY, ERST_MOVE_DATA) },
                  3,
                  2,
                  FINDING_BREAKS,
                  "moves nothing" },
                { { IN(DUMMY, ERST_LOAD_VAR2), IN(DUMMY, ERST_SET_SRC_ADDRESS_BASE),
                    IN(DUMMY, ERST_MOVE_DATA) },
                  3,
                  2,
                  FINDING_BREAKS,
                  "never set" },
                { { WITH(DUMMY, ERST_STALL, 1000000) }, 1, -1, FINDING_WARNS, "" },
                { { WITH(DUMMY, ERST_STALL, 1000001) }, 1, 0, FINDING_BREAKS, "stall is longer" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                check_program(&cases[i]);
}

/* Six instructions that Linux executes with another operand. */
static void test_judge_names_what_linux_does_otherwise(void **state) {
        (void) state;
        for (uint8_t i = 0; i < ERST_INSTRUCTION_COUNT; i++) {
                bool otherwise = (i >= ERST_ADD_VALUE && i <= ERST_GOTO);
                struct erst_builder builder;

                erst_builder_init(&builder);
                erst_builder_add(&builder, (struct erst_entry) IN(ERST_END_OPERATION, i));
                assert_int_equal(finding(judge(erst_builder_finish(&builder)), 0, "Linux 6.1") != NULL,
                                 otherwise);
        }
}

/* What the table itself says without the platform: a number that is written and read back. */
static void test_judge_reads_constants(void **state) {
        enum {
                RANGE = ERST_GET_ERROR_LOG_ADDRESS_RANGE,
                LENGTH = ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH,
                ATTRIBUTES = ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES,
                TIMINGS = ERST_GET_EXECUTE_OPERATION_TIMINGS,
        };
        static const struct {
                uint8_t action;
                uint64_t value;
                enum erst_severity severity;
                const char *word;
        } cases[] = {
                { RANGE, 0, FINDING_BREAKS, "always 0" },
                { RANGE, 0x1000, FINDING_WARNS, "" },
                { LENGTH, 127, FINDING_BREAKS, "too short" },
                { LENGTH, 128, FINDING_WARNS, "" },
                { ATTRIBUTES, 2, FINDING_WARNS, "NVRAM" },
                { ATTRIBUTES, 4, FINDING_WARNS, "" },
                { TIMINGS, (uint64_t) 1000 << 32 | 1000, FINDING_WARNS, "" },
                { TIMINGS, (uint64_t) 1001 << 32 | 10, FINDING_WARNS, "1 ms" },
                { TIMINGS, (uint64_t) 100 << 32 | 101, FINDING_WARNS, "less than the nominal" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct judged_program program = {
                        .entries = { { cases[i].action, ERST_WRITE_REGISTER_VALUE, .value = cases[i].value,
                                       .mask = UINT64_MAX, .register_region = { 0, 64, 0, 4, 0x1000 } },
                                     { cases[i].action, ERST_READ_REGISTER, .mask = UINT64_MAX,
                                       .register_region = { 0, 64, 0, 4, 0x1000 } } },
                        .count = 2,
                        .entry = -1,
                        .severity = cases[i].severity,
                        .word = cases[i].word,
                };

                check_program(&program);
                program.word = "";
                program.entries[1].register_region.address = 0x1008; /* the platform may answer there */
                check_program(&program);
        }
}

static void test_judge_sees_operations_that_begin_alike(void **state) {
        static const struct judged_program cases[] = {
                { { WITH(1, ERST_WRITE_REGISTER_VALUE, 5), WITH(0, ERST_WRITE_REGISTER_VALUE, 5) },
                  2,
                  -1,
                  FINDING_BREAKS,
                  "BEGIN_WRITE_OPERATION does" },
                { { WITH(2, ERST_WRITE_REGISTER_VALUE, 5), WITH(0, ERST_WRITE_REGISTER_VALUE, 5) },
                  2,
                  -1,
                  FINDING_BREAKS,
                  "BEGIN_WRITE_OPERATION does" },
                { { WITH(2, ERST_WRITE_REGISTER_VALUE, 5), WITH(1, ERST_WRITE_REGISTER_VALUE, 5) },
                  2,
                  -1,
                  FINDING_BREAKS,
                  "BEGIN_READ_OPERATION does" },
                { { WITH(1, ERST_WRITE_REGISTER_VALUE, 5), WITH(0, ERST_WRITE_REGISTER_VALUE, 5),
                    WITH(0, ERST_WRITE_REGISTER_VALUE, 6) },
                  3,
                  -1,
                  FINDING_WARNS,
                  "" },
                { { WITH(1, ERST_WRITE_REGISTER_VALUE, 5), WITH(0, ERST_WRITE_REGISTER_VALUE, 6) },
                  2,
                  -1,
                  FINDING_WARNS,
                  "" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                check_program(&cases[i]);
}

/* One of BEGIN_READ and END is enough to tell the platform that its last operation is over. */
static void test_judge_sees_that_an_operation_would_be_repeated(void **state) {
        (void) state;
        for (unsigned having = 0; having < 4; having++) {
                struct erst_builder builder;

                erst_builder_init(&builder);
                if (having & 1)
                        ADD(&builder, ERST_BEGIN_READ_OPERATION, ERST_NOOP);
                if (having & 2)
                        ADD(&builder, ERST_END_OPERATION, ERST_NOOP);
                assert_int_equal(finding(judge(erst_builder_finish(&builder)), -1, "may repeat") != NULL,
                                 having == 0);
        }
}

/* The worst that fits: each entry is a loop over all entries before it. */
static void test_judge_ends_with_the_largest_table(void **state) {
        size_t size = ERST_HEADER_SIZE + ERST_ENTRIES_MAX * ERST_ENTRY_SIZE;
        uint8_t *raw = calloc(1, size);
        struct erst_builder builder;

        (void) state;
        erst_builder_init(&builder);
        memcpy(raw, builder.raw, ERST_HEADER_SIZE);
        store_u32(raw + 4, (uint32_t) size);
        store_u32(raw + 44, ERST_ENTRIES_MAX);
        for (size_t i = 0; i < ERST_ENTRIES_MAX; i++)
                raw[ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE + 1] = ERST_GOTO;
        assert_in_range(judge(bytes_of(raw, size)), 2 * ERST_ENTRIES_MAX, 3 * ERST_ENTRIES_MAX);
        free(raw);
}

/* Where a line would be longer than the console it goes on between two words; the section stays whole. */
static void test_findings_are_described_in_lines_of_the_console(void **state) {
        static const struct {
                struct erst_finding finding;
                const char *text;
        } cases[] = {
                { { FINDING_WARNS, -1, -1, "the checksum is wrong", "ACPI 6.5, 5.2.6" },
                  "odd: the checksum is wrong (ACPI 6.5, 5.2.6)" },
                { { FINDING_BREAKS, 7, ERST_END_OPERATION, "the jump leaves the action",
                    "ACPI 6.5, 18.5.1.2" },
                  "breaks: entry 7: END_OPERATION: the jump leaves the action (ACPI 6.5, 18.5.1.2)" },
                { { FINDING_BREAKS, 77, ERST_END_OPERATION, "the jump leaves the action",
                    "ACPI 6.5, 18.5.1.2" },
                  "breaks: entry 77: END_OPERATION: the jump leaves the action (ACPI 6.5, 18.5.1.2)" },
                { { FINDING_BREAKS, 777, ERST_END_OPERATION, "the jump leaves the action",
                    "ACPI 6.5, 18.5.1.2" },
                  "breaks: entry 777: END_OPERATION: the jump leaves the action\n"
                  "        (ACPI 6.5, 18.5.1.2)" },
                { { FINDING_BREAKS, 4095, ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES,
                    "the register runs past the end of memory: address not assigned", "ACPI 6.5, 5.2.3.2" },
                  "breaks: entry 4095: GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES: the register runs\n"
                  "        past the end of memory: address not assigned (ACPI 6.5, 5.2.3.2)" },
                { { FINDING_BREAKS, 1, ERST_BEGIN_DUMMY_WRITE_OPERATION,
                    "a text that is so long that it takes one line and another one and reaches the third "
                    "line, "
                    "where the section is",
                    "ACPI 6.5, 18.5" },
                  "breaks: entry 1: BEGIN_DUMMY_WRITE_OPERATION: a text that is so long that it\n"
                  "        takes one line and another one and reaches the third line, where the\n"
                  "        section is (ACPI 6.5, 18.5)" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                char line[240];
                struct text text = TEXT_ON(line);

                erst_describe_finding(&cases[i].finding, &text);
                assert_string_equal(line, cases[i].text);
                assert_false(text.truncated);
        }
}

/* A jump to the end of the action ends it. */
static void test_judge_lets_an_action_be_left_at_its_end(void **state) {
        struct erst_builder builder;

        (void) state;
        erst_builder_init(&builder);
        ADD(&builder, ERST_END_OPERATION, ERST_GOTO, .value = 1);
        assert_null(finding(judge(erst_builder_finish(&builder)), 0, "leaves"));
}

static void test_judge_counts_more_than_fits(void **state) {
        struct erst_finding one = { 0 };
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;

        (void) state;
        erst_builder_init(&builder);
        assert_ok(erst_table_parse(erst_builder_finish(&builder), &table, &fault));
        assert_int_equal(erst_table_judge(&table, &one, 1), 15);
        assert_int_equal(one.action, ERST_BEGIN_WRITE_OPERATION);
        assert_int_equal(erst_table_judge(&table, NULL, 0), 15);
}

/* --- real tables -------------------------------------------------------------------------------- */

static int dead_register(void *context, uint8_t space, uint64_t address, unsigned width,
                         uint64_t *ret_value) {
        (void) context, (void) space, (void) address, (void) width;
        *ret_value = UINT64_MAX >> (64 - width);
        return 0;
}

static int dead_write(void *context, uint8_t space, uint64_t address, unsigned width, uint64_t value) {
        (void) context, (void) space, (void) address, (void) width, (void) value;
        return 0;
}

/*
 * Linux's verdict is "ok", or "off: no GET_ERROR_RANGE ...": it cannot open such a table, and neither can we.
 * Registers that read all ones make a range that wraps, so a table that can be opened gives ERR_VALUE here.
 */
static void judge_like_linux(const char *path, const char *verdict) {
        const struct acpi_io io = { .read_register = dead_register, .write_register = dead_write };
        struct bytes raw = test_read_file(path);
        struct erst_table table;
        struct erst_fault fault;
        struct erst erst;
        bool ok = strcmp(verdict, "ok") == 0;
        size_t count, breaks = 0;
        int r;

        print_message("%s: %s\n", path, verdict);
        assert_ok(erst_table_parse(raw, &table, &fault));
        assert_true(table.checksum_ok);
        assert_int_equal(table.header.length, raw.size);
        r = erst_open(&erst, &table, &io);
        count = erst_table_judge(&table, findings, FINDINGS_MAX);
        assert_in_range(count, 0, FINDINGS_MAX);
        for (size_t i = 0; i < count; i++)
                breaks += findings[i].severity == FINDING_BREAKS;
        if (!ok) {
                assert_error(r, ERR_ACTION_MISSING);
                assert_int_equal(breaks, 3);
        } else if (strstr(path, "qemu-microvm-1.aml")) { /* its registers have no address */
                assert_error(r, ERR_INSTRUCTION);
                assert_in_range(breaks, 1, FINDINGS_MAX);
        } else {
                assert_error(r, ERR_VALUE);
                assert_int_equal(breaks, 0);
        }
        free((void *) raw.data);
}

static void test_real_tables_as_linux_takes_them(void **state) {
        const char *index_path = test_corpus("erst/INDEX.tsv");
        char line[8192], path[4096];
        size_t tables = 0;
        FILE *index;

        (void) state;
        if (!index_path)
                skip();
        index = fopen(index_path, "r");
        assert_non_null(index);
        assert_non_null(fgets(line, sizeof(line), index));
        while (fgets(line, sizeof(line), index)) {
                char *rest = line, *column[9];

                for (size_t i = 0; i < ARRAY_SIZE(column); i++)
                        column[i] = strsep(&rest, "\t\n");
                snprintf(path, sizeof(path), "erst/%s", column[0]);
                judge_like_linux(test_corpus(path), column[7]);
                tables++;
        }
        fclose(index);
        assert_in_range(tables, 1, 1000);
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
                cmocka_unit_test(test_judge_has_nothing_to_say_of_a_good_table),
                cmocka_unit_test(test_judge_names_missing_actions),
                cmocka_unit_test(test_judge_looks_at_the_header),
                cmocka_unit_test(test_judge_sees_what_is_odd_in_an_entry),
                cmocka_unit_test(test_judge_sees_programs_that_do_nothing),
                cmocka_unit_test(test_judge_follows_jumps_and_moves),
                cmocka_unit_test(test_judge_names_what_linux_does_otherwise),
                cmocka_unit_test(test_judge_reads_constants),
                cmocka_unit_test(test_judge_sees_operations_that_begin_alike),
                cmocka_unit_test(test_judge_sees_that_an_operation_would_be_repeated),
                cmocka_unit_test(test_judge_ends_with_the_largest_table),
                cmocka_unit_test(test_findings_are_described_in_lines_of_the_console),
                cmocka_unit_test(test_judge_lets_an_action_be_left_at_its_end),
                cmocka_unit_test(test_judge_counts_more_than_fits),
                cmocka_unit_test(test_real_tables_as_linux_takes_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
