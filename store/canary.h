/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"
#include "pstore/record.h"

/*
 * A canary: a record that says what it is and whether it is unharmed. It is written into a store while the
 * machine is well, and looked for after a reset; nobody has to remember anything for that.
 *
 *      pstore-fw canary <32 hex digits> of efi at 1795958464, 2026-11-29 13:21:04 UTC
 *      twelve lines of 64 hex digits, the SHA-256 of those 32 digits and of the line's number, a byte
 *      pstore-fw canary sha256 <64 hex digits: of all before this line>
 */

#define CANARY_SEED_SIZE 16
#define CANARY_SIZE      1024 /* at least that of any; the largest that every kernel reads back of a variable */

struct canary {
        char seed[2 * CANARY_SEED_SIZE + 1]; /* its name: random, in hexadecimal digits */
        char store[16];                      /* record_store_name() of where it was put */
        uint64_t seconds;                    /* since 1970, when that was; 0: the machine has no clock */

        /* Of one that was read: */
        bool named;        /* its first line can be read; else there is nothing in the above */
        bool intact;       /* it is, byte for byte, what was written */
        size_t differs_at; /* else the first byte that is not; the shorter one's size where one is a beginning
                            */
};

/* Names a new one. */
void canary_init(struct canary *canary, const uint8_t seed[CANARY_SEED_SIZE], enum record_store store,
                 uint64_t seconds);

/* Writes it; CANARY_SIZE has room. */
void canary_format(const struct canary *canary, struct text *text);

/*
 * Whether a record's text is a canary, and what became of it. ERR_SIGNATURE for anything else: neither its
 * first line nor its last one begins as a canary's, or it has more than twice the size of one.
 */
int canary_parse(struct bytes text, struct canary *ret_canary);
