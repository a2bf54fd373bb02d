/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <zstd.h>

#include "base/error.h"
#include "linux-tool/codec/codecs.h"

/*
 * Linux before 5.16 writes the window of its level, 2 MiB, into the frame, however short the text
 * (K5.10 crypto/zstd.c); a frame that wants more memory is none of its.
 */
#define WINDOW_LOG_MAX 23

static int decode_frame(ZSTD_DCtx *context, struct bytes input, uint8_t *output, size_t capacity,
                        size_t *ret_size) {
        ZSTD_inBuffer in = { .src = input.data, .size = input.size };
        ZSTD_outBuffer out = { .dst = output, .size = capacity };

        for (;;) {
                size_t in_before = in.pos, out_before = out.pos;
                size_t r = ZSTD_decompressStream(context, &out, &in);

                *ret_size = out.pos;
                if (ZSTD_isError(r))
                        return ERR_STREAM;
                if (r == 0)
                        return 0;
                /* It neither takes nor gives: there is no room, or no more input. */
                if (in.pos == in_before && out.pos == out_before)
                        return out.pos == capacity ? ERR_TOO_LARGE : ERR_TRUNCATED;
        }
}

/* Only whole blocks come out of a frame that breaks off, and a record is one block: nothing, then. */
static int engine(struct bytes input, uint8_t *output, size_t capacity, size_t *ret_size) {
        static const uint8_t magic[] = { 0x28, 0xb5, 0x2f, 0xfd }; /* RFC 8878, 3.1.1 */
        ZSTD_DCtx *context;
        int r;

        if (!bytes_start_with(input, bytes_of(magic, sizeof(magic))))
                return ERR_STREAM;
        context = ZSTD_createDCtx();
        if (!context)
                return ERR_NO_MEMORY;
        (void) ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
        r = decode_frame(context, input, output, capacity, ret_size);
        ZSTD_freeDCtx(context);
        return r;
}

int codec_zstd_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        return codec_decode_whole(engine, input, output, capacity, ret_size);
}
