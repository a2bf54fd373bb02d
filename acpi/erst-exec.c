/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-exec.h"

#include "base/arith.h"
#include "base/error.h"

/* MOVE_DATA goes through a buffer on the stack, as the seam to hardware copies to and from ours only. */
#define BOUNCE_SIZE 256

/* One run of one action, and what is left of its bounds. */
struct run {
        const struct erst_table *table;
        const struct acpi_io *io;
        struct erst_context *context;
        struct erst_entry entry; /* the instruction being executed */
        size_t length;           /* of the action, in instructions */
        size_t next;             /* position of the instruction to execute next */
        uint64_t stall_left_us;
        uint64_t move_left;
};

static uint64_t width_mask(unsigned bits) {
        return u64_shift_right(UINT64_MAX, 64 - bits);
}

/* ACPI 6.5, 18.5.1.2: shifted by the region's bit offset, then masked. */
static int read_field(struct run *run, uint64_t *ret_value) {
        const struct gas *gas = &run->entry.register_region;
        unsigned bits = gas_access_bits(gas);
        uint64_t raw;
        int r;

        if (gas_wraps(gas))
                return ERR_INSTRUCTION;
        r = run->io->read_register(run->io->context, gas->space, gas->address, bits, &raw);
        if (r < 0)
                return r;
        *ret_value = u64_shift_right(raw & width_mask(bits), gas->bit_offset) & run->entry.mask;
        return 0;
}

/*
 * Masked, then shifted. With PRESERVE_REGISTER the register is read first and its bits outside of the
 * shifted mask are kept. What the access cannot hold is cut (S5520UR: mask 0xffff on an 8-bit port).
 */
static int write_field(struct run *run, uint64_t value) {
        const struct gas *gas = &run->entry.register_region;
        unsigned bits = gas_access_bits(gas);
        uint64_t raw = u64_shift_left(value & run->entry.mask, gas->bit_offset);
        uint64_t old;
        int r;

        if (gas_wraps(gas))
                return ERR_INSTRUCTION;
        if (run->entry.flags & ERST_PRESERVE_REGISTER) {
                r = run->io->read_register(run->io->context, gas->space, gas->address, bits, &old);
                if (r < 0)
                        return r;
                raw |= old & ~u64_shift_left(run->entry.mask, gas->bit_offset);
        }
        return run->io->write_register(run->io->context, gas->space, gas->address, bits,
                                       raw & width_mask(bits));
}

static int stall(struct run *run, uint64_t duration_us) {
        if (duration_us > run->stall_left_us)
                return ERR_TIMEOUT;
        run->stall_left_us -= duration_us;
        run->context->stalled_us += duration_us;
        return run->io->stall(run->io->context, duration_us);
}

static int execute_read_register(struct run *run) {
        return read_field(run, &run->context->value);
}

static int execute_read_register_value(struct run *run) {
        uint64_t value;
        int r = read_field(run, &value);

        if (r < 0)
                return r;
        run->context->value = value == run->entry.value;
        return 0;
}

static int execute_write_register(struct run *run) {
        return write_field(run, run->context->value);
}

/* The action's input survives this, other than in Linux, which makes Value the new one. */
static int execute_write_register_value(struct run *run) {
        return write_field(run, run->entry.value);
}

static int execute_noop(struct run *run) {
        (void) run;
        return 0;
}

static int execute_load_var1(struct run *run) {
        return read_field(run, &run->context->var1);
}

static int execute_load_var2(struct run *run) {
        return read_field(run, &run->context->var2);
}

static int execute_store_var1(struct run *run) {
        return write_field(run, run->context->var1);
}

static int execute_add(struct run *run) {
        run->context->var1 += run->context->var2;
        return 0;
}

static int execute_subtract(struct run *run) {
        run->context->var1 -= run->context->var2;
        return 0;
}

/* From here to GOTO, Linux takes the value register where the specification has the entry's Value. */
static int execute_add_value(struct run *run) {
        uint64_t value;
        int r = read_field(run, &value);

        return r < 0 ? r : write_field(run, value + run->entry.value);
}

static int execute_subtract_value(struct run *run) {
        uint64_t value;
        int r = read_field(run, &value);

        return r < 0 ? r : write_field(run, value - run->entry.value);
}

static int execute_stall(struct run *run) {
        return stall(run, run->entry.value);
}

/* VAR1 microseconds pass between two looks. */
static int execute_stall_while_true(struct run *run) {
        uint64_t step_us = run->context->var1, value;
        int r;

        if (step_us < ERST_STALL_STEP_MIN_US)
                step_us = ERST_STALL_STEP_MIN_US;
        for (;;) {
                r = read_field(run, &value);
                if (r < 0)
                        return r;
                if (value != run->entry.value)
                        return 0;
                r = stall(run, step_us);
                if (r < 0)
                        return r;
        }
}

