/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <zlib.h>

#include "codec/decode.h"
#include "tests/support/test.h"

static bool begins_with_panic(void *context, struct bytes beginning) {
        size_t *longest = context;

        if (longest && beginning.size > *longest)
                *longest = beginning.size;
        return bytes_start_with(beginning, text_view("Panic#1 Part1\n"));
}

static const struct decode_check panic_check = { .accept = begins_with_panic };

static const char *long_log(void) {
        static char text[3000];

        memset(text, 'x', sizeof(text) - 1);
        memcpy(text, "Panic#1 Part1\n", 14);
        return text;
}

/* zlib's windowBits: negative is raw. The caller frees .data. */
static struct bytes compress_text(struct bytes text, int level, int window_bits, int memory_level) {
        size_t capacity = text.size + 1000;
        uint8_t *output = malloc(capacity);
        z_stream stream = {
                .next_in = (Bytef *) text.data,
                .avail_in = (uInt) text.size,
                .next_out = output,
                .avail_out = (uInt) capacity,
        };

        assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, 0), Z_OK);
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        deflateEnd(&stream);
        return bytes_of(output, stream.total_out);
}

static int choose(struct bytes input, enum decode_hint hint, struct decode_choice *choice) {
        return decode_choose(codec_builtin, codec_builtin_count, input, hint, &panic_check, choice);
}

static void assert_decodes(struct bytes input, const char *codec, struct bytes text) {
        struct decode_choice choice = { 0 };
        uint8_t *output;
        size_t size;

        assert_ok(choose(input, DECODE_HINT_NONE, &choice));
        assert_string_equal(choice.codec->name, codec);
        assert_int_equal(choice.size, text.size);
        output = malloc(choice.size);
        assert_ok(choice.codec->decode(input, output, choice.size, &size));
        assert_true(bytes_equal(bytes_of(output, size), text));
        free(output);
}

static void test_each_stream_linux_writes_is_found(NO_STATE) {
        static const struct {
                const char *codec;
                int level, window_bits, memory_level;
        } rows[] = {
                { "zlib", 6, 12, 4 },     /* 3.12 to about 4.16 */
                { "deflate", 6, -11, 9 }, /* about 4.17 to 6.5 */
                { "deflate", 6, -15, 8 }, /* since 6.6 */
                { "deflate", 0, -15, 8 },
        };
        struct bytes text = text_view(long_log());

        assert_decodes(text, "text", text);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct bytes stream =
                        compress_text(text, rows[i].level, rows[i].window_bits, rows[i].memory_level);

                assert_decodes(stream, rows[i].codec, text);
                free((void *) stream.data);
        }
}

static void test_a_stream_without_its_last_zero_byte_is_decoded(NO_STATE) {
        struct bytes text = text_view("Panic#1 Part1\n");
        uint8_t stored[5 + 14 + 2] = { 0, 14, 0, 0xf1, 0xff };

        memcpy(stored + 5, text.data, text.size);
        stored[19] = 3; /* a last block with fixed codes; its end is seven zero bits, six of them in the byte
                           cut */
        assert_decodes(bytes_of(stored, 20), "deflate", text);
}

/* Four literals, then a match that only the kernel's zero byte completes: 262 bytes in all. */
static void test_a_room_too_small_leaves_the_size_alone(NO_STATE) {
        static const uint8_t stream[] = { 0x73, 0x74, 0x0a, 0x3c, 0x31, 0x0a };
        uint8_t output[131];
        size_t size = SIZE_MAX;

        assert_ok(decode_deflate(bytes_of(stream, sizeof(stream)), NULL, DECODE_SIZE_MAX, &size));
        assert_int_equal(size, 262);
        size = SIZE_MAX;
        assert_error(decode_deflate(bytes_of(stream, sizeof(stream)), output, sizeof(output), &size),
                     ERR_BUFFER_TOO_SMALL);
        assert_int_equal(size, SIZE_MAX);
}

static void test_what_is_no_log_is_refused(NO_STATE) {
        struct bytes stream = compress_text(text_view("no header line"), 6, -15, 8);
        struct decode_choice choice = { .size = 77 };

        assert_error(choose(stream, DECODE_HINT_COMPRESSED, &choice), ERR_CODEC_UNKNOWN);
        assert_error(choose(text_view("\xff\xff\xff"), DECODE_HINT_NONE, &choice), ERR_CODEC_UNKNOWN);
        assert_error(choose(bytes_of(NULL, 0), DECODE_HINT_NONE, &choice), ERR_CODEC_UNKNOWN);
        assert_int_equal(choice.size, 77);
        assert_null(choice.codec);
        free((void *) stream.data);
}

