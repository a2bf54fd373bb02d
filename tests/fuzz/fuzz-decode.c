/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <lz4.h>
#include <lzo/lzo1x.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/error.h"
#include "linux-tool/codec/codecs.h"
#include "pstore/header-line.h"
#include "tests/fuzz/fuzz.h"

/*
 * Every codec and the choice between them. The first byte says how the rest is used: as a stream, or as a
 * text that a library compresses, of which the last bytes may be cut off.
 */

#define STREAM_MAX 65536
#define TEXT_MAX   32768

static uint8_t stream[STREAM_MAX], text[TEXT_MAX], output[DECODE_SIZE_MAX + 1], again[DECODE_SIZE_MAX + 1];

static bool has_header_line(void *context, struct bytes beginning) {
        struct header_line line;

        (void) context;
        fuzz_check(beginning.size <= DECODE_BEGINNING_SIZE);
        return header_line_parse(beginning, &line) == 0;
}

/* --- the libraries' compressors ------------------------------------------------------------------ */

static size_t make_zlib(struct bytes plain, int window_bits) {
        z_stream z = { .next_in = (Bytef *) plain.data,
                       .avail_in = (uInt) plain.size,
                       .next_out = stream,
                       .avail_out = STREAM_MAX };

        fuzz_check(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        fuzz_check(deflate(&z, Z_FINISH) == Z_STREAM_END);
        deflateEnd(&z);
        return z.total_out;
}

static size_t make(unsigned kind, struct bytes plain) {
        static uint8_t work[LZO1X_1_MEM_COMPRESS];
        lzo_uint size = STREAM_MAX;

        if (kind == 0)
                return make_zlib(plain, 12);
        if (kind == 1)
                return make_zlib(plain, -15);
        if (kind == 2)
                return ZSTD_compress(stream, STREAM_MAX, plain.data, plain.size, 3);
        if (kind == 3)
                return (size_t) LZ4_compress_default((const char *) plain.data, (char *) stream,
                                                     (int) plain.size, STREAM_MAX);
        fuzz_check(lzo_init() == LZO_E_OK &&
                   lzo1x_1_compress(plain.data, plain.size, stream, &size, work) == LZO_E_OK);
        return size;
}

/* --- what must hold ------------------------------------------------------------------------------- */

/* Measuring and decoding agree, nothing is written behind the end, and a smaller room gives the same bytes.
 */
static void check_codec(const struct codec *codec, struct bytes input) {
        size_t measured = SIZE_MAX, decoded = SIZE_MAX, part = SIZE_MAX, half;
        int r = codec->decode(input, NULL, DECODE_SIZE_MAX, &measured), r2;

        if (r == ERR_TOO_LARGE || r == ERR_NO_MEMORY)
                return;
        fuzz_check(r == 0 || r == ERR_TRUNCATED || r == ERR_STREAM);
        fuzz_check(measured <= DECODE_SIZE_MAX);
        output[measured] = 0xa5;
        r2 = codec->decode(input, output, measured, &decoded);
        fuzz_check(r2 == r || (r == 0 && r2 == ERR_CHECKSUM) || (r < 0 && r2 == ERR_BUFFER_TOO_SMALL));
        fuzz_check((decoded == measured || r2 == ERR_BUFFER_TOO_SMALL) && output[measured] == 0xa5);
        if (measured < 2)
                return;
        half = measured / 2;
        again[half] = 0xa5;
        fuzz_check(codec->decode(input, again, half, &part) == ERR_BUFFER_TOO_SMALL);
        fuzz_check(memcmp(again, output, half) == 0 && again[half] == 0xa5 && part == SIZE_MAX);
}

static int check_choice(struct bytes input, struct decode_choice *ret_choice) {
        const struct decode_check accept = { .accept = has_header_line };
        struct header_line line;
        size_t size = 0;
        int r, r2;

        *ret_choice = (struct decode_choice){ 0 };
        r = decode_choose(codecs_linux, codecs_linux_count, input, DECODE_HINT_COMPRESSED, &accept,
                          ret_choice);
        if (!ret_choice->codec)
                fuzz_check(r < 0);
        if (!ret_choice->codec)
                return r;
        fuzz_check(ret_choice->size <= DECODE_SIZE_MAX);
        r2 = ret_choice->codec->decode(input, output, ret_choice->size, &size);
        fuzz_check(r2 == r || (r == 0 && r2 == ERR_CHECKSUM) || (r < 0 && r2 == ERR_BUFFER_TOO_SMALL));
        if (r2 == ERR_BUFFER_TOO_SMALL)
                size = ret_choice->size;
        fuzz_check(size == ret_choice->size && header_line_parse(bytes_of(output, size), &line) == 0);
        return r;
}

/* What a library made comes back; of what was cut a beginning at most, and no byte that was not there. */
static void check_made(unsigned kind, struct bytes input, size_t cut) {
        struct bytes plain;
        struct decode_choice choice;
        size_t size;
        int r;

        memcpy(text, "Panic#1 Part1\n", 14);
        plain = bytes_first(input, TEXT_MAX - 14);
        if (plain.size > 0)
                memcpy(text + 14, plain.data, plain.size);
        plain = bytes_of(text, plain.size + 14);
        size = make(kind, plain);
        r = check_choice(bytes_of(stream, size - (cut < size ? cut : 0)), &choice);
        if (cut == 0)
                fuzz_check(r == 0 && choice.size == plain.size);
        if (kind == 1 && r == 0 && cut > 0)
                return; /* the kernel's zero byte behind a deflate stream can end it, with a last wrong byte
                         */
        if (choice.codec && strcmp(choice.codec->name, codecs_linux[kind + 1].name) == 0)
                fuzz_check(choice.size <= plain.size && memcmp(output, text, choice.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_from(bytes_of(data, size), 2);
        struct decode_choice choice;

        if (size < 2 || size > STREAM_MAX)
                return 0;
        if (data[0] < 5) {
                check_made(data[0], input, data[1]);
                return 0;
        }
        for (size_t i = 0; i < codecs_linux_count; i++)
                check_codec(&codecs_linux[i], input);
        (void) check_choice(input, &choice);
        return 0;
}
