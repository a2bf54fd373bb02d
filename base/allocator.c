/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/allocator.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#define CAPACITY_FIRST 256
#define FORMAT_MAX     256

void buffer_init(struct buffer *buffer, const struct allocator *allocator) {
        *buffer = (struct buffer){ .allocator = allocator };
}

void buffer_free(struct buffer *buffer) {
        if (buffer->data)
                buffer->allocator->resize(buffer->allocator->context, buffer->data, buffer->capacity, 0);
        buffer_init(buffer, buffer->allocator);
}

int buffer_reserve(struct buffer *buffer, size_t capacity) {
        void *data;

        if (capacity <= buffer->capacity)
                return 0;
        data = buffer->allocator->resize(buffer->allocator->context, buffer->data, buffer->capacity,
                                         capacity);
        if (!data)
                return ERR_NO_MEMORY;
        buffer->data = data;
        buffer->capacity = capacity;
        return 0;
}

static int buffer_make_room(struct buffer *buffer, size_t size) {
        size_t needed, doubled;

        if (!size_add(buffer->size, size, &needed) || !size_multiply(buffer->capacity, 2, &doubled))
                return ERR_NO_MEMORY;
        if (needed <= buffer->capacity)
                return 0;
        if (doubled < CAPACITY_FIRST)
                doubled = CAPACITY_FIRST;
        return buffer_reserve(buffer, needed > doubled ? needed : doubled);
}

void buffer_append(struct buffer *buffer, struct bytes bytes) {
        if (buffer->error < 0 || bytes.size == 0)
                return;
        buffer->error = buffer_make_room(buffer, bytes.size);
        if (buffer->error < 0)
                return;
        memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
        buffer->size += bytes.size;
}

void buffer_append_text(struct buffer *buffer, const char *text) {
        buffer_append(buffer, text_view(text));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...) {
        char line[FORMAT_MAX];
        struct text text = TEXT_ON(line);
        va_list arguments;

        va_start(arguments, format);
        text_format_list(&text, format, arguments);
        va_end(arguments);
        buffer_append(buffer, text_bytes(&text));
        if (text.truncated && buffer->error == 0)
                buffer->error = ERR_BUFFER_TOO_SMALL;
}

int buffer_error(const struct buffer *buffer) {
        return buffer->error;
}

int array_grow(const struct allocator *allocator, void **array, size_t *capacity, size_t count,
               size_t element) {
        size_t wanted = *capacity ? *capacity : 8, old_size, new_size;
        void *grown;

        if (count < *capacity)
                return 0;
        if (!size_multiply(wanted, *capacity ? 2 : 1, &wanted) || !size_multiply(wanted, element, &new_size))
                return ERR_NO_MEMORY;
        old_size = *capacity * element;
        grown = allocator->resize(allocator->context, *array, old_size, new_size);
        if (!grown)
                return ERR_NO_MEMORY;
        *array = grown;
        *capacity = wanted;
        return 0;
}

void array_free(const struct allocator *allocator, void **array, size_t *capacity, size_t element) {
        if (*array)
                allocator->resize(allocator->context, *array, *capacity * element, 0);
        *array = NULL;
        *capacity = 0;
}
