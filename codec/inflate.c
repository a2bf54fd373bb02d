/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/inflate.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

/* RFC 1951, 3.2.7 and 3.2.6 */
#define CODE_LENGTH_MAX      15
#define LITERAL_CODES        286
#define DISTANCE_CODES       30
#define LENGTH_CODES         19 /* the alphabet that the code lengths themselves are written in */
#define LITERAL_CODES_FIXED  288
#define DISTANCE_CODES_FIXED 32
#define END_OF_BLOCK         256
#define FIRST_LENGTH         257

/* Codes up to so long, which most are, are looked up by the bits to come; the entry is symbol and length. */
#define QUICK_BITS         9
#define QUICK_SIZE         (1U << QUICK_BITS)
#define QUICK_LENGTH_SHIFT 12

/* RFC 1950, 2.2 */
#define ZLIB_METHOD_DEFLATE  8
#define ZLIB_WINDOW_BITS_MAX 15
#define ZLIB_HEADER_MULTIPLE 31
#define ZLIB_FLAG_DICTIONARY 0x20
#define ADLER_MODULUS        65521

/*
 * Bits are asked for exactly when, and as many at once as, zlib asks for them: where an input ends decides
 * whether the verdict is "malformed" or "ends too early".
 */
struct bit_reader {
        struct bytes input;
        size_t padding; /* zero bytes still to be had behind the input */
        size_t offset;
        uint32_t held; /* the next bit is the lowest */
        unsigned held_count;
};

/* With output NULL it only counts. */
struct sink {
        uint8_t *output;
        size_t capacity;
        size_t size;
};

struct inflate_stream {
        struct bit_reader reader;
        struct sink sink;
};

/*
 * A canonical Huffman code (RFC 1951, 3.2.2) needs no tree: codes of one length are consecutive numbers, so
 * the number of codes of each length, and the symbols in the order of their codes, tell all.
 */
struct huffman {
        uint16_t count[CODE_LENGTH_MAX + 1];
        uint16_t symbol[LITERAL_CODES_FIXED];
        unsigned longest;
        uint16_t quick[QUICK_SIZE]; /* 0: a longer code, or none */
};

/* --- bits ------------------------------------------------------------------------------------- */

static int reader_pull_byte(struct bit_reader *reader) {
        uint8_t byte = 0;

        if (bytes_load_u8(reader->input, reader->offset, &byte) < 0) {
                if (reader->padding == 0)
                        return ERR_TRUNCATED;
                reader->padding--;
        } else
                reader->offset++;
        reader->held |= (uint32_t) byte << reader->held_count;
        reader->held_count += 8;
        return 0;
}

/* At most 16 bits: with the up to 7 that are held they fit in 32. */
static int reader_need(struct bit_reader *reader, unsigned count) {
        while (reader->held_count < count) {
                int r = reader_pull_byte(reader);

                if (r < 0)
                        return r;
        }
        return 0;
}

static unsigned reader_take(struct bit_reader *reader, unsigned count) {
        unsigned value = reader->held & ((1U << count) - 1);

        reader->held >>= count;
        reader->held_count -= count;
        return value;
}

static int reader_get(struct bit_reader *reader, unsigned count) {
        int r = reader_need(reader, count);

        return r < 0 ? r : (int) reader_take(reader, count);
}

static void reader_align_to_byte(struct bit_reader *reader) {
        (void) reader_take(reader, reader->held_count % 8);
}

/* --- output ----------------------------------------------------------------------------------- */

static int sink_full(const struct sink *sink) {
        return sink->output ? ERR_BUFFER_TOO_SMALL : ERR_TOO_LARGE;
}

static int sink_put(struct sink *sink, uint8_t byte) {
        if (sink->size == sink->capacity)
                return sink_full(sink);
        if (sink->output)
                sink->output[sink->size] = byte;
        sink->size++;
        return 0;
}

/* The copy may overlap what it makes: distance 1 repeats the last byte (RFC 1951, 3.2.3). */
static int sink_repeat(struct sink *sink, size_t distance, size_t length) {
        size_t fits = size_min(length, sink->capacity - sink->size);

        if (fits == 0)
                return sink_full(sink);
        if (distance > sink->size)
                return ERR_STREAM;
        for (size_t i = 0; sink->output && i < fits; i++)
                sink->output[sink->size + i] = sink->output[sink->size + i - distance];
        sink->size += fits;
        return fits == length ? 0 : sink_full(sink);
}

