/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/erst-exec.h"
#include "tests/support/erst-builder.h"

/* A machine of 8 KiB of memory at BASE and 256 ports, on which short programs run. */
#define BASE 0x10000
#define SIZE 0x2000
#define PORT 0xb2

struct machine {
        uint8_t memory[SIZE];
        uint8_t ports[256];
        uint64_t reads, writes, accesses, fail_at;
        uint64_t stalled_us, stalls;
        uint64_t ready_at_us; /* then the first byte of memory becomes 0 */
        bool garbage_above;   /* a read gives ones above its width, as a careless back end might */
        struct erst_context context;
};

static uint8_t *locate(struct machine *machine, uint8_t space, uint64_t address, size_t size) {
        if (space == GAS_SPACE_IO)
                return address + size <= sizeof(machine->ports) ? machine->ports + address : NULL;
        if (address < BASE || address - BASE > SIZE || size > SIZE - (address - BASE))
                return NULL;
        return machine->memory + (address - BASE);
}

static bool fails(struct machine *machine) {
        return ++machine->accesses == machine->fail_at;
}

static int read_register(void *context, uint8_t space, uint64_t address, unsigned width,
                         uint64_t *ret_value) {
        struct machine *machine = context;
        uint8_t *place = locate(machine, space, address, width / 8);
        uint8_t raw[8] = { 0 };

        if (fails(machine) || !place)
                return ERR_IO;
        machine->reads++;
        memcpy(raw, place, width / 8);
        if (machine->garbage_above)
                memset(raw + width / 8, 0xff, 8 - width / 8);
        *ret_value = bytes_u64(bytes_of(raw, 8), 0);
        return 0;
}

static int write_register(void *context, uint8_t space, uint64_t address, unsigned width, uint64_t value) {
        struct machine *machine = context;
        uint8_t *place = locate(machine, space, address, width / 8);
        uint8_t raw[8];

        if (fails(machine) || !place)
                return ERR_IO;
        assert_true(width == 64 || value >> width == 0);
        machine->writes++;
        store_u64(raw, value);
        memcpy(place, raw, width / 8);
        return 0;
}

static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        uint8_t *place = locate(context, GAS_SPACE_MEMORY, address, size);

        if (fails(context) || !place)
                return ERR_IO;
        memcpy(destination, place, size);
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        uint8_t *place = locate(context, GAS_SPACE_MEMORY, address, size);

        if (fails(context) || !place)
                return ERR_IO;
        memcpy(place, source, size);
        return 0;
}

static int stall(void *context, uint64_t duration_us) {
        struct machine *machine = context;

        if (fails(machine))
                return ERR_IO;
        machine->stalls++;
        machine->stalled_us += duration_us;
        if (machine->ready_at_us && machine->stalled_us >= machine->ready_at_us)
                machine->memory[0] = 0;
        return 0;
}

static int run_table(struct machine *machine, struct bytes raw, uint8_t action) {
        struct acpi_io io = { machine, read_register, write_register, copy_from, copy_to, stall };
        struct erst_table table;
        struct erst_fault fault;

        assert_ok(erst_table_parse(raw, &table, &fault));
        return erst_run_action(&table, &io, &machine->context, action);
}

static int run_entries(struct machine *machine, const struct erst_entry *entries, size_t count) {
        struct erst_builder builder;

        erst_builder_init(&builder);
        for (size_t i = 0; i < count; i++)
                erst_builder_add(&builder, entries[i]);
        return run_table(machine, erst_builder_finish(&builder), 0);
}

/* RUN(&machine, { .instruction = ... }, { ... }): one action of these instructions */
#define RUN(machine, ...)                                                                                    \
        run_entries((machine), (const struct erst_entry[]){ __VA_ARGS__ },                                   \
                    ARRAY_SIZE(((const struct erst_entry[]){ __VA_ARGS__ })))

#define MEMORY(offset, bits)                                                                                 \
        .register_region = { GAS_SPACE_MEMORY, (bits), 0, WIDTH_CODE(bits), BASE + (offset) }
#define FIELD(offset, bits, at)                                                                              \
        .register_region = { GAS_SPACE_MEMORY, 1, (at), WIDTH_CODE(bits), BASE + (offset) }
