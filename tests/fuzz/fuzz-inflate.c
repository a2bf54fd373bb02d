/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * inflate against zlib: the same verdict, the same output, and a measured size that is the decoded one.
 * Input: a byte that picks the format (bit 0) and the room for the output (the rest), then the stream.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/zlib-oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t pick_capacity(uint8_t control) {
        static const size_t capacities[] = { 65536, 0, 1, 64, 257, 4096, 32768, 40000 };

        return capacities[(control >> 1) % (sizeof(capacities) / sizeof(capacities[0]))];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);
        uint8_t control = bytes_u8(input, 0);
        const char *difference = zlib_compare(control & 1 ? INFLATE_ZLIB : INFLATE_RAW, bytes_from(input, 1),
                                              pick_capacity(control));

        if (difference) {
                fprintf(stderr, "differs from zlib: %s\n", difference);
                abort();
        }
        return 0;
}
