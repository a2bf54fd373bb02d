/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "acpi/erst-table.h"
#include "acpi/io.h"
#include "base/bytes.h"

/*
 * The operations on the platform's record store, ACPI 6.5, 18.5.2. One at a time, machine-wide: the caller
 * sees to that. None of them may be called for curiosity: on some machines (Supermicro X7DB8) each action,
 * also one that only reads, raises an SMI.
 *
 * Errors of every operation below, beside its own:
 * ERR_ACTION_MISSING  the table lacks an action that it needs; nothing was run
 * ERR_TIMEOUT         the platform stayed busy beyond timeout_us
 * ERR_NO_SPACE, ERR_HARDWARE, ERR_FAILED, ERR_STORE_EMPTY, ERR_NOT_FOUND
 *                     the platform's status, 18.5.1.1; ERR_STATUS for one that is not defined: last_status
 * and those of erst_run_action(). END_OPERATION is run after each of them that comes after BEGIN.
 *
 * Where the range is NVRAM (18.5.2.4.1; see erst-nvram.h), records are walked and read in place, and the
 * platform is not asked. A write puts the record into empty space of the range and tells the platform its
 * offset; a clear tells the platform and wipes what it left. There ERR_ACTION_MISSING does not occur but in
 * erst_count() and erst_dummy_write(): the platform may have no such operations at all.
 */

/* ACPI 6.5, 18.5.1.1, GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES */
#define ERST_ATTRIBUTE_NVRAM 0x2
#define ERST_ATTRIBUTE_SLOW  0x4

/* Identifiers that no record has. */
#define ERST_ID_UNSPECIFIED 0
#define ERST_ID_NONE        UINT64_MAX

/* Fields of the Common Platform Error Record's header that ERST itself defines a use for: UEFI 2.10, N.2.1.
 */
#define ERST_CPER_HEADER_SIZE   128
#define ERST_CPER_RECORD_LENGTH 20  /* u32: the whole record */
#define ERST_CPER_RECORD_ID     96  /* u64 */
#define ERST_CPER_PERSISTENCE   108 /* "ER", then 6 bytes of the platform's own: ACPI 6.5, 18.5.1 */

/*
 * Platforms that say nothing about their speed get this long for an operation. Linux's 1 ms is missed by
 * real machines: NOR flash takes 230 ms for a record of 32 KiB. A platform that says it is slow gets more.
 */
#define ERST_TIMEOUT_FLOOR_US      500000
#define ERST_TIMEOUT_SLOW_FLOOR_US 5000000

/* What a platform may ask for: its 32 bits of microseconds reach to 71 minutes, which is a hang to a person.
 */
#define ERST_TIMEOUT_CEILING_US 60000000

/* A store that never ends its list ends here, and a list this long does not fit into any known store. */
#define ERST_WALK_MAX 4096

/* An exchange range that claims more is used up to here: no kernel writes records anywhere near it. */
#define ERST_RECORD_SIZE_MAX 0x100000

struct erst {
        const struct erst_table *table; /* both belong to the caller and outlive this */
        const struct acpi_io *io;
        uint64_t range_address, range_length; /* the exchange buffer, physical */
        uint64_t attributes;
        uint64_t timeout_us; /* after which an operation is given up */
        uint64_t nominal_us; /* what the platform says is usual; 0: nothing */

        /*
         * What GET_COMMAND_STATUS last gave, and how many bits its mask leaves out below the code. Intel
         * S5520UR has mask 0x1fe at bit offset 0, so by the rule its codes come doubled; they are taken as
         * (last_status >> status_shift). With a shift, show both readings.
         */
        uint64_t last_status;
        unsigned status_shift;
};

/*
 * Runs the actions that describe the exchange range and, when there is one, EXECUTE_OPERATION_TIMINGS.
 * `table` and `io` are kept. ERR_VALUE when the range cannot hold a record header or wraps.
 * *erst is filled only on success.
 */
int erst_open(struct erst *erst, const struct erst_table *table, const struct acpi_io *io);

/* The largest record that fits into the exchange range, in bytes. */
size_t erst_record_capacity(const struct erst *erst);

/* What the platform says is stored. It may disagree with erst_walk(). */
int erst_count(struct erst *erst, uint64_t *ret_count);

/*
 * Collects the identifiers of all records, each once, in the platform's order; none when the store is empty.
 * Ends when the platform says so or tells nothing new any more; works whether GET_RECORD_IDENTIFIER
 * advances by itself (QEMU) or only behind a read (the specification), and from wherever an earlier reader
 * left it. It moves that position: walk once, then read by identifier.
 *
 * ERR_BUFFER_TOO_SMALL  there are more than `capacity`; `ids` is full then and *ret_count is `capacity`
 * ERR_LOOP              more than ERST_WALK_MAX, or it answers without an end; likewise *ret_count is set, to
 *                       what `ids` holds
 */
int erst_walk(struct erst *erst, uint64_t *ids, size_t capacity, size_t *ret_count);

/*
 * Reads the record with this identifier, header and all, ACPI 6.5, 18.5.2.2. Its content is not judged but
 * for the length and the identifier.
 *
 * ERR_INVALID_ARGUMENT  an identifier that no record has
 * ERR_BUFFER_TOO_SMALL  *ret_size is what is needed; the one failure that sets it
 * ERR_LENGTH            the record's length is shorter than its header or longer than the exchange range
 * ERR_MISMATCH          the platform returned another record
 * `buffer` may hold anything after a failure.
 */
int erst_read(struct erst *erst, uint64_t id, void *buffer, size_t capacity, size_t *ret_size);

/*
 * Stores a complete record, or replaces the one with the same identifier, ACPI 6.5, 18.5.2.1. The identifier
 * is the record's own. "ER" is put into its persistence information on the way; `record` stays as it is.
 * Success is what the platform says: read it back to know.
 *
 * ERR_INVALID_ARGUMENT  the record's length field is not its size, or its identifier is 0 or all ones
 * ERR_TOO_LARGE         it does not fit into the exchange range
 * In NVRAM it must begin with "CPER" (ERR_INVALID_ARGUMENT), and ERR_NO_SPACE means that there is no empty
 * space of its size, ERR_FAILED also that it cannot be written; the one that it replaces is wiped last.
 * Whatever the failure, the new one is not stored then.
 */
int erst_write(struct erst *erst, struct bytes record);

/*
 * Removes a record, ACPI 6.5, 18.5.2.3. ERR_INVALID_ARGUMENT for an identifier that no record has. In NVRAM
 * ERR_EXISTS: the record that erst_read() gave is gone, and another one of its identifier, with other bytes,
 * is left.
 */
int erst_clear(struct erst *erst, uint64_t id);

/* Goes through the motions of a write; nothing is stored. ACPI 6.5, 18.5.1.1, BEGIN_DUMMY_WRITE_OPERATION. */
int erst_dummy_write(struct erst *erst);
