/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/packed-file.h"

#include <fcntl.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/file.h"
#include "posix/memory.h"

#define BLOCK_SIZE ((size_t) 64 * 1024)

/* xz -9 needs 65 MiB, zstd -19 8 MiB; both can be told to need more than a machine has. */
#define MEMORY_LOG_MAX 27
#define MEMORY_MAX     (UINT64_C(1) << MEMORY_LOG_MAX)

#define GZIP_WINDOW    (15 + 16) /* 16: with gzip's header, in which zlib puts no time */

/* --- the three formats ----------------------------------------------------------------------------- */

/* A library at work: it takes from the front of `input` and fills the front of a block. */
struct unpacker {
        struct bytes input; /* what is left */
        uint8_t block[BLOCK_SIZE];
        size_t filled;
        z_stream gzip;
        lzma_stream xz;
        ZSTD_DStream *zstd;
};

static const uint8_t gzip_signature[] = { 0x1f, 0x8b }; /* RFC 1952, 2.3.1 */

static int gzip_begin(struct unpacker *unpacker) {
        return inflateInit2(&unpacker->gzip, GZIP_WINDOW) == Z_OK ? 0 : ERR_NO_MEMORY;
}

static int gzip_step(struct unpacker *unpacker) {
        z_stream *stream = &unpacker->gzip;
        uInt size = (uInt) size_min(unpacker->input.size, UINT32_MAX);
        int r;

        stream->next_in = (Bytef *) unpacker->input.data;
        stream->avail_in = size;
        stream->next_out = unpacker->block;
        stream->avail_out = BLOCK_SIZE;
        r = inflate(stream, Z_NO_FLUSH);
        unpacker->input = bytes_from(unpacker->input, size - stream->avail_in);
        unpacker->filled = BLOCK_SIZE - stream->avail_out;
        if (r == Z_OK || r == Z_BUF_ERROR)
                return 1;
        if (r != Z_STREAM_END)
                return r == Z_MEM_ERROR ? ERR_NO_MEMORY : ERR_STREAM;
        /* Tapes fill up with zeros; anything else is another member. */
        if (bytes_are_all(unpacker->input, 0))
                return 0;
        return inflateReset(stream) == Z_OK ? 1 : ERR_BUG;
}

static void gzip_end(struct unpacker *unpacker) {
        (void) inflateEnd(&unpacker->gzip);
}

static const uint8_t xz_signature[] = { 0xfd, '7', 'z', 'X', 'Z', 0 }; /* the .xz file format, 2.1.1.1 */

static int xz_begin(struct unpacker *unpacker) {
        const uint32_t flags = LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK;

        unpacker->xz = (lzma_stream) LZMA_STREAM_INIT;
        return lzma_stream_decoder(&unpacker->xz, MEMORY_MAX, flags) == LZMA_OK ? 0 : ERR_NO_MEMORY;
}

static const struct {
        lzma_ret result;
        int error;
} xz_results[] = {
        { LZMA_OK, 1 },
        { LZMA_STREAM_END, 0 },
        { LZMA_BUF_ERROR, ERR_TRUNCATED },
        { LZMA_MEM_ERROR, ERR_NO_MEMORY },
        { LZMA_MEMLIMIT_ERROR, ERR_TOO_LARGE },
};

static int xz_step(struct unpacker *unpacker) {
        lzma_stream *stream = &unpacker->xz;
        lzma_ret result;

        stream->next_in = unpacker->input.data;
        stream->avail_in = unpacker->input.size;
        stream->next_out = unpacker->block;
        stream->avail_out = BLOCK_SIZE;
        /* All of the input is here. With LZMA_RUN no end would be found, as another stream might follow. */
        result = lzma_code(stream, LZMA_FINISH);
        unpacker->input = bytes_from(unpacker->input, unpacker->input.size - stream->avail_in);
        unpacker->filled = BLOCK_SIZE - stream->avail_out;
        for (size_t i = 0; i < ARRAY_SIZE(xz_results); i++)
                if (xz_results[i].result == result)
                        return xz_results[i].error;
        return ERR_STREAM;
}

static void xz_end(struct unpacker *unpacker) {
        lzma_end(&unpacker->xz);
}

static const uint8_t zstd_signature[] = { 0x28, 0xb5, 0x2f, 0xfd }; /* RFC 8878, 3.1.1 */

static int zstd_begin(struct unpacker *unpacker) {
        unpacker->zstd = ZSTD_createDStream();
        if (!unpacker->zstd)
                return ERR_NO_MEMORY;
        (void) ZSTD_DCtx_setParameter(unpacker->zstd, ZSTD_d_windowLogMax, MEMORY_LOG_MAX);
        return 0;
}

