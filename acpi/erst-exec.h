/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "acpi/erst-table.h"
#include "acpi/io.h"

/*
 * The interpreter of serialization instructions, ACPI 6.5, 18.5.1.2. Where Linux diverges from the
 * specification (it takes the value register where the specification takes the entry's Value), this
 * follows the specification.
 */

/*
 * The registers of the interpreter. One context serves one operation, from BEGIN to END, so that VAR1, VAR2
 * and the bases carry over from action to action. Start with all zero.
 */
struct erst_context {
        uint64_t value; /* an action's input, and its result */
        uint64_t var1, var2;
        uint64_t src_base, dst_base;
        uint64_t stalled_us; /* what all actions waited so far; only grows */
};

/* Instructions that one run of an action may execute. The longest known action has 6; loops need some more.
 */
#define ERST_ACTION_STEPS_MAX 4096

/* Time that one run of an action may spend in STALL and STALL_WHILE_TRUE: a whole operation takes less. */
#define ERST_ACTION_STALL_MAX_US 1000000

/* STALL_WHILE_TRUE waits at least so much between two looks at its register: VAR1 = 0 must end as well. */
#define ERST_STALL_STEP_MIN_US 100

/* Bytes that one run of an action may move by MOVE_DATA. */
#define ERST_ACTION_MOVE_MAX 0x100000

/*
 * Runs all instructions of an action. Input and output are context->value: set it before a SET_ action; for
 * a GET_ or CHECK_ action it is the result. An action that neither reads nor compares leaves it as it is.
 *
 * ERR_ACTION_MISSING  the table has no such action; nothing was done
 * ERR_INSTRUCTION     a register that runs past the end of its address space, or GOTO behind the action's
 *                     end (to the end itself is allowed, and ends it)
 * ERR_LOOP            ERST_ACTION_STEPS_MAX was hit
 * ERR_TIMEOUT         ERST_ACTION_STALL_MAX_US would be exceeded; the wait that would was not begun
 * ERR_TOO_LARGE       ERST_ACTION_MOVE_MAX would be exceeded, or a move would wrap; nothing of it was done
 * or what `io` returned. What was executed before a failure stays executed.
 */
int erst_run_action(const struct erst_table *table, const struct acpi_io *io, struct erst_context *context,
                    uint8_t action);
