/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <zlib.h>

#include "codec/inflate.h"
#include "tests/support/test.h"
#include "tests/support/zlib-oracle.h"

#define TEXT_MAX   6000
#define STREAM_MAX 8192

/* --- by hand: each stream named after what it is ------------------------------------------------- */

struct stream_case {
        const char *what;
        enum inflate_format format;
        int error;
        const char *stream;
        size_t stream_size;
        const char *text;
};

#define STREAM(bytes) bytes, sizeof(bytes) - 1

static const struct stream_case stream_cases[] = {
        { "an empty stored block", INFLATE_RAW, 0, STREAM("\x01\x00\x00\xff\xff"), "" },
        { "a stored block", INFLATE_RAW, 0, STREAM("\x01\x02\x00\xfd\xffhi"), "hi" },
        { "stored, the complement wrong", INFLATE_RAW, ERR_STREAM, STREAM("\x01\x02\x00\xfd\xfehi"), NULL },
        { "stored, cut in its data", INFLATE_RAW, ERR_TRUNCATED, STREAM("\x01\x02\x00\xfd\xffh"), NULL },
        { "fixed codes", INFLATE_RAW, 0, STREAM("\x4b\x04\x00"), "a" },
        { "fixed codes, a repetition", INFLATE_RAW, 0, STREAM("\x4b\x4c\x84\x00\x00"), "aaaaaaaa" },
        { "block type 3", INFLATE_RAW, ERR_STREAM, STREAM("\x07"), NULL },
        { "nothing", INFLATE_RAW, ERR_TRUNCATED, STREAM(""), NULL },
        { "a first block that is not the last", INFLATE_RAW, ERR_TRUNCATED, STREAM("\x00\x00\x00\xff\xff"),
          NULL },
        { "distance 1 before any output", INFLATE_RAW, ERR_STREAM, STREAM("\x03\x02\x00"), NULL },
        { "fixed distance code 30", INFLATE_RAW, ERR_STREAM, STREAM("\x4b\x04\x3e\x00"), NULL },
        { "fixed length code 286", INFLATE_RAW, ERR_STREAM, STREAM("\x4b\x1c\x03\x00"), NULL },
        { "dynamic codes, 287 literal codes", INFLATE_RAW, ERR_STREAM, STREAM("\xf5\x00\x00"), NULL },
        { "dynamic codes, 31 distance codes", INFLATE_RAW, ERR_STREAM, STREAM("\x05\x1e\x00"), NULL },
        { "a zlib stream", INFLATE_ZLIB, 0, STREAM("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62"), "a" },
        { "as Linux 3.12 writes it, window 12", INFLATE_ZLIB, 0,
          STREAM("\x48\x89\x4b\x04\x00\x00\x62\x00\x62"), "a" },
        { "zlib, bytes behind the end", INFLATE_ZLIB, 0, STREAM("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62zzz"),
          "a" },
        { "zlib, wrong Adler-32", INFLATE_ZLIB, ERR_CHECKSUM, STREAM("\x78\x9c\x4b\x04\x00\x00\x62\x00\x63"),
          NULL },
        { "zlib, Adler-32 cut", INFLATE_ZLIB, ERR_TRUNCATED, STREAM("\x78\x9c\x4b\x04\x00\x00\x62\x00"),
          NULL },
        { "zlib, header no multiple of 31", INFLATE_ZLIB, ERR_STREAM, STREAM("\x78\x9d\x4b\x04\x00"), NULL },
        { "zlib, method 7", INFLATE_ZLIB, ERR_STREAM, STREAM("\x77\x1f\x4b\x04\x00"), NULL },
        { "zlib, window of 64 KiB", INFLATE_ZLIB, ERR_STREAM, STREAM("\x88\x1c\x4b\x04\x00"), NULL },
        { "zlib, a preset dictionary", INFLATE_ZLIB, ERR_STREAM, STREAM("\x78\xbb\x00\x00\x00\x01"), NULL },
        { "zlib, cut in the dictionary's identifier", INFLATE_ZLIB, ERR_TRUNCATED,
          STREAM("\x78\xbb\x00\x00\x00"), NULL },
        { "zlib, header cut", INFLATE_ZLIB, ERR_TRUNCATED, STREAM("\x78"), NULL },
};

static int inflate_case(const struct stream_case *c, uint8_t *output, size_t capacity, size_t *size) {
        size_t consumed;

        return inflate_decode(c->format, bytes_of(c->stream, c->stream_size), output, capacity, size,
                              &consumed);
}

