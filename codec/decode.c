/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/decode.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "codec/inflate.h"

int decode_text(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        size_t fits = size_min(input.size, capacity);

        if (output && fits > 0)
                memcpy(output, input.data, fits);
        if (fits < input.size)
                return output ? ERR_BUFFER_TOO_SMALL : ERR_TOO_LARGE;
        *ret_size = input.size;
        return 0;
}

int decode_zlib(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        size_t consumed;

        return inflate_decode(INFLATE_ZLIB, input, output, capacity, ret_size, &consumed);
}

/*
 * Linux 6.1, crypto/deflate.c, gives the kernel's inflate one zero byte more when it ends without having seen
 * the end: what that kernel could decode must not be malformed here.
 */
int decode_deflate(struct bytes input, void *output, size_t capacity, size_t *ret_size) {
        size_t consumed, size, padded_size;
        int r = inflate_decode(INFLATE_RAW, input, output, capacity, &size, &consumed);

        /* Where that does not help, what the zero byte adds to the output is no text of anybody. */
        if (r == ERR_TRUNCATED &&
            inflate_decode_padded(INFLATE_RAW, input, 1, NULL, DECODE_SIZE_MAX, &padded_size, &consumed) >= 0)
                r = inflate_decode_padded(INFLATE_RAW, input, 1, output, capacity, &size, &consumed);
        if (r != ERR_BUFFER_TOO_SMALL && r != ERR_TOO_LARGE)
                *ret_size = size;
        return r;
}

enum {
        CODEC_TEXT,
};

const struct codec codec_builtin[] = {
        [CODEC_TEXT] = { "text", decode_text },
        { "zlib", decode_zlib },
        { "deflate", decode_deflate },
};

const size_t codec_builtin_count = ARRAY_SIZE(codec_builtin);

/* What Linux' pstore could be told to compress with; 842 has no library that a distribution keeps. */
static const char *const compressions[] = { "zlib", "deflate", "zstd", "lz4", "lzo", "842" };

static bool has_codec(const struct codec *codecs, size_t codec_count, const char *name) {
        for (size_t i = 0; i < codec_count; i++)
                if (text_equal(codecs[i].name, name))
                        return true;
        return false;
}

static void put_names(const struct codec *codecs, size_t codec_count, bool present, struct text *text) {
        size_t start = text->length;

        for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
                if (has_codec(codecs, codec_count, compressions[i]) == present)
                        text_format(text, "%s%s", text->length > start ? ", " : "", compressions[i]);
}

void decode_describe(const struct codec *codecs, size_t codec_count, struct text *text) {
        text_put(text, "no log by ");
        put_names(codecs, codec_count, true, text);
        text_put(text, "; ");
        put_names(codecs, codec_count, false, text);
        text_put(text, " not supported");
}

static bool breaks_off(int error) {
        return error == ERR_TRUNCATED || error == ERR_STREAM || error == ERR_CHECKSUM;
}

static bool codec_is_accepted(const struct codec *codec, struct bytes input,
                              const struct decode_check *check) {
        uint8_t beginning[DECODE_BEGINNING_SIZE];
        size_t size = 0;
        int r = codec->decode(input, beginning, sizeof(beginning), &size);

        if (r == ERR_BUFFER_TOO_SMALL)
                size = sizeof(beginning);
        else if (r < 0 && (!breaks_off(r) || size == 0))
                return false;
        return check->accept(check->context, bytes_of(beginning, size));
}

/* With an error that breaks a stream off, the choice is what comes before it; with another one it is void. */
static int codec_measure(const struct codec *codec, struct bytes input, struct decode_choice *ret_choice) {
        size_t size = 0;
        int r = codec->decode(input, NULL, DECODE_SIZE_MAX, &size);

        if (r < 0 && !breaks_off(r))
                return r;
        *ret_choice = (struct decode_choice){ codec, size };
        return r;
}

int decode_choose(const struct codec *codecs, size_t codec_count, struct bytes input, enum decode_hint hint,
                  const struct decode_check *check, struct decode_choice *ret_choice) {
        struct decode_choice choice, broken = { 0 };
        int first_error = ERR_CODEC_UNKNOWN, r;

        for (size_t i = 0; i < codec_count; i++) {
                if (!codec_is_accepted(&codecs[i], input, check))
                        continue;
                choice = (struct decode_choice){ 0 };
                r = codec_measure(&codecs[i], input, &choice);
                if (r >= 0) {
                        *ret_choice = choice;
                        return r;
                }
                /* Why the first that was accepted could not go on, should none come to its end. */
                if (first_error == ERR_CODEC_UNKNOWN) {
                        first_error = r;
                        broken = choice;
                }
        }
        /* Nobody's text by its beginning; but what was stored as such is shown as it is. */
        if (first_error == ERR_CODEC_UNKNOWN && hint == DECODE_HINT_TEXT)
                return codec_measure(&codec_builtin[CODEC_TEXT], input, ret_choice);
        if (broken.codec)
                *ret_choice = broken;
        return first_error;
}
