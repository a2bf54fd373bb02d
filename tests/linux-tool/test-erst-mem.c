/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * ERST by /dev/mem, which is a file here. A file answers nothing, so the platform is one whose range is
 * NVRAM: there records are read and written in place. What firmware answers, the interpreter's tests have
 * (tests/acpi).
 */
#include "linux-tool/source/sources.h"

#include <unistd.h>

#include "acpi/erst.h"
#include "cli/options.h"
#include "pstore/cper.h"
#include "tests/support/erst-builder.h"
#include "tests/support/loaded-source.h"
#include "tests/support/program-fixture.h"

#define REGISTERS   0x8000
#define RANGE       0x10000
#define RANGE_SIZE  0x4000
#define MEMORY_SIZE 0x20000
#define IOMEM       "00001000-00003fff : System RAM\n00008000-0001ffff : Reserved\n"
#define LOG         "Panic#1 Part1\n<0>[    1.000000] Kernel panic - not syncing: test\n"

struct machine {
        char *root, spec[4200];
        struct erst_builder builder;
};

static void put_memory(const struct machine *machine, uint64_t address, uint64_t length,
                       uint64_t attributes) {
        uint8_t *memory = malloc(MEMORY_SIZE);

        memset(memory, 0xff, MEMORY_SIZE);
        memcpy(memory + REGISTERS, &address, sizeof(address));
        memcpy(memory + REGISTERS + 8, &length, sizeof(length));
        memcpy(memory + REGISTERS + 16, &attributes, sizeof(attributes));
        scratch_write(scratch_path(machine->root, "dev/mem"), bytes_of(memory, MEMORY_SIZE));
        free(memory);
}

static void put_table(struct machine *machine) {
        scratch_write(scratch_path(machine->root, "sys/firmware/acpi/tables/ERST"),
                      erst_builder_finish(&machine->builder));
}

static void add_action(struct machine *machine, uint8_t action, struct gas where) {
        ERST_BUILDER_ADD(&machine->builder, .action = action, .instruction = ERST_READ_REGISTER,
                         .register_region = where, .mask = UINT64_MAX);
}

static int setup(void **state) {
        struct machine *machine = calloc(1, sizeof(*machine));

        machine->root = scratch_make();
        snprintf(machine->spec, sizeof(machine->spec), "erst-mem:%s", machine->root);
        scratch_put(machine->root, "/proc/iomem", IOMEM);
        scratch_put(machine->root, "/dev/mem", "");
        scratch_put(machine->root, "/sys/firmware/acpi/tables/ERST", "");
        put_memory(machine, RANGE, RANGE_SIZE, ERST_ATTRIBUTE_NVRAM);
        erst_builder_init(&machine->builder);
        for (uint8_t i = 0; i < 3; i++)
                add_action(machine, (uint8_t) (ERST_GET_ERROR_LOG_ADDRESS_RANGE + i),
                           erst_builder_memory(REGISTERS + 8u * i, 64));
        put_table(machine);
        *state = machine;
        return 0;
}

static int teardown(void **state) {
        struct machine *machine = *state;

        scratch_remove(machine->root);
        free(machine);
        return 0;
}

/* Nothing was read but the lists, and nothing written. */
static void assert_refused(const struct machine *machine, int error, const char *refusal) {
        struct bytes before = test_read_file(scratch_path(machine->root, "dev/mem")), after;
        const struct record_draft draft = { .log = text_view(LOG), .seconds = 1709210110 };
        char name[RECORD_NAME_SIZE];
        struct loaded loaded;

        load(&loaded, machine->spec);
        assert_error(loaded.result, error);
        assert_string_equal(loaded.source->refusal, refusal);
        assert_error(loaded.source->operations->write(loaded.source, &draft, name), error);
        assert_string_equal(loaded.source->refusal, refusal);
        unload(&loaded);
        after = test_read_file(scratch_path(machine->root, "dev/mem"));
        assert_true(bytes_equal(before, after));
        free((void *) before.data);
        free((void *) after.data);
}

static void test_a_record_comes_and_goes(void **state) {
        const struct machine *machine = *state;
        const struct record_draft draft = { .log = text_view(LOG), .seconds = 1709210110 };
        char name[RECORD_NAME_SIZE];
        struct record_source *source = source_new(machine->spec);
        struct loaded loaded;
        struct bytes memory;

        assert_ok(source->operations->write(source, &draft, name)); /* without an open() before */
        assert_string_equal(name, "65e079fe00800001");
        source_free(source);
        memory = test_read_file(scratch_path(machine->root, "dev/mem"));
        assert_memory_equal(memory.data + RANGE, "CPER", 4);
        free((void *) memory.data);
        load(&loaded, machine->spec);
        assert_int_equal(loaded.result, 1);
        assert_null(loaded.source->refusal);
        assert_string_equal(loaded.catalog.rows[0]->record.name, name);
        assert_ok(loaded.source->operations->erase(loaded.source, name));
        assert_ok(loaded.source->operations->open(loaded.source));
        assert_int_equal(loaded.source->operations->next(loaded.source, &(struct source_entry){ 0 }), 0);
        unload(&loaded);
}