/* --- Huffman codes ---------------------------------------------------------------------------- */

/* Fails for more codes than the lengths have room for, and for fewer unless there is only one, of one bit. */
static int huffman_check(const struct huffman *code, bool one_may_be_alone) {
        int left = 1; /* codes of this length, one bit more in each round, that are free */

        for (unsigned length = 1; length <= CODE_LENGTH_MAX; length++) {
                left = 2 * left - code->count[length];
                if (left < 0)
                        return ERR_STREAM;
        }
        if (left > 0 && code->longest > (one_may_be_alone ? 1 : 0))
                return ERR_STREAM;
        return 0;
}

/* Codes are written with their first bit lowest (RFC 1951, 3.1.1). */
static unsigned reversed(unsigned value, unsigned length) {
        unsigned result = 0;

        for (; length > 0; length--, value >>= 1)
                result = result << 1 | (value & 1);
        return result;
}

/* Each code stands at every index that begins with it. */
static void huffman_make_quick(struct huffman *code) {
        unsigned value = 0, index = 0;

        for (unsigned length = 1; length <= QUICK_BITS; length++, value <<= 1)
                for (unsigned i = 0; i < code->count[length]; i++, value++, index++)
                        for (unsigned at = reversed(value, length); at < QUICK_SIZE; at += 1U << length)
                                code->quick[at] =
                                        (uint16_t) (length << QUICK_LENGTH_SHIFT | code->symbol[index]);
}

static int huffman_build(struct huffman *code, const uint8_t *lengths, unsigned count,
                         bool one_may_be_alone) {
        uint16_t next[CODE_LENGTH_MAX + 1];
        int r;

        memset(code, 0, sizeof(*code));
        for (unsigned i = 0; i < count; i++)
                code->count[lengths[i]]++;
        code->count[0] = 0;
        /* The symbols of one length stand behind those of all shorter ones: next[] is where they begin. */
        next[0] = 0;
        for (unsigned length = 1; length <= CODE_LENGTH_MAX; length++) {
                next[length] = next[length - 1] + code->count[length - 1];
                if (code->count[length] > 0)
                        code->longest = length;
        }
        for (unsigned i = 0; i < count; i++)
                if (lengths[i] > 0)
                        code->symbol[next[lengths[i]]++] = (uint16_t) i;
        r = huffman_check(code, one_may_be_alone);
        if (r == 0)
                huffman_make_quick(code);
        return r;
}

/*
 * Returns the symbol. ERR_STREAM for bits that no symbol has, which exist in a code of one symbol or none;
 * even the code of none takes one bit before it fails, as in zlib.
 */
static int huffman_get_bitwise(const struct huffman *code, struct bit_reader *reader) {
        unsigned value = 0, first = 0, index = 0, length = 0;

        do {
                int r = reader_need(reader, ++length);

                if (r < 0)
                        return r;
                value = value << 1 | (reader->held >> (length - 1) & 1);
                first <<= 1;
                if (value - first < code->count[length]) {
                        (void) reader_take(reader, length);
                        return code->symbol[index + value - first];
                }
                first += code->count[length];
                index += code->count[length];
        } while (length < code->longest);
        return ERR_STREAM;
}

/* The bits that are not held yet are zero: a code that fits in those that are is found all the same. */
static int huffman_get(const struct huffman *code, struct bit_reader *reader) {
        for (;;) {
                unsigned entry = code->quick[reader->held & (QUICK_SIZE - 1)];
                unsigned length = entry >> QUICK_LENGTH_SHIFT;
                int r;

                if (length == 0)
                        return huffman_get_bitwise(code, reader);
                if (length <= reader->held_count) {
                        (void) reader_take(reader, length);
                        return (int) (entry & ((1U << QUICK_LENGTH_SHIFT) - 1));
                }
                r = reader_pull_byte(reader);
                if (r < 0)
                        return r;
        }
}

/* --- blocks ----------------------------------------------------------------------------------- */

struct base_and_bits {
        uint16_t base;
        uint8_t bits;
};

