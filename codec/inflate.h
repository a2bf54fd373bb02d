/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

/*
 * Decompression of DEFLATE streams. The verdict on every input is zlib's: what its inflate() takes is
 * taken and gives the same bytes, what it refuses is refused, and what leaves it waiting for input is
 * ERR_TRUNCATED. The state lives on the stack, about 4 KiB; the work is bounded by the sum of input and
 * output.
 *
 * The functions do not bear zlib's name: in the Linux command it would take the place of zlib's own for every
 * library in the process.
 */
enum inflate_format {
        INFLATE_RAW,  /* RFC 1951, as inflateInit2(-15) takes it */
        INFLATE_ZLIB, /* RFC 1950, as inflateInit2(15) takes it; a preset dictionary is refused */
};

/*
 * Decodes into output[0..capacity). With output NULL nothing is stored and only *ret_size is computed, so
 * that a caller allocates exactly what the record needs; all is checked then but the Adler-32, for which the
 * output must exist. `capacity` bounds the output either way. Bytes behind the end of the stream are not
 * looked at.
 *
 * ret_consumed: the bytes of `input` that the stream took.
 *
 * With ERR_STREAM, ERR_TRUNCATED and ERR_CHECKSUM *ret_size is the number of bytes decoded before, which
 * output[0..*ret_size) holds; *ret_consumed stays untouched.
 *
 * ERR_STREAM            malformed (RFC 1951 3.2, RFC 1950 2.2)
 * ERR_TRUNCATED         the input ended before the stream did
 * ERR_CHECKSUM          all of it is in output, but it is not what the Adler-32 was made of (INFLATE_ZLIB)
 * ERR_BUFFER_TOO_SMALL  with output: there is more than fits; output[0..capacity) holds the beginning
 * ERR_TOO_LARGE         without output: there are more than `capacity` bytes
 */
int inflate_decode(enum inflate_format format, struct bytes input, void *output, size_t capacity,
                   size_t *ret_size, size_t *ret_consumed);

/* The same with `padding` zero bytes behind the input. They are not counted in *ret_consumed. */
int inflate_decode_padded(enum inflate_format format, struct bytes input, size_t padding, void *output,
                          size_t capacity, size_t *ret_size, size_t *ret_consumed);