static void test_the_kernels_driver(void **state) {
        const struct machine *machine = *state;

        scratch_put(machine->root, "/proc/iomem", IOMEM "  00010000-00013fff : APEI ERST\n");
        assert_refused(machine, ERR_IN_USE,
                       "the kernel's own driver uses ERST, which knows one operation at a time: boot with "
                       "erst_disable");
}

static void test_no_table(void **state) {
        const struct machine *machine = *state;

        assert_int_equal(unlink(scratch_path(machine->root, "sys/firmware/acpi/tables/ERST")), 0);
        assert_refused(machine, ERR_NO_STORE, "this machine has no ERST table");
}

static void test_a_table_that_is_none(void **state) {
        const struct machine *machine = *state;
        char refusal[4400];

        scratch_put(machine->root, "/sys/firmware/acpi/tables/ERST", "ERST");
        snprintf(refusal, sizeof(refusal),
                 "%s/sys/firmware/acpi/tables/ERST: offset 4: header: ends before its 48 bytes",
                 machine->root);
        assert_refused(machine, ERR_TRUNCATED, refusal);
}

/* Whatever it names is looked at before the first of it is touched. */
static void test_a_table_that_names_the_kernels_memory(void **state) {
        struct machine *machine = *state;

        add_action(machine, ERST_CHECK_BUSY_STATUS, erst_builder_memory(0x3ffd, 32));
        put_table(machine);
        assert_refused(machine, ERR_VALUE,
                       "the table's entry 3: 0x3ffd: lies in the kernel's own memory (System RAM)");
}

static void test_a_range_in_the_kernels_memory(void **state) {
        const struct machine *machine = *state;

        put_memory(machine, 0x800, RANGE_SIZE, ERST_ATTRIBUTE_NVRAM);
        assert_refused(
                machine, ERR_VALUE,
                "the range that records are exchanged in: 0x800: lies in the kernel's own memory (System "
                "RAM)");
}

static void test_a_wide_port(void **state) {
        struct machine *machine = *state;

        scratch_put(machine->root, "/dev/port", "");
        add_action(machine, ERST_EXECUTE_OPERATION, erst_builder_port(0xb2, 16));
        put_table(machine);
        assert_refused(machine, ERR_NOT_SUPPORTED,
                       "the table's entry 3: port 0xb2: /dev/port has 8 bits at a time, and it wants 16");
}

/* What nobody executes keeps nobody out. */
static void test_actions_that_are_never_run(void **state) {
        static const uint8_t actions[] = { ERST_BEGIN_DUMMY_WRITE_OPERATION, ERST_ACTION_RESERVED, 0x11,
                                           0xff };
        struct machine *machine = *state;
        struct loaded loaded;

        for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
                add_action(machine, actions[i], erst_builder_port(0xb2, 16));
                add_action(machine, actions[i], erst_builder_memory(0x2000, 32));
        }
        put_table(machine);
        load(&loaded, machine->spec);
        assert_int_equal(loaded.result, 0);
        unload(&loaded);
}

/* An open() that failed is tried anew, and its reason does not stay. */
static void test_a_reason_that_is_over(void **state) {
        const struct machine *machine = *state;
        struct record_source *source = source_new(machine->spec);

        scratch_put(machine->root, "/proc/iomem", IOMEM "00010000-00013fff : APEI ERST\n");
        assert_error(source->operations->open(source), ERR_IN_USE);
        assert_non_null(source->refusal);
        scratch_put(machine->root, "/proc/iomem", IOMEM);
        assert_ok(source->operations->open(source));
        assert_null(source->refusal);
        source_free(source);
}

/* The reason is what the program says, of every verb. */
static void test_what_the_program_says(void **state) {
        static const char *const verbs[][2] = { { "list" }, { "write" }, { "prove", "arm" } };
        const struct machine *machine = *state;
        char wanted[5000];
        struct program program;

        scratch_put(machine->root, "/proc/iomem", IOMEM "00010000-00013fff : APEI ERST\n");
        snprintf(
                wanted, sizeof(wanted),
                "pstore-fw: %s: the kernel's own driver uses ERST, which knows one operation at a time: boot "
                "with erst_disable\n",
                machine->spec);
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                program_run(&program, LOG, "-s", machine->spec, verbs[i][0], verbs[i][1], NULL);
                program_assert_status(&program, EXIT_FAILED);
                test_assert_contains(program.messages, wanted);
                program_free(&program);
        }
        program_run(&program, NULL, "-s", machine->spec, "check", "--json", NULL);
        test_assert_contains(program.output, "cannot be used: the kernel's own driver uses ERST");
        program_free(&program);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_record_comes_and_goes),
                TEST(test_the_kernels_driver),
                TEST(test_no_table),
                TEST(test_a_table_that_is_none),
                TEST(test_a_table_that_names_the_kernels_memory),
                TEST(test_a_range_in_the_kernels_memory),
                TEST(test_a_wide_port),
                TEST(test_actions_that_are_never_run),
                TEST(test_a_reason_that_is_over),
                TEST(test_what_the_program_says),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