/* RFC 1951, 3.2.5: lengths by code - 257, then distances by code. The codes missing here are never valid. */
static const struct base_and_bits length_codes[] = {
        { 3, 0 },   { 4, 0 },   { 5, 0 },   { 6, 0 },   { 7, 0 },   { 8, 0 },  { 9, 0 },  { 10, 0 },
        { 11, 1 },  { 13, 1 },  { 15, 1 },  { 17, 1 },  { 19, 2 },  { 23, 2 }, { 27, 2 }, { 31, 2 },
        { 35, 3 },  { 43, 3 },  { 51, 3 },  { 59, 3 },  { 67, 4 },  { 83, 4 }, { 99, 4 }, { 115, 4 },
        { 131, 5 }, { 163, 5 }, { 195, 5 }, { 227, 5 }, { 258, 0 },
};

static const struct base_and_bits distance_codes[] = {
        { 1, 0 },     { 2, 0 },     { 3, 0 },     { 4, 0 },      { 5, 1 },      { 7, 1 },
        { 9, 2 },     { 13, 2 },    { 17, 3 },    { 25, 3 },     { 33, 4 },     { 49, 4 },
        { 65, 5 },    { 97, 5 },    { 129, 6 },   { 193, 6 },    { 257, 7 },    { 385, 7 },
        { 513, 8 },   { 769, 8 },   { 1025, 9 },  { 1537, 9 },   { 2049, 10 },  { 3073, 10 },
        { 4097, 11 }, { 6145, 11 }, { 8193, 12 }, { 12289, 12 }, { 16385, 13 }, { 24577, 13 },
};

static int base_and_bits_get(const struct base_and_bits *codes, size_t count, size_t code,
                             struct bit_reader *reader) {
        int extra;

        if (code >= count)
                return ERR_STREAM;
        extra = reader_get(reader, codes[code].bits);
        return extra < 0 ? extra : codes[code].base + extra;
}

static int inflate_match(struct inflate_stream *stream, int length_symbol, const struct huffman *distances) {
        int length, symbol, distance;

        length = base_and_bits_get(length_codes, ARRAY_SIZE(length_codes),
                                   (size_t) length_symbol - FIRST_LENGTH, &stream->reader);
        if (length < 0)
                return length;
        symbol = huffman_get(distances, &stream->reader);
        if (symbol < 0)
                return symbol;
        distance = base_and_bits_get(distance_codes, ARRAY_SIZE(distance_codes), (size_t) symbol,
                                     &stream->reader);
        if (distance < 0)
                return distance;
        return sink_repeat(&stream->sink, (size_t) distance, (size_t) length);
}

static int inflate_symbols(struct inflate_stream *stream, const struct huffman *literals,
                           const struct huffman *distances) {
        for (;;) {
                int r, symbol = huffman_get(literals, &stream->reader);

                if (symbol < 0)
                        return symbol;
                if (symbol == END_OF_BLOCK)
                        return 0;
                if (symbol < END_OF_BLOCK)
                        r = sink_put(&stream->sink, (uint8_t) symbol);
                else
                        r = inflate_match(stream, symbol, distances);
                if (r < 0)
                        return r;
        }
}

/* RFC 1951, 3.2.4 */
static int inflate_stored(struct inflate_stream *stream) {
        uint8_t field[4];
        unsigned length;
        int r = 0;

        reader_align_to_byte(&stream->reader);
        for (unsigned i = 0; i < sizeof(field); i++) {
                r = reader_get(&stream->reader, 8);
                if (r < 0)
                        return r;
                field[i] = (uint8_t) r;
        }
        length = bytes_u16(bytes_of(field, sizeof(field)), 0);
        if ((bytes_u16(bytes_of(field, sizeof(field)), 2) ^ 0xffff) != length)
                return ERR_STREAM;
        for (r = 0; r >= 0 && length > 0; length--) {
                r = reader_get(&stream->reader, 8);
                if (r >= 0)
                        r = sink_put(&stream->sink, (uint8_t) r);
        }
        return r;
}