static int execute_skip_next_instruction_if_true(struct run *run) {
        uint64_t value;
        int r = read_field(run, &value);

        if (r < 0)
                return r;
        if (value == run->entry.value)
                run->next++;
        return 0;
}

/* Value counts within the action. NVIDIA once counted within the table: that is an error here, no jump. */
static int execute_goto(struct run *run) {
        /* Behind the last instruction is a place to go to: there the action ends. */
        if (run->entry.value > run->length)
                return ERR_INSTRUCTION;
        run->next = (size_t) run->entry.value;
        return 0;
}

static int execute_set_src_address_base(struct run *run) {
        return read_field(run, &run->context->src_base);
}

static int execute_set_dst_address_base(struct run *run) {
        return read_field(run, &run->context->dst_base);
}

/* From the end backwards when the destination begins inside of the source, as memmove() does. */
static int move(const struct acpi_io *io, uint64_t destination, uint64_t source, uint64_t size) {
        bool backwards = destination > source && destination - source < size;
        uint8_t bounce[BOUNCE_SIZE];

        for (uint64_t done = 0; done < size;) {
                size_t chunk = size - done < BOUNCE_SIZE ? (size_t) (size - done) : BOUNCE_SIZE;
                uint64_t offset = backwards ? size - done - chunk : done;
                int r = io->copy_from(io->context, source + offset, bounce, chunk);

                if (r < 0)
                        return r;
                r = io->copy_to(io->context, destination + offset, bounce, chunk);
                if (r < 0)
                        return r;
                done += chunk;
        }
        return 0;
}

/* The address, when neither it nor the end of what lies there wraps around. */
static bool span(uint64_t base, uint64_t offset, uint64_t size, uint64_t *ret_address) {
        uint64_t end;

        return u64_add(base, offset, ret_address) && u64_add(*ret_address, size, &end);
}

/* VAR2 bytes; the register holds an offset that applies to both sides. */
static int execute_move_data(struct run *run) {
        uint64_t offset, source, destination, size = run->context->var2;
        int r = read_field(run, &offset);

        if (r < 0)
                return r;
        if (size > run->move_left || !span(run->context->src_base, offset, size, &source) ||
            !span(run->context->dst_base, offset, size, &destination))
                return ERR_TOO_LARGE;
        run->move_left -= size;
        return move(run->io, destination, source, size);
}

static int (*const instructions[ERST_INSTRUCTION_COUNT])(struct run *run) = {
        [ERST_READ_REGISTER] = execute_read_register,
        [ERST_READ_REGISTER_VALUE] = execute_read_register_value,
        [ERST_WRITE_REGISTER] = execute_write_register,
        [ERST_WRITE_REGISTER_VALUE] = execute_write_register_value,
        [ERST_NOOP] = execute_noop,
        [ERST_LOAD_VAR1] = execute_load_var1,
        [ERST_LOAD_VAR2] = execute_load_var2,
        [ERST_STORE_VAR1] = execute_store_var1,
        [ERST_ADD] = execute_add,
        [ERST_SUBTRACT] = execute_subtract,
        [ERST_ADD_VALUE] = execute_add_value,
        [ERST_SUBTRACT_VALUE] = execute_subtract_value,
        [ERST_STALL] = execute_stall,
        [ERST_STALL_WHILE_TRUE] = execute_stall_while_true,
        [ERST_SKIP_NEXT_INSTRUCTION_IF_TRUE] = execute_skip_next_instruction_if_true,
        [ERST_GOTO] = execute_goto,
        [ERST_SET_SRC_ADDRESS_BASE] = execute_set_src_address_base,
        [ERST_SET_DST_ADDRESS_BASE] = execute_set_dst_address_base,
        [ERST_MOVE_DATA] = execute_move_data,
};

/* Executes the instruction at run->next and moves that on. A table that was parsed has nothing to refuse. */
static int execute_next(struct run *run, uint8_t action) {
        size_t index;
        int r = erst_table_find(run->table, action, run->next, &index);

        if (r < 0)
                return ERR_BUG;
        r = erst_table_entry(run->table, index, &run->entry);
        if (r < 0 || run->entry.instruction >= ERST_INSTRUCTION_COUNT)
                return ERR_BUG;
        run->next++;
        return instructions[run->entry.instruction](run);
}

int erst_run_action(const struct erst_table *table, const struct acpi_io *io, struct erst_context *context,
                    uint8_t action) {
        struct run run = {
                .table = table,
                .io = io,
                .context = context,
                .length = erst_table_action_length(table, action),
                .stall_left_us = ERST_ACTION_STALL_MAX_US,
                .move_left = ERST_ACTION_MOVE_MAX,
        };

        if (run.length == 0)
                return ERR_ACTION_MISSING;
        for (unsigned steps = 0; run.next < run.length; steps++) {
                int r = steps < ERST_ACTION_STEPS_MAX ? execute_next(&run, action) : ERR_LOOP;

                if (r < 0)
                        return r;
        }
        return 0;
}
