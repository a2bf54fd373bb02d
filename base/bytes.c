/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

int bytes_slice(struct bytes view, size_t offset, size_t size, struct bytes *ret_slice) {
        if (!bytes_contain(view, offset, size))
                return ERR_TRUNCATED;
        /* An empty view may have no memory, and C lets nobody add even zero to a null pointer. */
        *ret_slice = bytes_of(offset > 0 ? view.data + offset : view.data, size);
        return 0;
}

struct bytes bytes_from(struct bytes view, size_t offset) {
        if (offset >= view.size)
                return bytes_of(NULL, 0);
        return bytes_of(view.data + offset, view.size - offset);
}

struct bytes bytes_first(struct bytes view, size_t size) {
        return bytes_of(view.data, size < view.size ? size : view.size);
}

static int load(struct bytes view, size_t offset, size_t size, uint64_t *ret_value) {
        uint64_t value = 0;

        if (!bytes_contain(view, offset, size))
                return ERR_TRUNCATED;
        /* Little endian, as all that firmware and Linux write here, whatever runs this. */
        for (size_t i = size; i > 0; i--)
                value = value << 8 | view.data[offset + i - 1];
        *ret_value = value;
        return 0;
}

#define DEFINE_LOAD(bits)                                                                                    \
        int bytes_load_u##bits(struct bytes view, size_t offset, uint##bits##_t *ret_value) {                \
                uint64_t value;                                                                              \
                int r = load(view, offset, bits / 8, &value);                                                \
                                                                                                             \
                if (r < 0)                                                                                   \
                        return r;                                                                            \
                *ret_value = (uint##bits##_t) value;                                                         \
                return 0;                                                                                    \
        }                                                                                                    \
                                                                                                             \
        uint##bits##_t bytes_u##bits(struct bytes view, size_t offset) {                                     \
                uint##bits##_t value = 0;                                                                    \
                                                                                                             \
                (void) bytes_load_u##bits(view, offset, &value);                                             \
                return value;                                                                                \
        }

DEFINE_LOAD(8)
DEFINE_LOAD(16)
DEFINE_LOAD(32)
DEFINE_LOAD(64)

bool bytes_equal(struct bytes left, struct bytes right) {
        if (left.size != right.size)
                return false;
        return left.size == 0 || memcmp(left.data, right.data, left.size) == 0;
}

bool bytes_start_with(struct bytes view, struct bytes prefix) {
        return view.size >= prefix.size && bytes_equal(bytes_first(view, prefix.size), prefix);
}

bool bytes_end_with(struct bytes view, struct bytes ending) {
        return view.size >= ending.size && bytes_equal(bytes_from(view, view.size - ending.size), ending);
}

bool bytes_are_all(struct bytes view, uint8_t value) {
        for (size_t i = 0; i < view.size; i++)
                if (view.data[i] != value)
                        return false;
        return true;
}

static void store(uint8_t *destination, size_t size, uint64_t value) {
        for (size_t i = 0; i < size; i++)
                destination[i] = (uint8_t) (value >> 8 * i);
}

void store_u16(uint8_t *destination, uint16_t value) {
        store(destination, sizeof(value), value);
}

void store_u32(uint8_t *destination, uint32_t value) {
        store(destination, sizeof(value), value);
}

void store_u64(uint8_t *destination, uint64_t value) {
        store(destination, sizeof(value), value);
}
