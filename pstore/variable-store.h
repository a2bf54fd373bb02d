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
 * follows it is not looked at; the copy in the spare block, which may be of any age, only where firmware has
 * noted that it has to go on from it.
 *
 * A store that is damaged makes firmware crash, or wipe it, at its next start: the image is then the only way
 * to what is intact in it. So reading goes on behind damage, and writing does not.
 */

struct variable_store_format;

/* A checked volume; holding one is the proof that the store lies inside. Shares the caller's memory. */
struct variable_store {
        struct bytes image;
        const struct variable_store_format *format; /* plain or authenticated headers */
        size_t start, end;                          /* of the variables, in the image */
        bool damaged;                               /* see variable_store_salvage() */
};

/* The states that firmware writes, by clearing one bit after the other. */
enum variable_store_state {
        VARIABLE_STATE_HEADER_VALID = 0x7f,
        VARIABLE_STATE_ADDED = 0x3f,
        VARIABLE_STATE_IN_DELETED_TRANSITION = 0x3e, /* its successor is being written */
        VARIABLE_STATE_DELETED = 0x3d,               /* 0x3c from transition */
};

/* Set in a state as long as the variable was never complete, is not replaced, and as long as nobody has
 * deleted it. */
#define VARIABLE_STATE_BIT_NOT_ADDED    0x40
#define VARIABLE_STATE_BIT_NOT_REPLACED 0x01
#define VARIABLE_STATE_BIT_NOT_DELETED  0x02

struct variable_store_entry {
        size_t offset; /* in the image */
        size_t size;   /* with header and alignment */
        uint8_t state;
        bool live;     /* firmware shows it; the others are stale and stay until it reclaims their space */
        bool salvaged; /* found behind damage by nothing but its own header: firmware may not see it */
        uint32_t attributes;
        struct guid vendor;
        struct bytes name; /* UCS-2, little-endian, without the NUL at its end */
        struct bytes data;
};

/* How far a walk is; all zero before the first step. */
struct variable_store_cursor {
        size_t offset;
        size_t cut; /* where the variable at `offset` ends at the latest; 0: where its header says */
        bool damaged;
        unsigned transitions;
};

/* In bytes; size = live + stale + free. Behind damage nothing is free, and what is not live is stale. */
struct variable_store_space {
        size_t size; /* as QueryVariableInfo's MaximumVariableStorageSize */
        size_t live;
        size_t stale;
        size_t free;
};

/*
 * Where volumes are looked for, in as much as the largest flash has: all known platforms begin one at the
 * start of their flash or at a multiple of 64 KiB. What lies inside of another volume is none of its own.
 */
#define VARIABLE_STORE_SCAN_STEP ((size_t) 64 * 1024)
#define VARIABLE_STORE_SCAN_MAX  ((size_t) 256 * 1024 * 1024)

/*
 * The first volume with variables. ERR_TRUNCATED, ERR_SIGNATURE, ERR_CHECKSUM, ERR_LENGTH or ERR_VALUE with
 * *ret_fault set: what is wrong with it, or with the start of an image that has none.
 */
int variable_store_open(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault);

/*
 * 1 where firmware's power went while it wrote the store anew, as when it reclaims space: what its spare
 * block has is the store, for reading alone, and *ret_fault says where that is noted (edk2
 * FaultTolerantWrite.h). Firmware has to go on with it at its next start, and edk2 often does not (its issue
 * 11118): then it is the only place that has all the variables. 0, with nothing set, where nothing is to be
 * gone on with.
 */
int variable_store_open_spare(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault);

/*
 * For reading alone, what is left of an image that variable_store_open() refuses: a good volume that lies
 * behind the damaged one, or else, where the headers of volume or store are damaged, what looks like
 * variables where the store would be. ERR_NOT_FOUND when nothing does.
 */
int variable_store_salvage(struct bytes image, struct variable_store *ret_store);

/*
 * 1 for a variable, live or stale, in the order of the flash; 0 behind the last one. ERR_SIGNATURE or
 * ERR_LENGTH with *ret_fault set for bytes that are no variable, or a variable that cannot be as long as it
 * says; the walk goes on with the next header that can be one. Firmware ends there, or wipes the store at its
 * next start. What is so long that others begin in it is given up to there.
 */
int variable_store_next(const struct variable_store *store, struct variable_store_cursor *cursor,
                        struct variable_store_entry *ret_entry, struct fault *ret_fault);

/* 0, or the first error of a walk with *ret_fault set: a store in which nothing should be changed. */
int variable_store_check(const struct variable_store *store, struct fault *ret_fault);

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
 * as the second one would come up in the first one's place; ERR_SIGNATURE or ERR_LENGTH with *ret_fault set
 * in a store that is damaged, as then nobody knows what firmware would see.
 */
int variable_store_delete(const struct variable_store *store, const struct guid *vendor, struct bytes name,
                          const struct image_writer *writer, struct fault *ret_fault);