static void test_streams_by_hand(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(stream_cases); i++) {
                const struct stream_case *c = &stream_cases[i];
                const char *difference;
                uint8_t output[64];
                size_t size = 77;
                int r = inflate_case(c, output, sizeof(output), &size);

                if (r != c->error)
                        fail_msg("%s: %s", c->what, error_name(r));
                if (r == ERR_BUFFER_TOO_SMALL)
                        assert_int_equal(size, 77);
                else if (r == 0 && !bytes_equal(bytes_of(output, size), text_view(c->text)))
                        fail_msg("%s: wrong output", c->what);
                difference = zlib_compare(c->format, bytes_of(c->stream, c->stream_size), 64);
                if (difference)
                        fail_msg("%s: differs from zlib: %s", c->what, difference);
        }
}

static void test_capacity_bounds_the_output(NO_STATE) {
        struct bytes stream = bytes_of("\x4b\x4c\x84\x00\x00", 5); /* "aaaaaaaa" */
        uint8_t output[9] = "........";
        size_t size = 77, consumed = 77;

        assert_error(inflate_decode(INFLATE_RAW, stream, output, 7, &size, &consumed), ERR_BUFFER_TOO_SMALL);
        assert_string_equal((char *) output, "aaaaaaa.");
        assert_error(inflate_decode(INFLATE_RAW, stream, NULL, 7, &size, &consumed), ERR_TOO_LARGE);
        assert_int_equal(size, 77);
        assert_int_equal(consumed, 77);
        assert_ok(inflate_decode(INFLATE_RAW, stream, NULL, 8, &size, &consumed));
        assert_int_equal(size, 8);
        assert_int_equal(consumed, 5);
}

static void test_padding_completes_a_stream(NO_STATE) {
        struct bytes cut = bytes_of("\x4b\x04", 2); /* "a" without the byte of its end */
        uint8_t output[8];
        size_t size, consumed;

        assert_error(inflate_decode(INFLATE_RAW, cut, output, 8, &size, &consumed), ERR_TRUNCATED);
        assert_ok(inflate_decode_padded(INFLATE_RAW, cut, 1, output, 8, &size, &consumed));
        assert_int_equal(size, 1);
        assert_int_equal(consumed, 2);
}

/* The sums of the Adler-32 grow fastest with these; and the window is passed over several times. */
static void test_long_stream_of_all_ones(NO_STATE) {
        enum { SIZE = 200000 };
        uint8_t *text = malloc(SIZE), *stream = malloc(SIZE);
        uLongf size = SIZE;

        memset(text, 0xff, SIZE);
        assert_int_equal(compress2(stream, &size, text, SIZE, 6), Z_OK);
        assert_null(zlib_compare(INFLATE_ZLIB, bytes_of(stream, size), SIZE));
        assert_null(zlib_compare(INFLATE_ZLIB, bytes_of(stream, size), SIZE - 1));
        free(stream);
        free(text);
}

/* --- against zlib, in numbers -------------------------------------------------------------------- */

/* What a kernel log looks like to a compressor: few words, many of them repeated, numbers between. */
static size_t make_log(struct test_random *random, uint8_t *text, size_t size) {
        static const char *const words[] = { "Call Trace:\n", " <TASK>\n", "? ",    "do_syscall_64", "+0x",
                                             "RIP: 0010:",    "[    ",     "] ",    "ffffffff",      "Oops",
                                             "#1 Part",       "entry_",    "panic", "usb 1-2: ",     "\n" };
        size_t at = 0;

        while (at < size) {
                uint64_t pick = test_random_next(random);
                const char *word = words[pick % ARRAY_SIZE(words)];

                for (; *word && at < size; word++)
                        text[at++] = (uint8_t) *word;
                for (unsigned i = pick >> 8 & 7; i > 0 && at < size; i--)
                        text[at++] = (uint8_t) ('0' + test_random_next(random) % 10);
        }
        return size;
}

static size_t make_text(struct test_random *random, uint8_t *text) {
        uint64_t pick = test_random_next(random);
        size_t size = pick % (pick >> 32 & 15 ? 600 : TEXT_MAX);

        switch (pick >> 40 & 7) {
        case 0:
                memset(text, (int) (pick >> 48), size);
                break;
        case 1:
                test_random_fill(random, text, size);
                break;
        case 2: /* few literals: short and lopsided codes */
                for (size_t i = 0; i < size; i++)
                        text[i] = (uint8_t) ('a' + __builtin_ctzll(test_random_next(random) | 1 << 20));
                break;
        default:
                make_log(random, text, size);
        }
        return size;
}