#define WIDTH_CODE(bits) ((bits) == 8 ? 1 : (bits) == 16 ? 2 : (bits) == 32 ? 3 : 4)
#define ALL              .mask = UINT64_MAX

static uint64_t at(const struct machine *machine, size_t offset) {
        return bytes_u64(bytes_of(machine->memory, SIZE), offset);
}

static void put(struct machine *machine, size_t offset, uint64_t value) {
        store_u64(machine->memory + offset, value);
}

static void test_read_register_takes_the_access_width(NO_STATE) {
        static const uint64_t values[] = { 0x88, 0x7788, 0x55667788, 0x1122334455667788 };

        for (unsigned i = 0; i < 4; i++)
                for (unsigned garbage = 0; garbage < 2; garbage++) {
                        struct machine machine = { .garbage_above = garbage };

                        put(&machine, 1, 0x1122334455667788);
                        assert_ok(RUN(&machine,
                                      { .instruction = ERST_READ_REGISTER, MEMORY(1, 8u << i), ALL }));
                        assert_int_equal(machine.context.value, values[i]);
                        assert_int_equal(machine.reads, 1);
                }
}

static void test_read_register_shifts_then_masks(NO_STATE) {
        struct machine machine = { 0 };

        put(&machine, 0, 0xabcd);
        assert_ok(RUN(&machine, { .instruction = ERST_READ_REGISTER, FIELD(0, 16, 4), .mask = 0xff }));
        assert_int_equal(machine.context.value, 0xbc);
        assert_ok(RUN(&machine, { .instruction = ERST_READ_REGISTER, FIELD(0, 16, 4), .mask = 0xf0 }));
        assert_int_equal(machine.context.value, 0xb0);
}

/* A bit width of 0 lets a bit offset of 64 through the table's checks. */
static void test_shift_of_64_reads_and_writes_nothing(NO_STATE) {
        struct machine machine = { 0 };
        struct erst_entry entry = { .instruction = ERST_READ_REGISTER,
                                    .register_region = { GAS_SPACE_MEMORY, 0, 64, 4, BASE },
                                    ALL };

        put(&machine, 0, 0x1122334455667788);
        machine.context.value = 5;
        assert_ok(run_entries(&machine, &entry, 1));
        assert_int_equal(machine.context.value, 0);
        machine.context.value = 5;
        entry.instruction = ERST_WRITE_REGISTER;
        entry.flags = ERST_PRESERVE_REGISTER;
        assert_ok(run_entries(&machine, &entry, 1));
        assert_int_equal(at(&machine, 0), 0x1122334455667788);
}

static void test_read_register_value_compares(NO_STATE) {
        struct machine machine = { 0 };

        put(&machine, 0, 0x5a);
        machine.context.value = 77;
        assert_ok(RUN(&machine,
                      { .instruction = ERST_READ_REGISTER_VALUE, MEMORY(0, 8), .value = 0xa, .mask = 0xf }));
        assert_int_equal(machine.context.value, 1);
        /* Value is not masked: ACPI 6.5, 18.5.1.2 */
        assert_ok(RUN(&machine,
                      { .instruction = ERST_READ_REGISTER_VALUE, MEMORY(0, 8), .value = 0x5a, .mask = 0xf }));
        assert_int_equal(machine.context.value, 0);
}

static void test_write_register_masks_then_shifts(NO_STATE) {
        struct machine machine = { .context.value = 0x123 };

        put(&machine, 0, UINT64_MAX);
        assert_ok(RUN(&machine, { .instruction = ERST_WRITE_REGISTER, FIELD(0, 16, 4), .mask = 0xff }));
        assert_int_equal(at(&machine, 0), 0xffffffffffff0230);
        assert_int_equal(machine.reads, 0);
}

static void test_preserve_keeps_the_other_bits(NO_STATE) {
        static const uint8_t writers[] = { ERST_WRITE_REGISTER, ERST_WRITE_REGISTER_VALUE, ERST_STORE_VAR1,
                                           ERST_ADD_VALUE, ERST_SUBTRACT_VALUE };

        for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
                struct machine machine = { .context = { .value = 0, .var1 = 0 } };

                put(&machine, 0, 0xf00f);
                assert_ok(RUN(&machine, { .instruction = writers[i],
                                          .flags = ERST_PRESERVE_REGISTER,
                                          FIELD(0, 16, 4),
                                          .mask = 0xff }));
                assert_int_equal(at(&machine, 0), 0xf00f);
                assert_ok(RUN(&machine, { .instruction = writers[i], FIELD(0, 16, 4), .mask = 0xff }));
                assert_int_equal(at(&machine, 0), 0);
        }
}

