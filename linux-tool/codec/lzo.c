/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <lzo/lzo1x.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux-tool/codec/codecs.h"

static const struct {
        int result, error;
} result_rows[] = {
        { LZO_E_OK, 0 },
        { LZO_E_INPUT_NOT_CONSUMED, 0 }, /* bytes behind the stream are ignored, as with the others */
        { LZO_E_INPUT_OVERRUN, ERR_TRUNCATED },
        { LZO_E_OUTPUT_OVERRUN, ERR_TOO_LARGE },
};

/* A bare LZO1X stream (K6.1 crypto/lzo.c); the library sets the size on its errors, too. */
static int engine(struct bytes input, uint8_t *output, size_t capacity, size_t *ret_size) {
        lzo_uint size = capacity;
        int r;

        if (lzo_init() != LZO_E_OK)
                return ERR_BUG;
        r = lzo1x_decompress_safe(input.data, input.size, output, &size, NULL);
        *ret_size = size;
        for (size_t i = 0; i < ARRAY_SIZE(result_rows); i++)
                if (result_rows[i].result == r)
                        return result_rows[i].error;
        return ERR_STREAM;
}

int codec_lzo_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        return codec_decode_whole(engine, input, output, capacity, ret_size);
}
