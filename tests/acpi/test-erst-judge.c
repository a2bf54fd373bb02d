/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/erst.h"
#include "tests/support/fake-erst.h"

#define FINDINGS_MAX 64

/* A register in memory, as wide as its access. */
#define MEMORY_32(address) .register_region = { GAS_SPACE_MEMORY, 32, 0, 3, (address) }
#define MEMORY_64(address) .register_region = { GAS_SPACE_MEMORY, 64, 0, 4, (address) }

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

static void test_judge_has_nothing_to_say_of_a_good_table(NO_STATE) {
        struct fake_erst fake;

        fake_erst_init(&fake, FAKE_ERST_QEMU);
        assert_int_equal(judge(fake_erst_table(&fake)), 0);
}

static void test_judge_names_missing_actions(NO_STATE) {
        struct erst_builder builder;
        size_t breaks = 0, count;

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

static void test_judge_looks_at_the_header(NO_STATE) {
        struct fake_erst fake;
        size_t count;

        fake_erst_init(&fake, FAKE_ERST_QEMU);
        fake.builder.raw[8] = 2;
        store_u32(fake.builder.raw + 40, 1);
        count = judge(fake_erst_table(&fake));
        assert_int_equal(count, 3);
        assert_non_null(finding(count, -1, "checksum"));
        assert_non_null(finding(count, -1, "revision"));
        assert_non_null(finding(count, -1, "reserved"));
}

static void test_judge_sees_what_is_odd_in_an_entry(NO_STATE) {
        static const struct {
                struct erst_entry entry;
                enum erst_severity severity;
                const char *word;
        } cases[] = {
                { { .action = 0x11, .instruction = ERST_NOOP }, FINDING_WARNS, "not defined" },
                { { .instruction = ERST_READ_REGISTER, MEMORY_32(UINT64_MAX), .mask = 1 },
                  FINDING_BREAKS,
                  "not assigned" },
                { { .instruction = ERST_READ_REGISTER, .register_region = { 1, 64, 0, 4, 0xb0 }, .mask = 1 },
                  FINDING_BREAKS,
                  "32 bits" },
                { { .instruction = ERST_READ_REGISTER, MEMORY_32(0x1001), .mask = 1 },
                  FINDING_WARNS,
                  "not aligned" },
                { { .instruction = ERST_READ_REGISTER, MEMORY_32(0x1000) }, FINDING_WARNS, "mask is 0" },
                { { .instruction = ERST_WRITE_REGISTER_VALUE,
                    MEMORY_32(0x1000),
                    .value = 0x1ff,
                    .mask = 0xff },
                  FINDING_WARNS,
                  "cannot hold" },
                { { .action = ERST_GET_COMMAND_STATUS,
                    .instruction = ERST_READ_REGISTER,
                    MEMORY_32(0x1000),
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
                { { .instruction = ERST_READ_REGISTER, MEMORY_32(0xfffffff0), .mask = 1 },
                  FINDING_BREAKS,
                  "all ones" },
                { { .instruction = ERST_READ_REGISTER, MEMORY_64(UINT64_MAX - 15), .mask = 1 },
                  FINDING_BREAKS,
                  "all ones" },
                { { .instruction = ERST_READ_REGISTER, MEMORY_32(0xffc), .mask = 1 },
                  FINDING_WARNS,
                  "first page" },
                { { .action = ERST_SET_RECORD_IDENTIFIER,
                    .instruction = ERST_WRITE_REGISTER,
                    MEMORY_64(0x1000),
                    .mask = UINT64_MAX >> 1 },
                  FINDING_BREAKS,
                  "identifier of 64 bits" },
                { { .action = ERST_GET_RECORD_IDENTIFIER,
                    .instruction = ERST_READ_REGISTER,
                    MEMORY_32(0x1000),
                    .mask = UINT64_MAX },
                  FINDING_BREAKS,
                  "identifier of 64 bits" },
                { { .action = ERST_GET_EXECUTE_OPERATION_TIMINGS,
                    .instruction = ERST_READ_REGISTER,
                    MEMORY_32(0x1000),
                    .mask = UINT64_MAX },
                  FINDING_WARNS,
                  "maximum time" },
                { { .instruction = ERST_NOOP, .flags = 2 }, FINDING_WARNS, "undefined flags" },
                { { .instruction = ERST_NOOP, .reserved = 1 }, FINDING_WARNS, "reserved byte" },
        };

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

#define PLAIN_REGISTER MEMORY_32(0x1000), .mask = 0xffffffff
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

static void test_judge_sees_programs_that_do_nothing(NO_STATE) {
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

/* What is compared is true or false; a status has more to say. What is read behind it counts. */
static void test_judge_sees_a_status_that_is_compared(NO_STATE) {
        enum { STATUS = ERST_GET_COMMAND_STATUS, BUSY = ERST_CHECK_BUSY_STATUS };
        static const struct judged_program cases[] = {
                { { WITH(STATUS, ERST_READ_REGISTER_VALUE, 0) }, 1, 0, FINDING_BREAKS, "compares" },
                { { WITH(STATUS, ERST_READ_REGISTER_VALUE, 1) }, 1, 0, FINDING_BREAKS, "compares" },
                { { IN(STATUS, ERST_READ_REGISTER), WITH(STATUS, ERST_READ_REGISTER_VALUE, 0) },
                  2,
                  1,
                  FINDING_BREAKS,
                  "compares" },
                { { WITH(STATUS, ERST_READ_REGISTER_VALUE, 0), IN(STATUS, ERST_STORE_VAR1),
                    IN(STATUS, ERST_READ_REGISTER) },
                  3,
                  0,
                  FINDING_WARNS,
                  "" },
                { { IN(STATUS, ERST_READ_REGISTER) }, 1, 0, FINDING_WARNS, "" },
                { { WITH(BUSY, ERST_READ_REGISTER_VALUE, 1) }, 1, 0, FINDING_WARNS, "" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                check_program(&cases[i]);
}

static void test_judge_follows_jumps_and_moves(NO_STATE) {
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

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                check_program(&cases[i]);
}

/* Six instructions that Linux executes with another operand. */
static void test_judge_names_what_linux_does_otherwise(NO_STATE) {
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
static void test_judge_reads_constants(NO_STATE) {
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

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct judged_program program = {
                        .entries = { { cases[i].action, ERST_WRITE_REGISTER_VALUE, .value = cases[i].value,
                                       .mask = UINT64_MAX, MEMORY_64(0x1000) },
                                     { cases[i].action, ERST_READ_REGISTER, .mask = UINT64_MAX,
                                       MEMORY_64(0x1000) } },
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

static void test_judge_sees_operations_that_begin_alike(NO_STATE) {
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

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                check_program(&cases[i]);
}

/* One of BEGIN_READ and END is enough to tell the platform that its last operation is over. */
static void test_judge_sees_that_an_operation_would_be_repeated(NO_STATE) {
        for (unsigned having = 0; having < 4; having++) {
                struct erst_builder builder;

                erst_builder_init(&builder);
                if (having & 1)
                        ERST_BUILDER_ADD(&builder, ERST_BEGIN_READ_OPERATION, ERST_NOOP);
                if (having & 2)
                        ERST_BUILDER_ADD(&builder, ERST_END_OPERATION, ERST_NOOP);
                assert_int_equal(finding(judge(erst_builder_finish(&builder)), -1, "may repeat") != NULL,
                                 having == 0);
        }
}

/* The worst that fits: each entry is a loop over all entries before it. */
static void test_judge_ends_with_the_largest_table(NO_STATE) {
        size_t size = ERST_HEADER_SIZE + ERST_ENTRIES_MAX * ERST_ENTRY_SIZE;
        uint8_t *raw = calloc(1, size);

        erst_builder_write_header(raw, ERST_ENTRIES_MAX);
        for (size_t i = 0; i < ERST_ENTRIES_MAX; i++)
                raw[ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE + 1] = ERST_GOTO;
        assert_uint_in_range(judge(bytes_of(raw, size)), 2 * ERST_ENTRIES_MAX, 3 * ERST_ENTRIES_MAX);
        free(raw);
}

/* A jump to the end of the action ends it. */
static void test_judge_lets_an_action_be_left_at_its_end(NO_STATE) {
        struct erst_builder builder;

        erst_builder_init(&builder);
        ERST_BUILDER_ADD(&builder, ERST_END_OPERATION, ERST_GOTO, .value = 1);
        assert_null(finding(judge(erst_builder_finish(&builder)), 0, "leaves"));
}

static void test_judge_counts_more_than_fits(NO_STATE) {
        struct erst_finding one = { 0 };
        struct erst_builder builder;
        struct erst_table table;
        struct erst_fault fault;

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
        assert_uint_in_range(count, 0, FINDINGS_MAX);
        for (size_t i = 0; i < count; i++)
                breaks += findings[i].severity == FINDING_BREAKS;
        if (!ok) {
                assert_error(r, ERR_ACTION_MISSING);
                assert_int_equal(breaks, 3);
        } else if (strstr(path, "qemu-microvm-1.aml")) { /* its registers have no address */
                assert_error(r, ERR_INSTRUCTION);
                assert_uint_in_range(breaks, 1, FINDINGS_MAX);
        } else {
                assert_error(r, ERR_VALUE);
                assert_int_equal(breaks, 0);
        }
        free((void *) raw.data);
}

static void test_real_tables_as_linux_takes_them(NO_STATE) {
        const char *index_path = test_corpus("erst/INDEX.tsv");
        char line[8192], path[4096];
        size_t tables = 0;
        FILE *index;

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
        assert_uint_in_range(tables, 1, 1000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_judge_has_nothing_to_say_of_a_good_table),
                cmocka_unit_test(test_judge_names_missing_actions),
                cmocka_unit_test(test_judge_looks_at_the_header),
                cmocka_unit_test(test_judge_sees_what_is_odd_in_an_entry),
                cmocka_unit_test(test_judge_sees_programs_that_do_nothing),
                cmocka_unit_test(test_judge_sees_a_status_that_is_compared),
                cmocka_unit_test(test_judge_follows_jumps_and_moves),
                cmocka_unit_test(test_judge_names_what_linux_does_otherwise),
                cmocka_unit_test(test_judge_reads_constants),
                cmocka_unit_test(test_judge_sees_operations_that_begin_alike),
                cmocka_unit_test(test_judge_sees_that_an_operation_would_be_repeated),
                cmocka_unit_test(test_judge_ends_with_the_largest_table),
                cmocka_unit_test(test_judge_lets_an_action_be_left_at_its_end),
                cmocka_unit_test(test_judge_counts_more_than_fits),
                cmocka_unit_test(test_real_tables_as_linux_takes_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
