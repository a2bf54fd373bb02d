/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "codec/inflate.h"

/* What zlib's inflate() says to an input, in our errors. */
struct zlib_verdict {
        int error;         /* 0, or the error that inflate_decode() is to return */
        bool or_truncated; /* the input and the room ended together: ERR_TRUNCATED is right as well */
        size_t size;       /* of the output, also before the place where a stream breaks */
        size_t consumed;   /* of a stream that was decoded to its end */
};

struct zlib_verdict zlib_oracle(enum inflate_format format, struct bytes input, void *output,
                                size_t capacity);

/*
 * Decodes `input` in every way there is (with output, measuring, with one byte of padding) and compares each
 * with zlib: verdict, sizes and all bytes of the output, also those written before an error. NULL when all
 * agree, or what does not.
 */
const char *zlib_compare(enum inflate_format format, struct bytes input, size_t capacity);
