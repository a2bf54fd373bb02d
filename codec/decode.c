/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/decode.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "codec/inflate.h"

static int text_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        size_t fits = size_min(input.size, capacity);

        if (output && fits > 0)
                memcpy(output, input.data, fits);
        if (fits < input.size)
                return output ? ERR_BUFFER_TOO_SMALL : ERR_TOO_LARGE;
        *ret_size = input.size;
        return 0;
}

static int zlib_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        size_t consumed;

        return inflate_decode(INFLATE_ZLIB, input, output, capacity, ret_size, &consumed);
}

/*
 * Linux 6.1, crypto/deflate.c, gives the kernel's inflate one zero byte more when it ends without having seen
 * the end: what that kernel could decode must not be malformed here.
 */
static int deflate_decode(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        size_t consumed;

        return inflate_decode_padded(INFLATE_RAW, input, 1, output, capacity, ret_size, &consumed);
}

enum {
        CODEC_TEXT,
};

const struct codec codec_builtin[] = {
        [CODEC_TEXT] = { "text", text_decode },
        { "zlib", zlib_decode },
        { "deflate", deflate_decode },
};

const size_t codec_builtin_count = ARRAY_SIZE(codec_builtin);

static bool codec_is_accepted(const struct codec *codec, struct bytes input,
                              const struct decode_check *check) {
        uint8_t beginning[DECODE_BEGINNING_SIZE];
        size_t size = sizeof(beginning);
        int r = codec->decode(input, beginning, sizeof(beginning), &size);

        if (r < 0 && r != ERR_BUFFER_TOO_SMALL)
                return false;
        return check->accept(check->context, bytes_of(beginning, size));
}

static int codec_measure(const struct codec *codec, struct bytes input, struct decode_choice *ret_choice) {
        size_t size;
        int r = codec->decode(input, NULL, DECODE_SIZE_MAX, &size);

        if (r < 0)
                return r;
        *ret_choice = (struct decode_choice){ codec, size };
        return 0;
}

int decode_choose(const struct codec *codecs, size_t codec_count, struct bytes input, enum decode_hint hint,
                  const struct decode_check *check, struct decode_choice *ret_choice) {
        int first_error = ERR_CODEC_UNKNOWN, r;

        for (size_t i = 0; i < codec_count; i++) {
                if (!codec_is_accepted(&codecs[i], input, check))
                        continue;
                r = codec_measure(&codecs[i], input, ret_choice);
                if (r >= 0)
                        return r;
                if (first_error == ERR_CODEC_UNKNOWN)
                        first_error = r;
        }
        if (first_error == ERR_CODEC_UNKNOWN && hint == DECODE_HINT_TEXT)
                return codec_measure(&codec_builtin[CODEC_TEXT], input, ret_choice);
        return first_error;
}
