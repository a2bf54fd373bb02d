/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A read-only view of bytes that are not trusted. Nobody but this module adds to its pointer.
 * The view never owns; it is valid as long as the memory behind it.
 */
struct bytes {
        const uint8_t *data;
        size_t size;
};

static inline struct bytes bytes_of(const void *data, size_t size) {
        return (struct bytes){ .data = data, .size = size };
}

/* True when [offset, offset + size) lies inside; no sum can wrap. */
static inline bool bytes_contain(struct bytes view, size_t offset, size_t size) {
        return offset <= view.size && size <= view.size - offset;
}

/* ERR_TRUNCATED when the range is not inside; *ret_slice shares the memory of `view`. */
int bytes_slice(struct bytes view, size_t offset, size_t size, struct bytes *ret_slice);

/* All from `offset` on; empty when the offset is at or behind the end. */
struct bytes bytes_from(struct bytes view, size_t offset);

/* The first `size` bytes, or all when there are fewer. */
struct bytes bytes_first(struct bytes view, size_t size);

/* Little-endian loads; ERR_TRUNCATED when the field is not inside. No alignment is needed. */
int bytes_load_u8(struct bytes view, size_t offset, uint8_t *ret_value);
int bytes_load_u16(struct bytes view, size_t offset, uint16_t *ret_value);
int bytes_load_u32(struct bytes view, size_t offset, uint32_t *ret_value);
int bytes_load_u64(struct bytes view, size_t offset, uint64_t *ret_value);

/*
 * The same for a structure whose presence was checked once by its size: a field outside reads as 0,
 * so a mistake of ours is wrong but never out of bounds.
 */
uint8_t bytes_u8(struct bytes view, size_t offset);
uint16_t bytes_u16(struct bytes view, size_t offset);
uint32_t bytes_u32(struct bytes view, size_t offset);
uint64_t bytes_u64(struct bytes view, size_t offset);

bool bytes_equal(struct bytes left, struct bytes right);

/* All of a view is a beginning and an end of it, and so are no bytes. */
bool bytes_start_with(struct bytes view, struct bytes prefix);
bool bytes_end_with(struct bytes view, struct bytes ending);

/* True when every byte has this value; true for an empty view. */
bool bytes_are_all(struct bytes view, uint8_t value);

/* Little-endian stores into memory of ours; the caller has checked the room. */
void store_u16(uint8_t *destination, uint16_t value);
void store_u32(uint8_t *destination, uint32_t value);
void store_u64(uint8_t *destination, uint64_t value);
