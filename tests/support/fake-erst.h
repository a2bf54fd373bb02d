/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/erst.h"
#include "tests/support/erst-builder.h"

/*
 * A machine with an ERST record store, behind struct acpi_io: the RSDP, an XSDT, the ERST table, the
 * registers and the exchange buffer. It is honest unless told otherwise.
 *
 *      struct fake_erst fake;
 *      fake_erst_init(&fake, FAKE_ERST_QEMU);
 *      fake.busy_us = 200;
 *      struct acpi_io io = fake_erst_io(&fake);
 *      assert_ok(erst_table_parse(fake_erst_table(&fake), &table, &fault));
 *      assert_ok(erst_open(&erst, &table, &io));
 *
 * It allocates nothing; `fake` must not move while its io is in use. Time passes only by stall().
 */
enum fake_erst_style {
        /*
         * Two registers, action and value; GET_RECORD_IDENTIFIER advances at each call, answers all ones
         * once behind the last record and starts over; an unknown identifier resets it.
         */
        FAKE_ERST_QEMU,

        /*
         * A mailbox in memory with unaligned fields, codes of its own for BEGIN, a busy bit in a byte that
         * is shared with others, the status in bits 8:1, an SMI port; GET_RECORD_IDENTIFIER moves on only
         * behind a read that succeeded, and wraps without ever saying that it ended.
         */
        FAKE_ERST_MAILBOX,
};

/* Both, for tests that hold for either. */
extern const enum fake_erst_style fake_erst_styles[2];

#define FAKE_ERST_SLOTS         16
#define FAKE_ERST_EXCHANGE_SIZE 8192

/* How it misbehaves, in fake_erst.lies. */
#define FAKE_ERST_WRITE_STORES_NOTHING 0x001 /* and says success */
#define FAKE_ERST_CLEAR_CLEARS_NOTHING 0x002 /* and says success */
#define FAKE_ERST_READ_GIVES_ANOTHER   0x004 /* the record in the next slot, with its own identifier */
#define FAKE_ERST_EMPTY_HAS_ID_0       0x008 /* an empty store's identifier is 0, and not all ones */
#define FAKE_ERST_FIRST_ID_FOR_EVER    0x010 /* GET_RECORD_IDENTIFIER never moves on */
#define FAKE_ERST_NEW_IDS_FOR_EVER     0x020 /* it never ends either, and each answer is another one */
#define FAKE_ERST_LENGTH_TOO_LONG      0x040 /* a record read claims one byte more than the buffer has */
#define FAKE_ERST_LENGTH_TOO_SHORT     0x080 /* it claims less than its header */
#define FAKE_ERST_BODY_TORN            0x100 /* the second half of a record read is 0xff */

#define FAKE_ERST_NVRAM_READ_ONLY      0x200 /* the range, where it is NVRAM, keeps what it has */

#define FAKE_ERST_BUSY_FOR_EVER        UINT64_MAX

struct fake_erst_record {
        uint64_t id; /* 0: a free slot */
        size_t size;
        uint8_t bytes[FAKE_ERST_EXCHANGE_SIZE];
};

struct fake_erst {
        /* To be set at any time. */
        size_t slots;     /* how many records fit; FAKE_ERST_SLOTS at first */
        uint64_t busy_us; /* how long an operation takes; an operation that takes for ever does nothing */
        uint64_t timings; /* what GET_EXECUTE_OPERATION_TIMINGS says */

        /*
         * Of the exchange range. With ERST_ATTRIBUTE_NVRAM, to be set before the first record: the range is
         * the store, records[] is unused, a write stores what lies at its offset, a clear spoils the "ER" of
         * its record alone, and a read is an error of whoever asks for it.
         */
        uint64_t attributes;
        unsigned lies;         /* FAKE_ERST_... */
        int count_error;       /* added to the true count */
        uint64_t fixed_status; /* when not 0: the status of every operation, which then does nothing */

        /* To be read at any time. */
        uint64_t accesses;   /* registers read and written and copies, since fake_erst_fail_at() */
        uint64_t wild;       /* accesses of what is not there; they return ERR_IO */
        uint64_t stalled_us; /* the clock */
        unsigned begins, executes, ends;

        /* The store. Slots keep their place; fake_erst_put() and fake_erst_find() are easier. */
        struct fake_erst_record records[FAKE_ERST_SLOTS];

        /* The rest is the device's own business. */
        enum fake_erst_style style;
        uint64_t fail_at;
        size_t cursor;
        uint64_t invented_id;
        uint64_t busy_until_us;
        uint8_t operation;
        uint64_t offset, id, status;
        uint64_t value_register;
        uint8_t mailbox[64];
        uint8_t exchange[FAKE_ERST_EXCHANGE_SIZE];
        uint8_t rsdp[36], xsdt[52], other_table[36];
        struct erst_builder builder;
        struct bytes table;
};

/* Where things are in the machine's memory. */
#define FAKE_ERST_RSDP_ADDRESS     0x000e0000
#define FAKE_ERST_XSDT_ADDRESS     0x000e0104 /* aligned to 4 only, as in many machines */
#define FAKE_ERST_OTHER_ADDRESS    0x000e0200
#define FAKE_ERST_TABLE_ADDRESS    0x000e1000
#define FAKE_ERST_EXCHANGE_ADDRESS 0x7ff00000
#define FAKE_ERST_MAILBOX_ADDRESS  0x6f000000
#define FAKE_ERST_REGISTER_ADDRESS 0xfebf0000
#define FAKE_ERST_SMI_PORT         0xb2

void fake_erst_init(struct fake_erst *fake, enum fake_erst_style style);

struct acpi_io fake_erst_io(struct fake_erst *fake);

/* The bytes of its table; they live in `fake`. */
struct bytes fake_erst_table(const struct fake_erst *fake);

/* Makes it a machine without ERST: acpi_find_table() finds everything but that. */
void fake_erst_remove_table(struct fake_erst *fake);

/* Puts a record into the store behind the interface's back; replaces the one with the same identifier. */
void fake_erst_put(struct fake_erst *fake, struct bytes record);

/* A stored record's bytes, or an empty view. */
struct bytes fake_erst_find(const struct fake_erst *fake, uint64_t id);

/* How many records there really are. */
size_t fake_erst_count(const struct fake_erst *fake);

/* The access number `n` from now on (1: the next one) returns ERR_IO and does nothing; 0: none does. */
void fake_erst_fail_at(struct fake_erst *fake, uint64_t n);

/*
 * Fills `record` with a CPER header of this identifier and length and a body that depends on both. `size` is
 * at least ERST_CPER_HEADER_SIZE. It is no record of Linux's: it has no sections.
 */
struct bytes fake_erst_make_record(uint8_t *record, size_t size, uint64_t id);
