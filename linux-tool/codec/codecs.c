/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/codec/codecs.h"

#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/memory.h"

const struct codec codecs_linux[] = {
        { "text", decode_text },       { "zlib", decode_zlib },     { "deflate", decode_deflate },
        { "zstd", codec_zstd_decode }, { "lz4", codec_lz4_decode }, { "lzo", codec_lzo_decode },
};

const size_t codecs_linux_count = ARRAY_SIZE(codecs_linux);

int codec_decode_whole(codec_engine *engine, struct bytes input, void *output, size_t capacity,
                       size_t *ret_size) {
        _cleanup_free_ uint8_t *whole = malloc(DECODE_SIZE_MAX);
        size_t size = 0;
        int r;

        if (!whole)
                return ERR_NO_MEMORY;
        r = engine(input, whole, DECODE_SIZE_MAX, &size);
        /* It has filled all that it was given, whatever it says of the size. */
        if (r == ERR_TOO_LARGE)
                size = DECODE_SIZE_MAX;
        if (output && size > 0)
                memcpy(output, whole, size_min(size, capacity));
        if (size > capacity || r == ERR_TOO_LARGE)
                return output ? ERR_BUFFER_TOO_SMALL : ERR_TOO_LARGE;
        *ret_size = size;
        return r;
}
