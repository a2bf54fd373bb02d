/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * An ERST table and what its registers hold; every action is run. The input is a count of entries, the
 * entries as they are in a table, and the content of memory. A few fields are folded so that most inputs are
 * programs that run. What must hold, for each action:
 *  - it ends within the bounds of acpi/erst-exec.h: accesses, stalls, bytes moved;
 *  - every access is one that an instruction of the action names, and every write one that an instruction
 *    explains: no bit outside of its mask is set, or with PRESERVE_REGISTER none is changed, and
 *    WRITE_REGISTER_VALUE writes just its value;
 *  - memory is copied by MOVE_DATA alone;
 *  - it fails only in the ways that the header lists, and the same input gives the same result again.
 */
#include <stdlib.h>
#include <string.h>

#include "acpi/erst-exec.h"
#include "base/arith.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/erst-builder.h"

#define BASE        0x10000
#define MEMORY_SIZE 0x1000
#define PORTS       0x100
#define ENTRIES_MAX 16

/* A step makes two accesses at most, beside the looks of STALL_WHILE_TRUE and the pieces of MOVE_DATA. */
#define MOVE_PIECE 256
#define ACCESSES_MAX                                                                                         \
        (2 * ERST_ACTION_STEPS_MAX + ERST_ACTION_STALL_MAX_US / ERST_STALL_STEP_MIN_US +                     \
         2 * (ERST_ACTION_MOVE_MAX / MOVE_PIECE + ERST_ACTION_STEPS_MAX))

/* Longer runs are not done a second time: they take all the time and show nothing new. */
#define TWICE_MAX 10000

struct machine {
        struct erst_table table;
        struct erst_entry entries[ENTRIES_MAX];
        uint8_t action;
        uint64_t accesses, stalled_us, moved, piece;
        uint64_t total; /* accesses of all actions */
        uint8_t memory[MEMORY_SIZE];
        uint8_t ports[PORTS];
};

static uint8_t *locate(struct machine *machine, uint8_t space, uint64_t address, size_t size) {
        if (space == GAS_SPACE_IO)
                return address <= PORTS - size ? machine->ports + address : NULL;
        if (address < BASE || address - BASE > MEMORY_SIZE - size)
                return NULL;
        return machine->memory + (address - BASE);
}

static uint64_t load(const uint8_t *place, size_t size) {
        uint8_t raw[8] = { 0 };

        memcpy(raw, place, size);
        return bytes_u64(bytes_of(raw, sizeof(raw)), 0);
}

static bool writes(const struct erst_entry *entry) {
        return entry->instruction == ERST_WRITE_REGISTER || entry->instruction == ERST_WRITE_REGISTER_VALUE ||
               entry->instruction == ERST_STORE_VAR1 || entry->instruction == ERST_ADD_VALUE ||
               entry->instruction == ERST_SUBTRACT_VALUE;
}

/* Plain writers do not read, but for PRESERVE_REGISTER. */
static bool explains_read(const struct erst_entry *entry) {
        return !writes(entry) || entry->flags & ERST_PRESERVE_REGISTER ||
               entry->instruction == ERST_ADD_VALUE || entry->instruction == ERST_SUBTRACT_VALUE;
}

static bool explains_write(const struct erst_entry *entry, uint64_t old, uint64_t new) {
        unsigned shift = entry->register_region.bit_offset;
        uint64_t field = u64_shift_left(entry->mask, shift);
        uint64_t kept = entry->flags & ERST_PRESERVE_REGISTER ? old & ~field : 0;
        uint64_t width = UINT64_MAX >> (64 - gas_access_bits(&entry->register_region));

        if (entry->instruction == ERST_WRITE_REGISTER_VALUE)
                return new == ((u64_shift_left(entry->value & entry->mask, shift) | kept) & width);
        return writes(entry) && (new & ~field) == kept;
}

/* Some instruction of the action has just this register, and makes just this access of it. */
static void require_explained(const struct machine *machine, uint8_t space, uint64_t address, unsigned bits,
                              bool write, uint64_t old, uint64_t new) {
        fuzz_check(address + bits / 8 > address);
        for (size_t i = 0; i < machine->table.entry_count; i++) {
                const struct erst_entry *entry = &machine->entries[i];

                if (entry->action == machine->action && erst_instruction_has_register(entry->instruction) &&
                    entry->register_region.space == space && entry->register_region.address == address &&
                    gas_access_bits(&entry->register_region) == bits &&
                    (write ? explains_write(entry, old, new) : explains_read(entry)))
                        return;
        }
        abort();
}

static int read_register(void *context, uint8_t space, uint64_t address, unsigned bits, uint64_t *ret_value) {
        struct machine *machine = context;
        uint8_t *place = locate(machine, space, address, bits / 8);

        fuzz_check(++machine->accesses <= ACCESSES_MAX);
        require_explained(machine, space, address, bits, false, 0, 0);
        if (!place)
                return ERR_IO;
        *ret_value = load(place, bits / 8);
        return 0;
}

static int write_register(void *context, uint8_t space, uint64_t address, unsigned bits, uint64_t value) {
        struct machine *machine = context;
        uint8_t *place = locate(machine, space, address, bits / 8);
        uint8_t raw[8];

        fuzz_check(++machine->accesses <= ACCESSES_MAX);
        fuzz_check(bits == 64 || value >> bits == 0);
        if (!place)
                return ERR_IO;
        require_explained(machine, space, address, bits, true, load(place, bits / 8), value);
        store_u64(raw, value);
        memcpy(place, raw, bits / 8);
        return 0;
}

