/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/zlib-oracle.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"

#define UNWRITTEN 0xa5

static int stopped_error(const z_stream *stream) {
        return stream->avail_out > 0 ? ERR_TRUNCATED : ERR_BUFFER_TOO_SMALL;
}

struct zlib_verdict zlib_oracle(enum inflate_format format, struct bytes input, void *output,
                                size_t capacity) {
        z_stream stream = {
                .next_in = (Bytef *) input.data,
                .avail_in = (uInt) input.size,
                .next_out = output,
                .avail_out = (uInt) capacity,
        };
        struct zlib_verdict verdict = { 0 };
        int r;

        if (inflateInit2(&stream, format == INFLATE_ZLIB ? 15 : -15) != Z_OK)
                abort();
        r = inflate(&stream, Z_FINISH);
        if (r == Z_STREAM_END)
                verdict = (struct zlib_verdict){ .size = stream.total_out, .consumed = stream.total_in };
        else if (r == Z_DATA_ERROR && strcmp(stream.msg, "incorrect data check") == 0)
                verdict.error = ERR_CHECKSUM;
        else if (r == Z_DATA_ERROR || r == Z_NEED_DICT)
                verdict.error = ERR_STREAM;
        else if (r == Z_OK || r == Z_BUF_ERROR)
                verdict.error = stopped_error(&stream);
        else
                abort();
        if (verdict.error != 0 && verdict.error != ERR_BUFFER_TOO_SMALL)
                verdict.size = stream.total_out;
        verdict.or_truncated = verdict.error == ERR_BUFFER_TOO_SMALL && stream.avail_in == 0;
        inflateEnd(&stream);
        return verdict;
}

static bool error_agrees(const struct zlib_verdict *verdict, int error) {
        return error == verdict->error || (verdict->or_truncated && error == ERR_TRUNCATED);
}

static const char *compare_decode(enum inflate_format format, struct bytes input, size_t padding,
                                  const struct zlib_verdict *verdict, const uint8_t *expected,
                                  uint8_t *output, size_t capacity) {
        size_t size = 0, consumed = 0;
        int r;

        memset(output, UNWRITTEN, capacity + 1);
        r = inflate_decode_padded(format, input, padding, output, capacity, &size, &consumed);
        if (!error_agrees(verdict, r))
                return "verdict";
        if (memcmp(output, expected, capacity + 1) != 0)
                return "output";
        if (size != (r == ERR_TRUNCATED && verdict->or_truncated ? capacity : verdict->size))
                return "size";
        if (consumed != (verdict->consumed < input.size ? verdict->consumed : r < 0 ? 0 : input.size))
                return "consumed";
        return NULL;
}

static const char *compare_measure(enum inflate_format format, struct bytes input,
                                   const struct zlib_verdict *verdict, size_t capacity) {
        size_t size = 0, consumed = 0;
        int r = inflate_decode(format, input, NULL, capacity, &size, &consumed);

        if (r == ERR_TOO_LARGE)
                r = ERR_BUFFER_TOO_SMALL;
        if (verdict->error == ERR_CHECKSUM)
                return r == 0 ? NULL : "measure: verdict on a wrong checksum";
        if (!error_agrees(verdict, r))
                return "measure: verdict";
        if (size != (r == ERR_TRUNCATED && verdict->or_truncated ? capacity : verdict->size) ||
            consumed != verdict->consumed)
                return "measure: size";
        return NULL;
}

static const char *compare_padded(enum inflate_format format, struct bytes input, uint8_t *expected,
                                  uint8_t *output, size_t capacity) {
        uint8_t *padded = calloc(1, input.size + 1);
        struct zlib_verdict verdict;
        const char *difference;

        if (!padded)
                abort();
        if (input.size > 0)
                memcpy(padded, input.data, input.size);
        memset(expected, UNWRITTEN, capacity + 1);
        verdict = zlib_oracle(format, bytes_of(padded, input.size + 1), expected, capacity);
        difference = compare_decode(format, input, 1, &verdict, expected, output, capacity);
        free(padded);
        return difference ? "padded input" : NULL;
}

const char *zlib_compare(enum inflate_format format, struct bytes input, size_t capacity) {
        uint8_t *expected = malloc(capacity + 1), *output = malloc(capacity + 1);
        struct zlib_verdict verdict;
        const char *difference;

        if (!expected || !output)
                abort();
        memset(expected, UNWRITTEN, capacity + 1);
        verdict = zlib_oracle(format, input, expected, capacity);
        difference = compare_decode(format, input, 0, &verdict, expected, output, capacity);
        if (!difference)
                difference = compare_measure(format, input, &verdict, capacity);
        if (!difference && verdict.error == ERR_TRUNCATED)
                difference = compare_padded(format, input, expected, output, capacity);
        free(expected);
        free(output);
        return difference;
}