static void test_a_hint_makes_text_of_the_unknown(NO_STATE) {
        struct decode_choice choice = { 0 };

        assert_ok(choose(text_view("console log"), DECODE_HINT_TEXT, &choice));
        assert_string_equal(choice.codec->name, "text");
        assert_int_equal(choice.size, 11);
        assert_ok(choose(bytes_of(NULL, 0), DECODE_HINT_TEXT, &choice));
        assert_int_equal(choice.size, 0);
}

static void test_content_wins_over_the_hint(NO_STATE) {
        struct bytes text = text_view(long_log()), stream = compress_text(text, 6, -15, 8);
        struct decode_choice choice = { 0 };

        assert_ok(choose(stream, DECODE_HINT_TEXT, &choice));
        assert_string_equal(choice.codec->name, "deflate");
        assert_ok(choose(text, DECODE_HINT_COMPRESSED, &choice));
        assert_string_equal(choice.codec->name, "text");
        free((void *) stream.data);
}

static void test_a_damaged_stream_says_how(NO_STATE) {
        uint8_t stream[106] = { 0, 100, 0, 155, 255 }; /* a stored block of 100 bytes, not the last */
        struct decode_choice choice = { .size = 77 };

        memcpy(stream + 5, long_log(), 100);
        assert_error(choose(bytes_of(stream, 105), DECODE_HINT_NONE, &choice), ERR_TRUNCATED);
        assert_error(choose(bytes_of(stream, 80), DECODE_HINT_TEXT, &choice), ERR_TRUNCATED);
        assert_int_equal(choice.size, 75); /* what comes before the break */
        stream[105] = 7;                   /* block type 3 */
        assert_error(choose(bytes_of(stream, 106), DECODE_HINT_NONE, &choice), ERR_STREAM);
        assert_int_equal(choice.size, 100);
        assert_string_equal(choice.codec->name, "deflate");
}

static void test_output_is_bounded(NO_STATE) {
        size_t size = DECODE_SIZE_MAX + 1;
        char *text = calloc(1, size);
        struct decode_choice choice = { 0 };
        struct bytes stream;

        memcpy(text, "Panic#1 Part1\n", 14);
        stream = compress_text(bytes_of(text, size), 9, -15, 9);
        assert_error(choose(stream, DECODE_HINT_NONE, &choice), ERR_TOO_LARGE);
        assert_error(choose(bytes_of(text, size), DECODE_HINT_NONE, &choice), ERR_TOO_LARGE);
        free((void *) stream.data);
        stream = compress_text(bytes_of(text, size - 1), 9, -15, 9);
        assert_ok(choose(stream, DECODE_HINT_NONE, &choice));
        assert_int_equal(choice.size, DECODE_SIZE_MAX);
        free((void *) stream.data);
        free(text);
}

static void test_the_check_sees_no_more_than_the_beginning(NO_STATE) {
        size_t longest = 0;
        struct decode_check check = { .accept = begins_with_panic, .context = &longest };
        struct bytes text = text_view(long_log()), stream = compress_text(text, 6, -15, 8);
        struct decode_choice choice;

        assert_ok(
                decode_choose(codec_builtin, codec_builtin_count, stream, DECODE_HINT_NONE, &check, &choice));
        assert_int_equal(longest, DECODE_BEGINNING_SIZE);
        free((void *) stream.data);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_stream_linux_writes_is_found),
                cmocka_unit_test(test_a_stream_without_its_last_zero_byte_is_decoded),
                cmocka_unit_test(test_a_room_too_small_leaves_the_size_alone),
                cmocka_unit_test(test_what_is_no_log_is_refused),
                cmocka_unit_test(test_a_hint_makes_text_of_the_unknown),
                cmocka_unit_test(test_content_wins_over_the_hint),
                cmocka_unit_test(test_a_damaged_stream_says_how),
                cmocka_unit_test(test_output_is_bounded),
                cmocka_unit_test(test_the_check_sees_no_more_than_the_beginning),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
