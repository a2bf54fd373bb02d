/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <limits.h>
#include <lz4.h>

#include "base/error.h"
#include "linux-tool/codec/codecs.h"

/* A match ends in at most so many bytes of length, 255 each, within DECODE_SIZE_MAX; and two of offset. */
#define SEQUENCE_TAIL_MAX (DECODE_SIZE_MAX / 255 + 3)

static int decode_some(struct bytes input, uint8_t *output, size_t capacity) {
        return LZ4_decompress_safe_partial((const char *) input.data, (char *) output, (int) input.size,
                                           (int) capacity, (int) capacity);
}

/*
 * What comes before the break. The library gives the beginning of a block that ends within literals, so the
 * input is shortened to where the last of them end.
 */
static size_t decode_beginning(struct bytes input, uint8_t *output, size_t capacity) {
        for (size_t cut = 0; cut < input.size && cut <= SEQUENCE_TAIL_MAX; cut++) {
                int size = decode_some(bytes_first(input, input.size - cut), output, capacity);

                if (size > 0)
                        return (size_t) size;
        }
        return 0;
}

/* Linux stores one block without any frame (K6.1 crypto/lz4.c): nothing in it tells its size. */
static int engine(struct bytes input, uint8_t *output, size_t capacity, size_t *ret_size) {
        size_t stopped;
        int size;

        if (input.size > LZ4_COMPRESSBOUND(DECODE_SIZE_MAX))
                return ERR_TOO_LARGE;
        size = LZ4_decompress_safe((const char *) input.data, (char *) output, (int) input.size,
                                   (int) capacity);
        if (size >= 0) {
                *ret_size = (size_t) size;
                return 0;
        }
        /* Not malformed: it fills all the room, and goes on. */
        if (decode_some(input, output, capacity) == (int) capacity)
                return ERR_TOO_LARGE;
        stopped = (size_t) - (size + 1); /* where in the input, by its source */
        *ret_size = decode_beginning(bytes_first(input, stopped), output, capacity);
        return stopped + 2 >= input.size ? ERR_TRUNCATED : ERR_STREAM;
}

int codec_lz4_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        return codec_decode_whole(engine, input, output, capacity, ret_size);
}