static void test_preserve_replaces_the_field(NO_STATE) {
        struct machine machine = { 0 };

        put(&machine, 0, 0xffff);
        assert_ok(RUN(&machine, { .instruction = ERST_WRITE_REGISTER_VALUE,
                                  .flags = ERST_PRESERVE_REGISTER,
                                  FIELD(0, 16, 4),
                                  .value = 0x35,
                                  .mask = 0xff }));
        assert_int_equal(at(&machine, 0), 0xf35f);
        assert_int_equal(machine.reads, 1);
        assert_int_equal(machine.writes, 1);
}

/* Intel S5520UR: a mask of 0xffff on an 8-bit port. */
static void test_write_is_cut_to_the_port(NO_STATE) {
        struct machine machine = { 0 };

        machine.ports[PORT + 1] = 0x77;
        assert_ok(RUN(&machine, { .instruction = ERST_WRITE_REGISTER_VALUE,
                                  .register_region = { GAS_SPACE_IO, 8, 0, 1, PORT },
                                  .value = 0x9a79,
                                  .mask = 0xffff }));
        assert_int_equal(machine.ports[PORT], 0x79);
        assert_int_equal(machine.ports[PORT + 1], 0x77);
}

/* Linux makes Value the new input. */
static void test_write_register_value_keeps_the_input(NO_STATE) {
        struct machine machine = { .context.value = 0x1234 };

        assert_ok(RUN(&machine,
                      { .instruction = ERST_WRITE_REGISTER_VALUE, MEMORY(0, 8), .value = 9, .mask = 0xff },
                      { .instruction = ERST_WRITE_REGISTER, MEMORY(8, 64), ALL }));
        assert_int_equal(at(&machine, 0), 9);
        assert_int_equal(at(&machine, 8), 0x1234);
}

/* S5520UR has NOOP with PRESERVE_REGISTER. */
static void test_noop_touches_nothing(NO_STATE) {
        struct machine machine = { .context = { 1, 2, 3, 4, 5, 6 } };
        const struct erst_context before = machine.context;

        assert_ok(RUN(&machine, { .instruction = ERST_NOOP,
                                  .flags = ERST_PRESERVE_REGISTER,
                                  MEMORY(0, 8),
                                  .value = 1,
                                  ALL }));
        assert_int_equal(machine.accesses, 0);
        assert_memory_equal(&machine.context, &before, sizeof(before));
}

static void test_variables_load_store_add_subtract(NO_STATE) {
        struct machine machine = { .context.value = 0xdead };

        put(&machine, 0, 40);
        put(&machine, 8, 2);
        assert_ok(RUN(&machine, { .instruction = ERST_LOAD_VAR1, MEMORY(0, 64), ALL },
                      { .instruction = ERST_LOAD_VAR2, MEMORY(8, 64), ALL }, { .instruction = ERST_ADD },
                      { .instruction = ERST_STORE_VAR1, MEMORY(16, 64), ALL },
                      { .instruction = ERST_SUBTRACT }, { .instruction = ERST_SUBTRACT },
                      { .instruction = ERST_STORE_VAR1, MEMORY(24, 64), ALL }));
        assert_int_equal(at(&machine, 16), 42);
        assert_int_equal(at(&machine, 24), 38);
        assert_int_equal(machine.context.var1, 38);
        assert_int_equal(machine.context.var2, 2);
        assert_int_equal(machine.context.value, 0xdead);
}

static void test_arithmetic_wraps(NO_STATE) {
        struct machine machine = { .context = { .var1 = 1, .var2 = 2 } };

        assert_ok(RUN(&machine, { .instruction = ERST_SUBTRACT }));
        assert_int_equal(machine.context.var1, UINT64_MAX);
        assert_ok(RUN(&machine, { .instruction = ERST_ADD }));
        assert_int_equal(machine.context.var1, 1);
}