/* RFC 1951, 3.2.6 */
static int inflate_fixed(struct inflate_stream *stream) {
        static const struct {
                uint16_t end;
                uint8_t length;
        } ranges[] = { { 144, 8 }, { 256, 9 }, { 280, 7 }, { LITERAL_CODES_FIXED, 8 } };
        uint8_t lengths[LITERAL_CODES_FIXED];
        struct huffman literals, distances;
        unsigned symbol = 0;
        int r;

        for (unsigned i = 0; i < ARRAY_SIZE(ranges); i++)
                for (; symbol < ranges[i].end; symbol++)
                        lengths[symbol] = ranges[i].length;
        r = huffman_build(&literals, lengths, LITERAL_CODES_FIXED, false);
        if (r < 0)
                return ERR_BUG;
        memset(lengths, 5, DISTANCE_CODES_FIXED);
        r = huffman_build(&distances, lengths, DISTANCE_CODES_FIXED, false);
        if (r < 0)
                return ERR_BUG;
        return inflate_symbols(stream, &literals, &distances);
}

/* RFC 1951, 3.2.7: symbols 16, 17, 18 repeat the length before, or zero. */
static const struct base_and_bits repeat_codes[] = { { 3, 2 }, { 3, 3 }, { 11, 7 } };

#define REPEAT_FIRST    16
#define REPEAT_PREVIOUS 16

/* The lengths of both codes are one sequence; a repetition may run across the border. */
static int get_all_lengths(struct bit_reader *reader, const struct huffman *code, uint8_t *lengths,
                           unsigned total) {
        unsigned have = 0;

        while (have < total) {
                int times, symbol = huffman_get(code, reader);

                if (symbol < 0)
                        return symbol;
                if (symbol < REPEAT_FIRST) {
                        lengths[have++] = (uint8_t) symbol;
                        continue;
                }
                times = base_and_bits_get(repeat_codes, ARRAY_SIZE(repeat_codes),
                                          (size_t) symbol - REPEAT_FIRST, reader);
                if (times < 0)
                        return times;
                if ((symbol == REPEAT_PREVIOUS && have == 0) || (unsigned) times > total - have)
                        return ERR_STREAM;
                memset(lengths + have, symbol == REPEAT_PREVIOUS ? lengths[have - 1] : 0, (size_t) times);
                have += (unsigned) times;
        }
        /* A block that cannot end is malformed (zlib's inflate(), "missing end-of-block"). */
        return lengths[END_OF_BLOCK] == 0 ? ERR_STREAM : 0;
}

static int get_length_code(struct bit_reader *reader, unsigned count, struct huffman *ret_code) {
        static const uint8_t order[LENGTH_CODES] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                     11, 4,  12, 3, 13, 2, 14, 1, 15 };
        uint8_t lengths[LENGTH_CODES] = { 0 };
        int r = 0;

        for (unsigned i = 0; i < count; i++) {
                r = reader_get(reader, 3);
                if (r < 0)
                        return r;
                lengths[order[i]] = (uint8_t) r;
        }
        r = huffman_build(ret_code, lengths, LENGTH_CODES, false);
        /*
         * zlib lets a code without symbols pass here: each bit is a length of zero then, until the missing
         * end of block is noticed. So a shorter input "ends too early".
         */
        if (r >= 0 && ret_code->longest == 0) {
                ret_code->longest = 1;
                ret_code->count[1] = 2;
        }
        return r;
}

/* RFC 1951, 3.2.7 */
static int inflate_dynamic(struct inflate_stream *stream) {
        struct bit_reader *reader = &stream->reader;
        uint8_t lengths[LITERAL_CODES + DISTANCE_CODES] = { 0 };
        struct huffman literals, distances;
        unsigned literal_count, distance_count, length_count;
        int r;

        r = reader_need(reader, 5 + 5 + 4);
        if (r < 0)
                return r;
        literal_count = reader_take(reader, 5) + FIRST_LENGTH;
        distance_count = reader_take(reader, 5) + 1;
        length_count = reader_take(reader, 4) + 4;
        if (literal_count > LITERAL_CODES || distance_count > DISTANCE_CODES)
                return ERR_STREAM;
        /* The first of the two codes is not needed yet: its place serves for the one that describes both. */
        r = get_length_code(reader, length_count, &literals);
        if (r >= 0)
                r = get_all_lengths(reader, &literals, lengths, literal_count + distance_count);
        if (r >= 0)
                r = huffman_build(&literals, lengths, literal_count, true);
        if (r >= 0)
                r = huffman_build(&distances, lengths + literal_count, distance_count, true);
        return r < 0 ? r : inflate_symbols(stream, &literals, &distances);
}