/* Any level, strategy, window and memory level that zlib has. */
static size_t make_stream(struct test_random *random, enum inflate_format format, uint8_t *stream_data) {
        uint64_t pick = test_random_next(random);
        int window = 9 + (int) (pick % 7), memory = 1 + (int) (pick >> 8 & 7),
            level = (int) (pick >> 16) % 10;
        int strategy = (int) (pick >> 24 & 0xff) % (Z_FIXED + 1);
        uint8_t text[TEXT_MAX];
        z_stream stream = { .next_in = text, .next_out = stream_data, .avail_out = STREAM_MAX };

        stream.avail_in = (uInt) make_text(random, text);
        assert_int_equal(deflateInit2(&stream, level < 0 ? -level : level, Z_DEFLATED,
                                      format == INFLATE_ZLIB ? window : -window, memory, strategy),
                         Z_OK);
        if (pick >> 40 & 1) { /* several blocks */
                uInt later = stream.avail_in / 2;

                stream.avail_in -= later;
                deflate(&stream, pick >> 41 & 1 ? Z_FULL_FLUSH : Z_PARTIAL_FLUSH);
                stream.avail_in += later;
        }
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        deflateEnd(&stream);
        return stream.total_out;
}

/* Flips, overwrites, cuts, moves a piece elsewhere; returns the new size. */
static size_t mutate(struct test_random *random, uint8_t *stream, size_t size) {
        uint64_t pick = test_random_next(random);
        /* Damage to the beginning, where the codes are described, teaches most. */
        size_t at = size == 0        ? 0
                    : pick >> 16 & 1 ? (pick >> 32) % size
                                     : (pick >> 32) % (size < 60 ? size : 60);
        size_t from = size == 0 ? 0 : (pick >> 48) % size;

        if (size == 0)
                return 0;
        switch (pick % 6) {
        case 0:
                return at;
        case 1:
                stream[at] = (uint8_t) (pick >> 8);
                return size;
        case 2:
                memmove(stream + at, stream + from, size - (at > from ? at : from));
                return size;
        default:
                stream[at] ^= (uint8_t) (1 << (pick >> 8 & 7));
                return size;
        }
}

static void compare_or_fail(const char *what, unsigned number, enum inflate_format format, struct bytes input,
                            size_t capacity) {
        const char *difference = zlib_compare(format, input, capacity);

        if (!difference)
                return;
        for (size_t i = 0; i < input.size && i < 400; i++)
                fprintf(stderr, "%02x", input.data[i]);
        fail_msg("%s %u (format %d, %zu bytes): differs from zlib: %s", what, number, format, input.size,
                 difference);
}

static void test_made_and_mutated_streams_as_zlib(NO_STATE) {
        struct test_random random = { .state = 20240229 };

        for (unsigned i = 0; i < 6000; i++) {
                enum inflate_format format = i % 2 ? INFLATE_ZLIB : INFLATE_RAW;
                uint8_t original[STREAM_MAX], mutated[STREAM_MAX];
                size_t size = make_stream(&random, format, original);

                compare_or_fail("made", i, format, bytes_of(original, size), TEXT_MAX);
                for (unsigned k = 0; k < 16; k++) {
                        size_t mutated_size = size;

                        memcpy(mutated, original, size);
                        for (unsigned times = 1 + k % 3; times > 0; times--)
                                mutated_size = mutate(&random, mutated, mutated_size);
                        compare_or_fail("mutated", i * 16 + k, format, bytes_of(mutated, mutated_size),
                                        k % 4 ? TEXT_MAX : test_random_next(&random) % 300);
                }
        }
}

static void test_random_bytes_as_zlib(NO_STATE) {
        struct test_random random = { .state = 1951 };

        for (unsigned i = 0; i < 30000; i++) {
                uint8_t stream[200];
                size_t size = test_random_next(&random) % sizeof(stream);
                enum inflate_format format = i % 4 ? INFLATE_RAW : INFLATE_ZLIB;

                test_random_fill(&random, stream, size);
                if (i % 4 == 1 && size > 0) /* a last block with dynamic codes, else it is one in eight */
                        stream[0] = (stream[0] & 0xf8) | 5;
                if (i % 4 == 0 && size > 1)
                        memcpy(stream, "\x78\x9c", 2);
                compare_or_fail("random", i, format, bytes_of(stream, size), TEXT_MAX);
        }
}

struct bit_writer {
        uint8_t bytes[600];
        size_t count;
};

static void put_bits(struct bit_writer *writer, unsigned value, unsigned count) {
        for (; count > 0; count--, value >>= 1, writer->count++)
                writer->bytes[writer->count / 8] |= (uint8_t) ((value & 1) << writer->count % 8);
}

/* A complete code set for `count` symbols by splitting leaves; mostly damaged then in one place. */
static void make_lengths(struct test_random *random, uint8_t *lengths, unsigned count, unsigned longest) {
        uint64_t pick = test_random_next(random);
        unsigned leaves = 1;

        memset(lengths, 0, count);
        lengths[0] = (uint8_t) (pick & 1);
        for (unsigned splits = pick % 40; leaves > 0 && splits > 0; splits--) {
                unsigned leaf = test_random_next(random) % leaves;

                if (leaves < count && lengths[leaf] < longest)
                        lengths[leaves++] = ++lengths[leaf];
        }
        if (pick >> 8 & 1)
                lengths[(pick >> 16) % count] = (uint8_t) ((pick >> 32) % (longest + 1));
        for (unsigned i = count; i > 1; i--) {
                unsigned other = test_random_next(random) % i;
                uint8_t length = lengths[i - 1];

                lengths[i - 1] = lengths[other];
                lengths[other] = length;
        }
}