/* Linux adds its value register. */
static void test_add_and_subtract_take_the_entrys_value(NO_STATE) {
        struct machine machine = { .context.value = 1000 };

        put(&machine, 0, 50);
        assert_ok(RUN(&machine, { .instruction = ERST_ADD_VALUE, MEMORY(0, 64), .value = 7, ALL }));
        assert_int_equal(at(&machine, 0), 57);
        assert_ok(RUN(&machine, { .instruction = ERST_SUBTRACT_VALUE, MEMORY(0, 64), .value = 17, ALL }));
        assert_int_equal(at(&machine, 0), 40);
        assert_int_equal(machine.context.value, 1000);
        put(&machine, 0, 0xff);
        assert_ok(RUN(&machine, { .instruction = ERST_ADD_VALUE, MEMORY(0, 8), .value = 2, .mask = 0xf }));
        assert_int_equal(at(&machine, 0), 1);
}

/* Linux waits for its value register, and for 50 us at most. */
static void test_stall_waits_for_the_entrys_value(NO_STATE) {
        struct machine machine = { .context.value = 3 };

        assert_ok(RUN(&machine, { .instruction = ERST_STALL, .value = 700 },
                      { .instruction = ERST_STALL, .value = 50 }));
        assert_int_equal(machine.stalled_us, 750);
        assert_int_equal(machine.context.stalled_us, 750);
}

static void test_stalls_of_one_action_are_bounded(NO_STATE) {
        struct machine machine = { 0 };

        assert_error(RUN(&machine, { .instruction = ERST_STALL, .value = ERST_ACTION_STALL_MAX_US },
                         { .instruction = ERST_STALL, .value = 1 }),
                     ERR_TIMEOUT);
        assert_int_equal(machine.stalled_us, ERST_ACTION_STALL_MAX_US);
        assert_error(RUN(&machine, { .instruction = ERST_STALL, .value = UINT64_MAX }), ERR_TIMEOUT);
        assert_int_equal(machine.stalled_us, ERST_ACTION_STALL_MAX_US);
        assert_ok(RUN(&machine, { .instruction = ERST_STALL, .value = 5 }));
        assert_int_equal(machine.context.stalled_us, ERST_ACTION_STALL_MAX_US + 5);
}

static void test_stall_while_true_waits_var1_between_looks(NO_STATE) {
        struct machine machine = { .ready_at_us = 1000, .context = { .value = 99, .var1 = 300 } };

        machine.memory[0] = 1;
        assert_ok(
                RUN(&machine, { .instruction = ERST_STALL_WHILE_TRUE, MEMORY(0, 8), .value = 1, .mask = 1 }));
        assert_int_equal(machine.stalls, 4);
        assert_int_equal(machine.stalled_us, 1200);
        assert_int_equal(machine.reads, 5);
        assert_ok(
                RUN(&machine, { .instruction = ERST_STALL_WHILE_TRUE, MEMORY(0, 8), .value = 1, .mask = 1 }));
        assert_int_equal(machine.stalls, 4);
}

static void test_stall_while_true_ends(NO_STATE) {
        static const uint64_t steps[] = { 0, 1, 300, ERST_ACTION_STALL_MAX_US, UINT64_MAX };

        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
                struct machine machine = { .context.var1 = steps[i] };

                assert_error(RUN(&machine, { .instruction = ERST_STALL_WHILE_TRUE, MEMORY(0, 8), .mask = 1 }),
                             ERR_TIMEOUT);
                assert_uint_in_range(machine.stalled_us, 0, ERST_ACTION_STALL_MAX_US);
                assert_uint_in_range(machine.reads, 1, ERST_ACTION_STALL_MAX_US / ERST_STALL_STEP_MIN_US + 1);
        }
}

#define SKIP(at_offset, wanted)                                                                              \
        .instruction = ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, MEMORY(at_offset, 8), .value = (wanted),          \
        .mask = 0xff
#define ADD_1(at_offset) .instruction = ERST_ADD_VALUE, MEMORY(at_offset, 64), .value = 1, ALL
#define GOTO(target)     .instruction = ERST_GOTO, .value = (target)

