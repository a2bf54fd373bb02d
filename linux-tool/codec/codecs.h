/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "codec/decode.h"

/*
 * Every compressor that a kernel's pstore could be told to use, by the distribution's libraries: text, zlib,
 * deflate, zstd, lz4 (lz4hc makes the same streams) and lzo, in this order, which goes from what says what it
 * is to what takes nearly everything. 842 is missing, as no library is kept that decodes it.
 */
extern const struct codec codecs_linux[];
extern const size_t codecs_linux_count;

/* Rows of codecs_linux: see struct codec. They also return ERR_NO_MEMORY. */
int codec_zstd_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size);
int codec_lz4_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size);
int codec_lzo_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size);

/*
 * What a library makes of the input in output[0..capacity). *ret_size is set on success and with
 * ERR_TRUNCATED or ERR_STREAM; ERR_TOO_LARGE when the output is full.
 */
typedef int codec_engine(struct bytes input, uint8_t *output, size_t capacity, size_t *ret_size);

/* A codec out of an engine that wants room for everything at once, which is DECODE_SIZE_MAX here. */
int codec_decode_whole(codec_engine *engine, struct bytes input, void *output, size_t capacity,
                       size_t *ret_size);
