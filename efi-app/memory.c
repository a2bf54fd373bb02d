/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/memory.h"

#include <stdint.h>

/*
 * gcc turns such loops into calls of the very functions that they are, unless it is told not to. The byte
 * loops are plain on purpose: nothing here moves more than a few megabytes.
 */
#define PLAIN_LOOP __attribute__((optimize("no-tree-loop-distribute-patterns")))

PLAIN_LOOP void *memcpy(void *restrict destination, const void *restrict source, size_t size) {
        uint8_t *to = destination;
        const uint8_t *from = source;

        for (size_t i = 0; i < size; i++)
                to[i] = from[i];
        return destination;
}

PLAIN_LOOP void *memmove(void *destination, const void *source, size_t size) {
        uint8_t *to = destination;
        const uint8_t *from = source;

        if ((uintptr_t) to <= (uintptr_t) from)
                return memcpy(destination, source, size);
        for (size_t i = size; i > 0; i--)
                to[i - 1] = from[i - 1];
        return destination;
}

PLAIN_LOOP void *memset(void *destination, int value, size_t size) {
        uint8_t *to = destination;

        for (size_t i = 0; i < size; i++)
                to[i] = (uint8_t) value;
        return destination;
}

int memcmp(const void *left, const void *right, size_t size) {
        const uint8_t *a = left, *b = right;

        for (size_t i = 0; i < size; i++)
                if (a[i] != b[i])
                        return a[i] < b[i] ? -1 : 1;
        return 0;
}
