/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/codec/zstd-writer.h"

#include <zstd.h>

#include "base/error.h"

/* Whatever zstd says of writing into memory, it lacks memory for. */
static int drain(struct zstd_writer *writer, struct bytes input, ZSTD_EndDirective directive) {
        ZSTD_inBuffer in = { .src = input.data, .size = input.size };
        uint8_t piece[16 * 1024];
        size_t left;
        int r;

        do {
                ZSTD_outBuffer out = { .dst = piece, .size = sizeof(piece) };

                left = ZSTD_compressStream2(writer->stream, &out, &in, directive);
                if (ZSTD_isError(left))
                        return ERR_NO_MEMORY;
                r = sink_put(writer->output, bytes_of(piece, out.pos));
                if (r < 0)
                        return r;
        } while (in.pos < in.size || (directive == ZSTD_e_end && left > 0));
        return 0;
}

static int write_input(void *context, struct bytes input) {
        return drain(context, input, ZSTD_e_continue);
}

int zstd_writer_init(struct zstd_writer *writer, const struct sink *output) {
        *writer = (struct zstd_writer){
                .stream = ZSTD_createCCtx(),
                .output = output,
                .sink = { .context = writer, .write = write_input },
        };
        if (!writer->stream)
                return ERR_NO_MEMORY;
        (void) ZSTD_CCtx_setParameter(writer->stream, ZSTD_c_checksumFlag, 1);
        return 0;
}

int zstd_writer_end(struct zstd_writer *writer) {
        return drain(writer, bytes_of(NULL, 0), ZSTD_e_end);
}

void zstd_writer_free(struct zstd_writer *writer) {
        (void) ZSTD_freeCCtx(writer->stream);
}
