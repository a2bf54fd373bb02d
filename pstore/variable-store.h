/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/guid.h"

/*
 * The flash volume in which edk2 keeps its variables, such as OVMF_VARS.fd (edk2 VariableFormat.h; UEFI
 * PI 1.7, volume 3, 3.2.1 for the volume's header). It must begin at the start of the image; what follows it
 * is not looked at, and so is not the copy that an interrupted reclaim leaves in the spare block. Read only.
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

/* ERR_TRUNCATED, ERR_SIGNATURE, ERR_CHECKSUM, ERR_LENGTH or ERR_VALUE with *ret_fault set. */
int variable_store_open(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault);

/*
 * 1 for a variable, live or stale, in the order of the flash; 0 behind the last one. A malformed one ends the
 * walk, as nothing tells where the next begins: once ERR_SIGNATURE or ERR_LENGTH with *ret_fault set, then 0.
 */
int variable_store_next(const struct variable_store *store, struct variable_store_cursor *cursor,
                        struct variable_store_entry *ret_entry, struct fault *ret_fault);

void variable_store_measure(const struct variable_store *store, struct variable_store_space *ret_space);