static const struct {
        ZSTD_ErrorCode code;
        int error;
} zstd_errors[] = {
        { ZSTD_error_frameParameter_windowTooLarge, ERR_TOO_LARGE },
        { ZSTD_error_memory_allocation, ERR_NO_MEMORY },
};

static int zstd_step(struct unpacker *unpacker) {
        ZSTD_inBuffer in = { .src = unpacker->input.data, .size = unpacker->input.size };
        ZSTD_outBuffer out = { .dst = unpacker->block, .size = BLOCK_SIZE };
        size_t r = ZSTD_decompressStream(unpacker->zstd, &out, &in);

        unpacker->input = bytes_from(unpacker->input, in.pos);
        unpacker->filled = out.pos;
        if (!ZSTD_isError(r))
                return r > 0 || unpacker->input.size > 0; /* the rest of this frame, or another one */
        for (size_t i = 0; i < ARRAY_SIZE(zstd_errors); i++)
                if (zstd_errors[i].code == ZSTD_getErrorCode(r))
                        return zstd_errors[i].error;
        return ERR_STREAM;
}

static void zstd_end(struct unpacker *unpacker) {
        (void) ZSTD_freeDStream(unpacker->zstd);
}

static const struct format {
        struct bytes signature;
        int (*begin)(struct unpacker *unpacker);
        int (*step)(struct unpacker *unpacker); /* 1: there may be more; 0: that was all; or an error */
        void (*end)(struct unpacker *unpacker);
} formats[] = {
        { { gzip_signature, sizeof(gzip_signature) }, gzip_begin, gzip_step, gzip_end },
        { { xz_signature, sizeof(xz_signature) }, xz_begin, xz_step, xz_end },
        { { zstd_signature, sizeof(zstd_signature) }, zstd_begin, zstd_step, zstd_end },
};

/* --- files ----------------------------------------------------------------------------------------- */

static int unpack(const struct format *format, struct unpacker *unpacker, size_t limit,
                  struct buffer *content) {
        int r = 1;

        while (r > 0) {
                size_t left = unpacker->input.size;

                r = format->step(unpacker);
                if (unpacker->filled > limit)
                        return ERR_TOO_LARGE;
                limit -= unpacker->filled;
                buffer_append(content, bytes_of(unpacker->block, unpacker->filled));
                if (buffer_error(content) < 0)
                        return buffer_error(content);
                /* It wants more, and there is no more to give. */
                if (r > 0 && unpacker->filled == 0 && unpacker->input.size == left)
                        return ERR_TRUNCATED;
        }
        return r;
}

static const struct format *find_format(struct bytes packed) {
        for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
                if (bytes_start_with(packed, formats[i].signature))
                        return &formats[i];
        return NULL;
}

bool packed_file_is_packed(struct bytes file) {
        return find_format(file);
}

int packed_file_unpack(struct bytes packed, size_t limit, struct buffer *content) {
        const struct format *format = find_format(packed);
        struct unpacker unpacker = { .input = packed };
        int r;

        if (!format) {
                if (packed.size > limit)
                        return ERR_TOO_LARGE;
                buffer_append(content, packed);
                return buffer_error(content);
        }
        r = format->begin(&unpacker);
        if (r == 0) {
                r = unpack(format, &unpacker, limit, content);
                format->end(&unpacker);
        }
        return r;
}

int packed_file_read(const char *path, size_t limit, struct buffer *content) {
        _cleanup_buffer_ struct buffer packed;
        int r;

        buffer_init(&packed, &system_allocator);
        r = file_read_at(AT_FDCWD, path, FILE_SIZE_MAX, &packed);
        return r < 0 ? r : packed_file_unpack(buffer_bytes(&packed), limit, content);
}

int packed_file_gzip(struct bytes content, struct buffer *packed) {
        z_stream stream = { .next_in = (Bytef *) content.data, .avail_in = (uInt) content.size };
        size_t bound;
        int r;

        /* zlib counts in 32 bits, and the bound on its output is a little more. */
        if (content.size > UINT32_MAX / 2)
                return ERR_TOO_LARGE;
        if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
                return ERR_NO_MEMORY;
        bound = deflateBound(&stream, content.size);
        r = buffer_reserve(packed, packed->size + bound);
        if (r == 0) {
                stream.next_out = packed->data + packed->size;
                stream.avail_out = (uInt) bound;
                r = deflate(&stream, Z_FINISH) == Z_STREAM_END ? 0 : ERR_BUG;
                packed->size += r == 0 ? stream.total_out : 0;
        }
        (void) deflateEnd(&stream);
        return r;
}