static void require_move(struct machine *machine, uint64_t address, size_t size) {
        bool moves = false;

        for (size_t i = 0; i < machine->table.entry_count; i++)
                moves |= machine->entries[i].action == machine->action &&
                         machine->entries[i].instruction == ERST_MOVE_DATA;
        fuzz_check(moves && size > 0 && size <= MOVE_PIECE && address + size > address);
        fuzz_check(++machine->accesses <= ACCESSES_MAX);
}

static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        struct machine *machine = context;
        uint8_t *place = locate(machine, GAS_SPACE_MEMORY, address, size);

        require_move(machine, address, size);
        if (!place)
                return ERR_IO;
        memcpy(destination, place, size);
        machine->piece = size;
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        struct machine *machine = context;
        uint8_t *place = locate(machine, GAS_SPACE_MEMORY, address, size);

        require_move(machine, address, size);
        fuzz_check(size == machine->piece);
        machine->moved += size;
        fuzz_check(machine->moved <= ERST_ACTION_MOVE_MAX);
        if (!place)
                return ERR_IO;
        memcpy(place, source, size);
        return 0;
}

/* Time changes something, so that a wait may end. */
static int stall(void *context, uint64_t duration_us) {
        struct machine *machine = context;

        fuzz_check(duration_us <= ERST_ACTION_STALL_MAX_US - machine->stalled_us);
        machine->stalled_us += duration_us;
        machine->memory[0]++;
        return 0;
}

static void require_known(int r, bool missing) {
        fuzz_check((r == ERR_ACTION_MISSING) == missing);
        fuzz_check(r == 0 || r == ERR_ACTION_MISSING || r == ERR_INSTRUCTION || r == ERR_LOOP ||
                   r == ERR_TIMEOUT || r == ERR_TOO_LARGE || r == ERR_IO);
}

/* Runs all actions one behind the other; a number that depends on all that happened. */
static uint64_t run_all(struct machine *machine) {
        const struct acpi_io io = { machine, read_register, write_register, copy_from, copy_to, stall };
        struct erst_context context = { 0 };
        uint64_t trace = 0;

        for (unsigned action = 0; action < 32; action++) {
                uint64_t before_us = context.stalled_us;
                int r;

                machine->action = (uint8_t) action;
                machine->accesses = machine->stalled_us = machine->moved = 0;
                r = erst_run_action(&machine->table, &io, &context, machine->action);
                require_known(r, erst_table_action_length(&machine->table, machine->action) == 0);
                fuzz_check(context.stalled_us - before_us == machine->stalled_us);
                machine->total += machine->accesses;
                trace = trace * 31 + (uint64_t) -r + context.value + machine->accesses;
        }
        return trace + context.var1 + context.var2 + context.src_base + context.dst_base;
}

/* Lets through what is no address here only now and then: above all the ones that wrap. */
static void fold(uint8_t *entry) {
        uint64_t address = bytes_u64(bytes_of(entry, ERST_ENTRY_SIZE), 8);

        entry[0] &= 31;
        entry[1] %= ERST_INSTRUCTION_COUNT;
        entry[4] &= 1;
        entry[7] = (uint8_t) ((uint8_t) (entry[7] - 1) % 4 + 1);
        if (entry[6] > 64)
                entry[6] &= 7;
        if (entry[5] + entry[6] > 4 << entry[7])
                entry[5] = 0;
        if (entry[4] == GAS_SPACE_IO)
                address = address % (PORTS - 8) + 1;
        else if (address < UINT64_MAX - 16)
                address = BASE + address % MEMORY_SIZE;
        store_u64(entry + 8, address);
}

static bool build(const uint8_t *data, size_t size, struct erst_builder *builder, struct machine *machine) {
        struct erst_fault fault;
        size_t count, used;

        if (size < 1)
                return false;
        count = size_min(data[0] % (ENTRIES_MAX + 1), (size - 1) / ERST_ENTRY_SIZE);
        used = 1 + count * ERST_ENTRY_SIZE;
        erst_builder_init(builder);
        memcpy(builder->raw + ERST_HEADER_SIZE, data + 1, count * ERST_ENTRY_SIZE);
        for (size_t i = 0; i < count; i++)
                fold(builder->raw + ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE);
        builder->count = count;
        memset(machine, 0, sizeof(*machine));
        if (erst_table_parse(erst_builder_finish(builder), &machine->table, &fault) < 0)
                return false;
        for (size_t i = 0; i < count; i++)
                fuzz_check(erst_table_entry(&machine->table, i, &machine->entries[i]) == 0);
        for (size_t i = 0; used < size && i < MEMORY_SIZE; i++)
                machine->memory[i] = data[used + i % (size - used)];
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct machine machine, again;
        struct erst_builder builder;
        uint64_t trace;

        if (!build(data, size, &builder, &machine))
                return 0;
        again = machine;
        trace = run_all(&machine);
        if (machine.total > TWICE_MAX)
                return 0;
        fuzz_check(run_all(&again) == trace);
        fuzz_check(memcmp(machine.memory, again.memory, MEMORY_SIZE) == 0);
        return 0;
}
