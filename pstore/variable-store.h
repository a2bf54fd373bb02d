/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/guid.h"
#include "pstore/image-writer.h"

/*
 * The flash volume in which edk2 keeps its variables (edk2 VariableFormat.h; UEFI PI 1.7, volume 3, 3.2.1 for
 * the volume's header), alone as in OVMF_VARS.fd or in the image of a whole flash such as OVMF.fd. What
 * follows it is not looked at, and so is not the copy that an interrupted reclaim leaves in the spare block.
 */

struct variable_store_format;

/* A checked volume; holding one is the proof that the store lies inside. Shares the caller's memory. */
struct variable_store {
        struct bytes image;
        const struct variable_store_format *format; /* plain or authenticated headers */
        size_t start, end;                          /* of the variables, in the image */
};

/* The states that firmware writes, by clearing one bit after the other. */
enum variable_store_state {
        VARIABLE_STATE_HEADER_VALID = 0x7f,
        VARIABLE_STATE_ADDED = 0x3f,
        VARIABLE_STATE_IN_DELETED_TRANSITION = 0x3e, /* its successor is being written */
        VARIABLE_STATE_DELETED = 0x3d,               /* 0x3c from transition */
};

/* Set in a state as long as the variable was never complete, and as long as nobody has deleted it. */
#define VARIABLE_STATE_BIT_NOT_ADDED   0x40
#define VARIABLE_STATE_BIT_NOT_DELETED 0x02

struct variable_store_entry {
        size_t offset; /* in the image */
        size_t size;   /* with header and alignment */
        uint8_t state;
        bool live; /* firmware shows it; the others are stale and stay until it reclaims their space */
        uint32_t attributes;
        struct guid vendor;
        struct bytes name; /* UCS-2, little-endian, without the NUL at its end */
        struct bytes data;
};

/* How far a walk is; all zero before the first step. */
struct variable_store_cursor {
        size_t offset;
        unsigned transitions;
};

/* In bytes; size = live + stale + free. What follows a malformed variable counts as stale. */
struct variable_store_space {
        size_t size; /* as QueryVariableInfo's MaximumVariableStorageSize */
        size_t live;
        size_t stale;
        size_t free;
};

/* Where volumes are looked for: at every block of flash, in as much as the largest flash has. */
#define VARIABLE_STORE_SCAN_STEP 4096
#define VARIABLE_STORE_SCAN_MAX  ((size_t) 256 * 1024 * 1024)

/*
 * The first good volume with variables. ERR_TRUNCATED, ERR_SIGNATURE, ERR_CHECKSUM, ERR_LENGTH or ERR_VALUE
 * with *ret_fault set: what is wrong with the first one, or with the start of an image that has none.
 */
int variable_store_open(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault);

/*
 * 1 for a variable, live or stale, in the order of the flash; 0 behind the last one. A malformed one ends the
 * walk, as nothing tells where the next begins: once ERR_SIGNATURE or ERR_LENGTH with *ret_fault set, then 0.
 */
int variable_store_next(const struct variable_store *store, struct variable_store_cursor *cursor,
                        struct variable_store_entry *ret_entry, struct fault *ret_fault);

void variable_store_measure(const struct variable_store *store, struct variable_store_space *ret_space);

/* True for one that was complete once, was deleted or replaced, and whose bytes firmware has not reclaimed.
 */
static inline bool variable_store_entry_is_deleted(const struct variable_store_entry *entry) {
        return !entry->live && !(entry->state & VARIABLE_STATE_BIT_NOT_ADDED);
}

/* A variable to be. */
struct variable_store_draft {
        struct guid vendor;
        uint32_t attributes;
        struct bytes name; /* UCS-2, little-endian, with the NUL at its end */
        struct bytes data;
};

/*
 * Appends a variable behind those that are there, as edk2 does: header, then a state that says it is whole,
 * name and data, then the state that makes it a variable (Variable.c, UpdateVariable()). Bytes change from
 * erased to written only. The store is then to be opened anew.
 *
 * ERR_EXISTS when there is a live one of this name; ERR_NO_SPACE when the free bytes do not suffice: stale
 * ones are firmware's to reclaim, which it does at its next start; ERR_SIGNATURE or ERR_LENGTH with
 * *ret_fault set when the walk breaks off, as then nothing is known to be free; or what the writer says.
 */
int variable_store_append(const struct variable_store *store, const struct variable_store_draft *draft,
                          const struct image_writer *writer, struct fault *ret_fault);

/*
 * Deletes the live variable of this name (without NUL), and before it a copy that it had replaced: one bit of
 * each state is cleared, all else stays. ERR_NOT_FOUND; ERR_EXISTS when two complete ones have this name,
 * as the second one would come up in the first one's place.
 */
int variable_store_delete(const struct variable_store *store, const struct guid *vendor, struct bytes name,
                          const struct image_writer *writer);