/* RFC 1951, 3.2.3 */
static int inflate_blocks(struct inflate_stream *stream) {
        static int (*const block_types[4])(struct inflate_stream *) = {
                [0] = inflate_stored,
                [1] = inflate_fixed,
                [2] = inflate_dynamic,
        };
        bool last = false;

        while (!last) {
                unsigned type;
                int r = reader_need(&stream->reader, 1 + 2);

                if (r < 0)
                        return r;
                last = reader_take(&stream->reader, 1);
                type = reader_take(&stream->reader, 2);
                r = block_types[type] ? block_types[type](stream) : ERR_STREAM;
                if (r < 0)
                        return r;
        }
        reader_align_to_byte(&stream->reader);
        return 0;
}

/* --- the zlib wrapping ------------------------------------------------------------------------ */

/* RFC 1950, 2.2: CMF and FLG */
static int zlib_header_get(struct bit_reader *reader) {
        unsigned cmf, flg;
        int r = reader_need(reader, 16);

        if (r < 0)
                return r;
        cmf = reader_take(reader, 8);
        flg = reader_take(reader, 8);
        if ((cmf << 8 | flg) % ZLIB_HEADER_MULTIPLE != 0 || (cmf & 0xf) != ZLIB_METHOD_DEFLATE ||
            (cmf >> 4) + 8 > ZLIB_WINDOW_BITS_MAX)
                return ERR_STREAM;
        if (!(flg & ZLIB_FLAG_DICTIONARY))
                return 0;
        /* zlib reads the dictionary's identifier before it asks for the dictionary. */
        for (unsigned i = 0; i < 4 && r >= 0; i++)
                r = reader_get(reader, 8);
        return r < 0 ? r : ERR_STREAM;
}

/* RFC 1950, 9. 5552 is the most bytes after which the sums still fit in 32 bits. */
static uint32_t adler32(struct bytes bytes) {
        uint32_t a = 1, b = 0;
        size_t at = 0;

        while (at < bytes.size) {
                size_t end = at + size_min(bytes.size - at, 5552);

                for (; at < end; at++) {
                        a += bytes.data[at];
                        b += a;
                }
                a %= ADLER_MODULUS;
                b %= ADLER_MODULUS;
        }
        return b << 16 | a;
}

/* RFC 1950, 2.2: ADLER32, most significant byte first */
static int zlib_trailer_check(struct inflate_stream *stream) {
        const struct sink *sink = &stream->sink;
        uint32_t sum = 0;

        for (unsigned i = 0; i < 4; i++) {
                int r = reader_get(&stream->reader, 8);

                if (r < 0)
                        return r;
                sum = sum << 8 | (uint32_t) r;
        }
        return sink->output && sum != adler32(bytes_of(sink->output, sink->size)) ? ERR_CHECKSUM : 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

int inflate_decode_padded(enum inflate_format format, struct bytes input, size_t padding, void *output,
                          size_t capacity, size_t *ret_size, size_t *ret_consumed) {
        struct inflate_stream stream = {
                .reader = { .input = input, .padding = padding },
                .sink = { .output = output, .capacity = capacity },
        };
        int r = format == INFLATE_ZLIB ? zlib_header_get(&stream.reader) : 0;

        if (r >= 0)
                r = inflate_blocks(&stream);
        if (r >= 0 && format == INFLATE_ZLIB)
                r = zlib_trailer_check(&stream);
        if (r == ERR_BUFFER_TOO_SMALL || r == ERR_TOO_LARGE)
                return r;
        *ret_size = stream.sink.size;
        if (r < 0)
                return r;
        *ret_consumed = stream.reader.offset;
        return 0;
}

int inflate_decode(enum inflate_format format, struct bytes input, void *output, size_t capacity,
                   size_t *ret_size, size_t *ret_consumed) {
        return inflate_decode_padded(format, input, 0, output, capacity, ret_size, ret_consumed);
}