/* Linux compares with its value register. */
static void test_skip_compares_with_the_entrys_value(NO_STATE) {
        struct machine machine = { .context.value = 9 };

        machine.memory[0] = 4;
        assert_ok(RUN(&machine, { SKIP(0, 4) }, { ADD_1(8) }, { ADD_1(16) }));
        assert_int_equal(at(&machine, 8), 0);
        assert_int_equal(at(&machine, 16), 1);
        assert_ok(RUN(&machine, { SKIP(0, 9) }, { ADD_1(8) }, { ADD_1(16) }));
        assert_int_equal(at(&machine, 8), 1);
        assert_int_equal(at(&machine, 16), 2);
        assert_ok(RUN(&machine, { SKIP(0, 4) }));
}

/* while (counter != 5) counter++; what NVIDIA TH500 meant its busy loop to be */
static void test_skip_and_goto_make_a_loop(NO_STATE) {
        struct machine machine = { .context.value = 77 };

        assert_ok(RUN(&machine, { ADD_1(0) }, { SKIP(0, 5) }, { GOTO(0) }, { ADD_1(8) }));
        assert_int_equal(at(&machine, 0), 5);
        assert_int_equal(at(&machine, 8), 1);
}

static void test_goto_takes_the_entrys_value(NO_STATE) {
        struct machine machine = { .context.value = 1 };

        assert_ok(RUN(&machine, { GOTO(3) }, { ADD_1(0) }, { ADD_1(0) }, { ADD_1(8) }));
        assert_int_equal(at(&machine, 0), 0);
        assert_int_equal(at(&machine, 8), 1);
        assert_ok(RUN(&machine, { GOTO(2) }, { ADD_1(0) }));
        assert_int_equal(at(&machine, 0), 0);
}

static void test_goto_out_of_the_action_is_refused(NO_STATE) {
        struct machine machine = { 0 };

        assert_error(RUN(&machine, { ADD_1(0) }, { GOTO(3) }), ERR_INSTRUCTION);
        assert_int_equal(at(&machine, 0), 1);
        assert_error(RUN(&machine, { GOTO(UINT64_MAX) }), ERR_INSTRUCTION);
}

/* Another action's entries lie between: index 1 is the action's second instruction. */
static void test_goto_counts_within_the_action(NO_STATE) {
        struct machine machine = { 0 };
        struct erst_builder builder;
        static const struct erst_entry entries[] = {
                { .action = 7, ADD_1(0) }, { .action = 3, GOTO(2) },   { .action = 7, ADD_1(0) },
                { .action = 3, ADD_1(8) }, { .action = 3, ADD_1(16) },
        };

        erst_builder_init(&builder);
        for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
                erst_builder_add(&builder, entries[i]);
        assert_ok(run_table(&machine, erst_builder_finish(&builder), 3));
        assert_int_equal(at(&machine, 0), 0);
        assert_int_equal(at(&machine, 8), 0);
        assert_int_equal(at(&machine, 16), 1);
        assert_error(run_table(&machine, erst_builder_finish(&builder), 4), ERR_ACTION_MISSING);
}

static void test_endless_loop_ends(NO_STATE) {
        struct machine machine = { 0 };

        assert_error(RUN(&machine, { GOTO(0) }), ERR_LOOP);
        assert_error(RUN(&machine, { ADD_1(0) }, { GOTO(0) }), ERR_LOOP);
        assert_int_equal(at(&machine, 0), ERST_ACTION_STEPS_MAX / 2);
}

/* 1365 rounds of three instructions, of which the last leaves out the jump, and `noops` more. */
static int run_steps(size_t noops) {
        struct erst_entry entries[8] = {
                { ADD_1(0) },
                { .instruction = ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE, MEMORY(0, 16), .value = 1365, ALL },
                { GOTO(0) },
        };
        struct machine machine = { 0 };

        for (size_t i = 0; i < noops; i++)
                entries[3 + i].instruction = ERST_NOOP;
        return run_entries(&machine, entries, 3 + noops);
}

static void test_the_last_step_allowed_is_taken(NO_STATE) {
        assert_int_equal(3 * 1365 - 1 + 2, ERST_ACTION_STEPS_MAX);
        assert_ok(run_steps(2));
        assert_error(run_steps(3), ERR_LOOP);
}

static void fill(struct machine *machine) {
        struct test_random random = { 5 };

        test_random_fill(&random, machine->memory, SIZE);
}

