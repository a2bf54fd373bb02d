/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "pstore/image-extents.h"
#include "pstore/image-writer.h"

/*
 * The file behind QEMU's `-device acpi-erst` (QEMU docs/specs/acpi_erst.rst): slots of one size, the first
 * ones taken by a header and a map that gives each slot's record id.
 */

/* A checked image; holding one is the proof that header and map lie inside. Shares the caller's memory. */
struct erst_image {
        struct bytes image;
        const struct image_extents *extents; /* NULL: there are no holes */
        bool formatted;     /* false: all zeros, as QEMU makes the file; it formats it at the first start */
        size_t record_size; /* of a slot, and so of the largest record */
        size_t first_slot;  /* the slots before it are the header's */
        size_t slot_end;    /* one behind the last slot */
        uint32_t stored_count; /* of records, as the header says; more are hidden from firmware */
};

/* What a slot holds that is in use, or was. */
struct erst_image_slot {
        size_t number;       /* counted from the start of the file */
        size_t offset;       /* of the slot in the file */
        uint64_t id;         /* as the map says; of a deleted record, as the record says */
        struct bytes record; /* exactly record_length bytes; with an error see below */
        int error;           /* 0, or what is wrong with the record's own length or id */
        struct fault fault;  /* where in the file, with an error */
};

/* A larger record comes from no firmware: no reader of ERST has a buffer for it. */
#define ERST_IMAGE_RECORD_MAX ((size_t) 1024 * 1024)

/*
 * ERR_TRUNCATED, ERR_SIGNATURE, ERR_LENGTH or ERR_VALUE with *ret_fault set: what QEMU would not start with.
 * An image that is not formatted yet is an empty store of no capacity. `extents` may be NULL, and outlives
 * the image.
 */
int erst_image_open(struct bytes image, const struct image_extents *extents, struct erst_image *ret_image,
                    struct fault *ret_fault);

/* How many records fit in all, and how many the map names. */
size_t erst_image_capacity(const struct erst_image *image);
size_t erst_image_count(const struct erst_image *image);

/*
 * The next slot in use, in the order of slots, which is the order in which firmware names the records.
 * *cursor is 0 for the first call. False behind the last one. A malformed slot is given with its error; the
 * others are not touched by it.
 *
 * ERR_LENGTH, ERR_VALUE, or ERR_TRUNCATED for a record that ends in a hole, where firmware wrote nothing: the
 * record is what of the slot is neither a hole nor filled up with 0 or 0xff, at most ERST_IMAGE_RECORD_MAX
 * bytes, but at least a header. ERR_TOO_LARGE: it is the header alone.
 */
bool erst_image_next(const struct erst_image *image, size_t *cursor, struct erst_image_slot *ret_slot);

/* The slot of this id, by the map alone: no other slot is read. False for none. */
bool erst_image_find(const struct erst_image *image, uint64_t id, struct erst_image_slot *ret_slot);

/*
 * As erst_image_next(), for slots that the map calls free and that hold a record nevertheless: clearing one
 * frees its slot and leaves its bytes, until another record needs the place. What has a record's signature is
 * given, if need be with its error.
 */
bool erst_image_next_deleted(const struct erst_image *image, size_t *cursor,
                             struct erst_image_slot *ret_slot);

/* The record size that QEMU gives an image by default (`record_size` of the device). */
#define ERST_IMAGE_RECORD_SIZE 8192

/*
 * Writes the header of an image of `size` bytes, all zeros until now, as QEMU does at its first start.
 * ERR_LENGTH when the size is no multiple of the record size, or too small or too large for one record.
 */
int erst_image_format(size_t size, const struct image_writer *writer);

/*
 * Stores a CPER record in the first free slot, as QEMU does: the rest of the slot becomes 0xff, and the
 * number of records in the header becomes that of the map. The image is then to be opened anew.
 *
 * ERR_INVALID_ARGUMENT for an id that names none, or a length that is not the record's own; ERR_EXISTS when
 * the map has that id; ERR_TOO_LARGE for more than a slot; ERR_NO_SPACE without a free one; or what the
 * writer says. ERR_NOT_SUPPORTED for an image that is not formatted.
 */
int erst_image_write(const struct erst_image *image, struct bytes record, const struct image_writer *writer);

/*
 * Takes the record out of the map, as QEMU does; its bytes stay. ERR_NOT_FOUND; ERR_EXISTS when two slots
 * have this id, as the second one would come up in the first one's place.
 */
int erst_image_clear(const struct erst_image *image, uint64_t id, const struct image_writer *writer);