/*
 * Code sets that no compressor writes: with one symbol, none, too many or too few codes. The lengths are
 * written in a code of sixteen symbols of four bits, whose reversed value is the length.
 */
static size_t make_code_sets(struct test_random *random, uint8_t ret_stream[600]) {
        static const uint8_t reversed[16] = { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 };
        struct bit_writer writer = { .count = 0 };
        uint8_t lengths[286 + 30];
        unsigned literals = 257 + test_random_next(random) % 30,
                 distances = 1 + test_random_next(random) % 30;

        make_lengths(random, lengths, literals, 15);
        if (lengths[256] == 0 && test_random_next(random) % 8)
                for (unsigned i = 0; i < literals && lengths[256] == 0; i++)
                        if (lengths[i] > 0) {
                                lengths[256] = lengths[i];
                                lengths[i] = 0;
                        }
        make_lengths(random, lengths + literals, distances, 15);
        put_bits(&writer, 5, 3);
        put_bits(&writer, literals - 257, 5);
        put_bits(&writer, distances - 1, 5);
        put_bits(&writer, 19 - 4, 4);
        for (unsigned i = 0; i < 19; i++)
                put_bits(&writer, i < 3 ? 0 : 4, 3);
        for (unsigned i = 0; i < literals + distances; i++)
                put_bits(&writer, reversed[lengths[i]], 4);
        for (unsigned i = 0; i < 40; i++)
                put_bits(&writer, (unsigned) test_random_next(random), 32);
        memcpy(ret_stream, writer.bytes, sizeof(writer.bytes));
        return writer.count / 8;
}

static void test_code_sets_as_zlib(NO_STATE) {
        struct test_random random = { .state = 327 };
        unsigned decoded = 0;

        for (unsigned i = 0; i < 20000; i++) {
                uint8_t stream[600], output[TEXT_MAX];
                size_t got, consumed, size = make_code_sets(&random, stream);

                compare_or_fail("code sets", i, INFLATE_RAW, bytes_of(stream, size), TEXT_MAX);
                decoded += inflate_decode(INFLATE_RAW, bytes_of(stream, size), output, sizeof(output), &got,
                                          &consumed) == 0;
        }
        /* Both verdicts are met often, or the sets are not what they should be. */
        assert_uint_in_range(decoded, 500, 15000);
}

/* The code that the lengths are written in: any 19 lengths, then random bits, then an end. */
static void test_length_codes_as_zlib(NO_STATE) {
        struct test_random random = { .state = 17 };

        for (unsigned i = 0; i < 20000; i++) {
                struct bit_writer writer = { .count = 0 };
                uint8_t lengths[19];

                make_lengths(&random, lengths, sizeof(lengths), 7);
                put_bits(&writer, 5 | (unsigned) (test_random_next(&random) % 30) << 3, 13);
                put_bits(&writer, 19 - 4, 4);
                for (unsigned k = 0; k < sizeof(lengths); k++)
                        put_bits(&writer, i % 16 ? lengths[k] : 0, 3);
                for (unsigned k = test_random_next(&random) % 60; k > 0; k--)
                        put_bits(&writer, (unsigned) test_random_next(&random), 32);
                compare_or_fail("length code", i, INFLATE_RAW, bytes_of(writer.bytes, writer.count / 8), 400);
        }
}

static void test_every_cut_as_zlib(NO_STATE) {
        struct test_random random = { .state = 1950 };

        for (unsigned i = 0; i < 40; i++) {
                enum inflate_format format = i % 2 ? INFLATE_ZLIB : INFLATE_RAW;
                uint8_t stream[STREAM_MAX];
                size_t size = make_stream(&random, format, stream);

                for (size_t cut = 0; cut < size && cut < 300; cut++)
                        compare_or_fail("cut", (unsigned) cut, format, bytes_of(stream, cut), TEXT_MAX);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_streams_by_hand),
                cmocka_unit_test(test_capacity_bounds_the_output),
                cmocka_unit_test(test_padding_completes_a_stream),
                cmocka_unit_test(test_long_stream_of_all_ones),
                cmocka_unit_test(test_made_and_mutated_streams_as_zlib),
                cmocka_unit_test(test_random_bytes_as_zlib),
                cmocka_unit_test(test_code_sets_as_zlib),
                cmocka_unit_test(test_length_codes_as_zlib),
                cmocka_unit_test(test_every_cut_as_zlib),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