/* memory[0] and [8] hold the bases, [16] the offset, [24] the size. */
static int move(struct machine *machine, uint64_t source, uint64_t destination, uint64_t offset,
                uint64_t size) {
        put(machine, 0, source);
        put(machine, 8, destination);
        put(machine, 16, offset);
        put(machine, 24, size);
        return RUN(machine, { .instruction = ERST_SET_SRC_ADDRESS_BASE, MEMORY(0, 64), ALL },
                   { .instruction = ERST_SET_DST_ADDRESS_BASE, MEMORY(8, 64), ALL },
                   { .instruction = ERST_LOAD_VAR2, MEMORY(24, 64), ALL },
                   { .instruction = ERST_MOVE_DATA, MEMORY(16, 64), ALL });
}

static void test_move_data_is_memmove(NO_STATE) {
        static const struct {
                uint64_t source, destination, offset, size;
        } cases[] = {
                { 0x100, 0x1000, 0, 0x700 },   { 0x100, 0x1000, 0x40, 3 }, { 0x100, 0x180, 0x20, 0x800 },
                { 0x180, 0x100, 0x20, 0x800 }, { 0x100, 0x101, 0, 0x801 }, { 0x101, 0x100, 0, 0x801 },
                { 0x100, 0x100, 0, 0x300 },    { 0x100, 0x200, 0, 0x100 }, { 0x100, 0x1000, 8, 0 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct machine machine = { 0 };
                uint8_t expected[SIZE];
                uint64_t source = cases[i].source + cases[i].offset;
                uint64_t destination = cases[i].destination + cases[i].offset;

                fill(&machine);
                memcpy(expected, machine.memory, SIZE);
                memmove(expected + destination, expected + source, cases[i].size);
                assert_ok(move(&machine, BASE + cases[i].source, BASE + cases[i].destination, cases[i].offset,
                               cases[i].size));
                assert_memory_equal(machine.memory + 32, expected + 32, SIZE - 32);
                assert_int_equal(machine.context.src_base, BASE + cases[i].source);
                assert_int_equal(machine.context.dst_base, BASE + cases[i].destination);
        }
}

static void test_move_data_is_bounded(NO_STATE) {
        struct machine machine = { 0 };
        uint64_t before;

        assert_error(move(&machine, BASE, BASE, 0, ERST_ACTION_MOVE_MAX + 1), ERR_TOO_LARGE);
        assert_error(move(&machine, UINT64_MAX - 7, BASE, 0, 9), ERR_TOO_LARGE);
        assert_error(move(&machine, BASE, UINT64_MAX - 7, 0, 9), ERR_TOO_LARGE);
        assert_error(move(&machine, BASE, BASE, UINT64_MAX, 1), ERR_TOO_LARGE);
        before = machine.accesses;
        /* The bound holds for all moves of one action: 4096 of 4 KiB each do not happen. */
        machine.context =
                (struct erst_context){ .var2 = 0x1000, .src_base = BASE, .dst_base = BASE + 0x1000 };
        put(&machine, 16, 0);
        assert_error(RUN(&machine, { .instruction = ERST_MOVE_DATA, MEMORY(16, 64), ALL }, { GOTO(0) }),
                     ERR_TOO_LARGE);
        assert_uint_in_range(machine.accesses - before, 1,
                             2 * (ERST_ACTION_MOVE_MAX / 256) + ERST_ACTION_STEPS_MAX);
}

/* qemu-microvm: a base address register that was never assigned */
static void test_unassigned_register_is_not_touched(NO_STATE) {
        static const uint8_t kinds[] = { ERST_READ_REGISTER, ERST_WRITE_REGISTER, ERST_MOVE_DATA };

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                struct machine machine = { 0 };

                assert_error(RUN(&machine, { .instruction = kinds[i],
                                             .register_region = { GAS_SPACE_MEMORY, 32, 0, 3, UINT64_MAX },
                                             ALL }),
                             ERR_INSTRUCTION);
                assert_int_equal(machine.accesses, 0);
        }
}

static void test_context_carries_over_to_the_next_action(NO_STATE) {
        struct machine machine = { 0 };

        put(&machine, 0, 12);
        assert_ok(RUN(&machine, { .instruction = ERST_LOAD_VAR1, MEMORY(0, 64), ALL }));
        assert_ok(RUN(&machine, { .instruction = ERST_STORE_VAR1, MEMORY(8, 64), ALL }));
        assert_int_equal(at(&machine, 8), 12);
}

