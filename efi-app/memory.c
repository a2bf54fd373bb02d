/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/memory.h"

#include <stdint.h>

/*
 * Freestanding, the compiler does not turn such loops into calls of the very functions that they are. They
 * copy bytes, plainly, as nothing here moves more than a few megabytes.
 */

/* Right also where the two overlap and `to` is the lower one, which memcpy()'s restrict would deny. */
static void copy_forwards(uint8_t *to, const uint8_t *from, size_t size) {
        for (size_t i = 0; i < size; i++)
                to[i] = from[i];
}

void *memcpy(void *restrict destination, const void *restrict source, size_t size) {
        copy_forwards(destination, source, size);
        return destination;
}

void *memmove(void *destination, const void *source, size_t size) {
        uint8_t *to = destination;
        const uint8_t *from = source;

        if ((uintptr_t) to <= (uintptr_t) from)
                copy_forwards(to, from, size);
        else
                for (size_t i = size; i > 0; i--)
                        to[i - 1] = from[i - 1];
        return destination;
}

void *memset(void *destination, int value, size_t size) {
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
