/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

/*
 * Shared code allocates nothing by itself. Where the amount is known only while reading a store
 * (store/), the caller hands over this one callback. acpi/, pstore/ and codec/ do not use it: they
 * take buffers.
 */
struct allocator {
        void *context;

        /*
         * Makes `block` (NULL for none) of `old_size` bytes `new_size` bytes long and keeps the content
         * up to the smaller size; new_size 0 frees it and returns NULL. NULL when there is no memory;
         * the old block stays valid then.
         */
        void *(*resize)(void *context, void *block, size_t old_size, size_t new_size);
};

/*
 * A block that grows. Its first error is kept and makes every later append a no-op, so that a chain of
 * appends is checked once, by buffer_error().
 */
struct buffer {
        const struct allocator *allocator;
        uint8_t *data;
        size_t size;
        size_t capacity;
        int error;
};

void buffer_init(struct buffer *buffer, const struct allocator *allocator);
void buffer_free(struct buffer *buffer);

/* Room for `capacity` bytes in all. 0 or ERR_NO_MEMORY (the buffer keeps its content). */
int buffer_reserve(struct buffer *buffer, size_t capacity);

void buffer_append(struct buffer *buffer, struct bytes bytes);
void buffer_append_text(struct buffer *buffer, const char *text);

/* At most 255 bytes of result; more is ERR_BUFFER_TOO_SMALL in buffer_error(). Conversions as in base/text.h.
 */
void buffer_append_format(struct buffer *buffer, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* 0, or the first error. */
int buffer_error(const struct buffer *buffer);

static inline struct bytes buffer_bytes(const struct buffer *buffer) {
        return bytes_of(buffer->data, buffer->size);
}

/* An array of `count` elements of `element` bytes; grows it by doubling so that one more fits. 0 or
 * ERR_NO_MEMORY. */
int array_grow(const struct allocator *allocator, void **array, size_t *capacity, size_t count,
               size_t element);

/* Frees what array_grow() made. */
void array_free(const struct allocator *allocator, void **array, size_t *capacity, size_t element);