static int run_everything(struct machine *machine) {
        machine->memory[0] = 1;
        machine->ready_at_us = 300;
        machine->context = (struct erst_context){ .var1 = 200, .src_base = BASE, .dst_base = BASE + 0x1000 };
        return RUN(machine, { .instruction = ERST_STALL_WHILE_TRUE, MEMORY(0, 8), .value = 1, .mask = 0xff },
                   { .instruction = ERST_READ_REGISTER, MEMORY(8, 8), ALL },
                   { .instruction = ERST_READ_REGISTER_VALUE, MEMORY(8, 8), ALL },
                   { .instruction = ERST_WRITE_REGISTER, .flags = ERST_PRESERVE_REGISTER, MEMORY(8, 8), ALL },
                   { .instruction = ERST_WRITE_REGISTER_VALUE, MEMORY(8, 8), ALL },
                   { .instruction = ERST_LOAD_VAR1, MEMORY(8, 8), ALL },
                   { .instruction = ERST_STORE_VAR1, MEMORY(8, 8), ALL },
                   { .instruction = ERST_ADD_VALUE, MEMORY(16, 8), .value = 9, ALL },
                   { .instruction = ERST_SUBTRACT_VALUE, MEMORY(24, 8), .value = 1, ALL },
                   { .instruction = ERST_STALL, .value = 4 }, { SKIP(8, 1) },
                   { .instruction = ERST_SET_SRC_ADDRESS_BASE, MEMORY(32, 64), ALL },
                   { .instruction = ERST_SET_DST_ADDRESS_BASE, MEMORY(40, 64), ALL },
                   { .instruction = ERST_LOAD_VAR2, MEMORY(16, 8), ALL },
                   { .instruction = ERST_MOVE_DATA, MEMORY(48, 8), ALL });
}

static void test_each_failing_access_is_reported(NO_STATE) {
        uint64_t n = 0;
        int r;

        do {
                struct machine machine = { .fail_at = ++n };

                put(&machine, 32, BASE);
                put(&machine, 40, BASE + 0x100);
                r = run_everything(&machine);
                assert_int_equal(r, r < 0 ? ERR_IO : 0);
                if (r < 0)
                        assert_int_equal(machine.accesses, n);
        } while (r < 0);
        assert_int_equal(n, 24 + 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read_register_takes_the_access_width),
                cmocka_unit_test(test_read_register_shifts_then_masks),
                cmocka_unit_test(test_shift_of_64_reads_and_writes_nothing),
                cmocka_unit_test(test_read_register_value_compares),
                cmocka_unit_test(test_write_register_masks_then_shifts),
                cmocka_unit_test(test_preserve_keeps_the_other_bits),
                cmocka_unit_test(test_preserve_replaces_the_field),
                cmocka_unit_test(test_write_is_cut_to_the_port),
                cmocka_unit_test(test_write_register_value_keeps_the_input),
                cmocka_unit_test(test_noop_touches_nothing),
                cmocka_unit_test(test_variables_load_store_add_subtract),
                cmocka_unit_test(test_arithmetic_wraps),
                cmocka_unit_test(test_add_and_subtract_take_the_entrys_value),
                cmocka_unit_test(test_stall_waits_for_the_entrys_value),
                cmocka_unit_test(test_stalls_of_one_action_are_bounded),
                cmocka_unit_test(test_stall_while_true_waits_var1_between_looks),
                cmocka_unit_test(test_stall_while_true_ends),
                cmocka_unit_test(test_skip_compares_with_the_entrys_value),
                cmocka_unit_test(test_skip_and_goto_make_a_loop),
                cmocka_unit_test(test_goto_takes_the_entrys_value),
                cmocka_unit_test(test_goto_out_of_the_action_is_refused),
                cmocka_unit_test(test_goto_counts_within_the_action),
                cmocka_unit_test(test_endless_loop_ends),
                cmocka_unit_test(test_the_last_step_allowed_is_taken),
                cmocka_unit_test(test_move_data_is_memmove),
                cmocka_unit_test(test_move_data_is_bounded),
                cmocka_unit_test(test_unassigned_register_is_not_touched),
                cmocka_unit_test(test_context_carries_over_to_the_next_action),
                cmocka_unit_test(test_each_failing_access_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
