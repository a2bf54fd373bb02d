/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

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
        assert_int_equal(count, 14);
        for (size_t i = 0; i < count; i++) {
                breaks += findings[i].severity == FINDING_BREAKS;
                assert_int_equal(findings[i].entry, -1);
                assert_string_equal(findings[i].section, "ACPI 6.5, 18.5.1.1");
        }
        assert_int_equal(breaks, 9);
        assert_int_equal(findings[5].action, ERST_EXECUTE_OPERATION);
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
                { { .instruction = ERST_GOTO, .value = 2 }, FINDING_BREAKS, "leaves" },
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
        assert_int_equal(erst_table_judge(&table, &one, 1), 14);
        assert_int_equal(one.action, ERST_BEGIN_WRITE_OPERATION);
        assert_int_equal(erst_table_judge(&table, NULL, 0), 14);
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
                cmocka_unit_test(test_judge_lets_an_action_be_left_at_its_end),
                cmocka_unit_test(test_judge_counts_more_than_fits),
                cmocka_unit_test(test_real_tables_as_linux_takes_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
