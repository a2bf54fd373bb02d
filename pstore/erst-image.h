/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"

/*
 * The file behind QEMU's `-device acpi-erst` (QEMU docs/specs/acpi_erst.rst): slots of one size, the first
 * ones taken by a header and a map that gives each slot's record id. Read only.
 */

/* A checked image; holding one is the proof that header and map lie inside. Shares the caller's memory. */
struct erst_image {
        struct bytes image;
        bool formatted;     /* false: all zeros, as QEMU makes the file; it formats it at the first start */
        size_t record_size; /* of a slot, and so of the largest record */
        size_t first_slot;  /* the slots before it are the header's */
        size_t slot_end;    /* one behind the last slot */
        uint32_t stored_count; /* of records, as the header says; more are hidden from firmware */
};

/* What a slot that is in use holds. */
struct erst_image_slot {
        size_t number;       /* counted from the start of the file */
        size_t offset;       /* of the slot in the file */
        uint64_t id;         /* as the map says */
        struct bytes record; /* exactly record_length bytes; the whole slot when there is an error */
        int error;           /* 0, ERR_LENGTH or ERR_VALUE: the record's own length or id is wrong */
        struct fault fault;  /* where in the file, with an error */
};

/*
 * ERR_TRUNCATED, ERR_SIGNATURE, ERR_LENGTH or ERR_VALUE with *ret_fault set: what QEMU would not start with.
 * An image that is not formatted yet is an empty store of no capacity.
 */
int erst_image_open(struct bytes image, struct erst_image *ret_image, struct fault *ret_fault);

/* How many records fit in all, and how many the map names. */
size_t erst_image_capacity(const struct erst_image *image);
size_t erst_image_count(const struct erst_image *image);

/*
 * The next slot in use, in the order of slots, which is the order in which firmware names the records.
 * *cursor is 0 for the first call. False behind the last one. A malformed slot is given with its error; the
 * others are not touched by it.
 */
bool erst_image_next(const struct erst_image *image, size_t *cursor, struct erst_image_slot *ret_slot);
