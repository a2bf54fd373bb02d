/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/text.h"

/*
 * Finds out by which compressor a crash record was made. Kernels do not say it: the record's name or section
 * type tells at most that it is compressed. So every decoder is tried in order, and the one is right whose
 * output begins as the caller's check wants it (a kernel log begins with a line such as "Panic#1 Part2").
 *
 * The caller brings the memory, in two steps: decode_choose() tells decoder and size, then
 * choice.codec->decode(input, memory, choice.size, &size) fills it.
 */

/* No record decodes to more. The largest one that Linux writes holds some 100 KiB of text. */
#define DECODE_SIZE_MAX ((size_t) 1024 * 1024)

/* So much of the output is shown to the check; a header line has at most 36 characters. */
#define DECODE_BEGINNING_SIZE 64

struct codec {
        const char *name;

        /*
         * Decodes into output[0..capacity), or, with output NULL, only computes *ret_size; `capacity` bounds
         * it either way. Returns 0 or an error; among them
         * ERR_BUFFER_TOO_SMALL  with output: there is more than fits, and output[0..capacity) is filled
         * ERR_TOO_LARGE         without output: there are more than `capacity` bytes
         * ERR_TRUNCATED, ERR_STREAM, ERR_CHECKSUM
         *                       *ret_size is what the stream gave before, and output holds it
         */
        int (*decode)(struct bytes input, void *output, size_t capacity, size_t *ret_size);
};

/*
 * Text as it stands, zlib (Linux 3.12 to about 4.16), raw deflate (since then): in this order. This is what
 * firmware has; the Linux command has more (linux-tool/codec/codecs.h).
 */
extern const struct codec codec_builtin[];
extern const size_t codec_builtin_count;

/* The rows of codec_builtin, for longer tables. */
int decode_text(struct bytes input, void *output, size_t capacity, size_t *ret_size);
int decode_zlib(struct bytes input, void *output, size_t capacity, size_t *ret_size);
int decode_deflate(struct bytes input, void *output, size_t capacity, size_t *ret_size);

struct decode_check {
        /* Whether a decoded record may begin so: at most DECODE_BEGINNING_SIZE bytes, less if it is shorter.
         */
        bool (*accept)(void *context, struct bytes beginning);
        void *context;
};

/*
 * What the record itself tells: the C or D in its name, the type of its section. Content wins over it; it
 * decides only about a text that the check does not know, such as a console log.
 */
enum decode_hint {
        DECODE_HINT_NONE,
        DECODE_HINT_COMPRESSED,
        DECODE_HINT_TEXT, /* what no codec is accepted for is text as it stands */
};

struct decode_choice {
        const struct codec *codec;
        size_t size; /* of the output, at most DECODE_SIZE_MAX */
};

/* Room for decode_describe(). */
#define DECODE_TRIED_SIZE 96

/* "no log by zlib, deflate; zstd, lz4, lzo, 842 not supported": what ERR_CODEC_UNKNOWN means with these. */
void decode_describe(const struct codec *codecs, size_t codec_count, struct text *text);

/*
 * Tries the codecs in their order and takes the first one whose output is accepted and decodes to its end.
 * Bytes behind a compressed stream are ignored, as the kernel does.
 *
 * ERR_CODEC_UNKNOWN  nothing that any codec makes of the input is accepted
 * another error      the beginning is accepted, and this is why the first such codec could not go on:
 *                    ERR_STREAM, ERR_TRUNCATED, or ERR_TOO_LARGE for more than DECODE_SIZE_MAX bytes.
 *                    With the first two *ret_choice is set: its size bytes come before the break, and
 *                    decoding them fills their room and gives the same error, or ERR_BUFFER_TOO_SMALL where
 *                    the codec sees the end of the room before the break
 */
int decode_choose(const struct codec *codecs, size_t codec_count, struct bytes input, enum decode_hint hint,
                  const struct decode_check *check, struct decode_choice *ret_choice);
