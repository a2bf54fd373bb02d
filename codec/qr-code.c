/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/qr-code.h"
#include "base/error.h"
#include "base/memory.h"

/* Sections and tables are those of ISO/IEC 18004:2015. */

/* A module's bits. What is part of a pattern takes no data and no mask. */
#define DARK               1
#define PATTERN            2

#define FINDER_WIDTH       8 /* with the separator (6.3.3, 6.3.4) */
#define TIMING_LINE        6 /* the row and the column of it (6.3.5) */
#define FORMAT_BITS        15
#define FORMAT_GENERATOR   0x537 /* 7.9.1 and annex C */
#define FORMAT_MASK        0x5412
#define VERSION_BITS       18
#define VERSION_GENERATOR  0x1f25 /* 7.10 and annex D */
#define FIRST_WITH_VERSION 7
#define FIRST_WITH_16_BITS 10    /* of the count of characters (table 3) */
#define MODE_BYTE          4     /* table 2 */
#define FIELD_POLYNOMIAL   0x11d /* 7.5.2 */
#define CORRECTION_MAX     30
#define MASKS              8

/* Table 9: error correction codewords of each block, and how many blocks there are. */
static const struct {
        uint8_t correction[QR_VERSION_MAX], blocks[QR_VERSION_MAX];
} levels[] = {
        [QR_LEVEL_L] = {
                { 7,  10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
                  28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30 },
                { 1, 1, 1, 1,  1,  2,  2,  2,  2,  4,  4,  4,  4,  4,  6,  6,  6,  6,  7,  8,
                  8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25 },
        },
        [QR_LEVEL_M] = {
                { 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
                  26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28 },
                { 1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
                  17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49 },
        },
};

/* The same of all levels: of the format information (table 12). */
static const uint8_t level_bits[] = { [QR_LEVEL_L] = 1, [QR_LEVEL_M] = 0 };

/* How the codewords of a symbol are parted into blocks, of which the last ones may have one more of data. */
struct blocks {
        unsigned count, count_short;
        unsigned correction; /* codewords of each */
        unsigned data_short; /* of a short one */
        unsigned data;       /* of all */
};

/* --- what a version has room for -------------------------------------------------------------- */

/* Alignment patterns in a row of them (annex E). */
static unsigned alignment_count(unsigned version) {
        return version == 1 ? 0 : version / 7 + 2;
}

/* What no pattern takes (table 1); the bits that are left over stay light. */
static unsigned codeword_count(unsigned version) {
        unsigned width = qr_code_width(version), count = alignment_count(version);
        unsigned modules = width * width - 3 * FINDER_WIDTH * FINDER_WIDTH - 2 * (width - 2 * FINDER_WIDTH);

        modules -= 2 * FORMAT_BITS + 1;
        if (version >= FIRST_WITH_VERSION)
                modules -= 2 * VERSION_BITS;
        /* None where a finder is; those on the timing patterns share five modules with them. */
        if (count > 0)
                modules -= 25 * (count * count - 3) - 5 * 2 * (count - 2);
        return modules / 8;
}

static struct blocks blocks_of(unsigned version, enum qr_level level) {
        unsigned codewords = codeword_count(version);
        struct blocks blocks = {
                .count = levels[level].blocks[version - 1],
                .correction = levels[level].correction[version - 1],
        };

        blocks.count_short = blocks.count - codewords % blocks.count;
        blocks.data_short = codewords / blocks.count - blocks.correction;
        blocks.data = codewords - blocks.count * blocks.correction;
        return blocks;
}

static unsigned count_size(unsigned version) {
        return version < FIRST_WITH_16_BITS ? 1 : 2;
}

/* The mode's four bits and the four of the terminator are a byte together. */
size_t qr_code_capacity(unsigned version, enum qr_level level) {
        return blocks_of(version, level).data - count_size(version) - 1;
}

/* --- codewords -------------------------------------------------------------------------------- */

/* The count of characters, and the text; zeros behind it, of which the terminator is. */
static uint8_t segment_byte(struct bytes text, unsigned size_of_count, unsigned index) {
        if (index < size_of_count)
                return (uint8_t) (text.size >> 8 * (size_of_count - 1 - index));
        return bytes_u8(text, index - size_of_count);
}

/* 7.4: the segment begins behind the four bits of the mode, so each of its bytes lies in two codewords. */
static uint8_t data_codeword(struct bytes text, unsigned size_of_count, unsigned index) {
        size_t used = text.size + size_of_count + 1;
        unsigned before = index == 0 ? MODE_BYTE : segment_byte(text, size_of_count, index - 1);

        if (index >= used)
                return (index - used) % 2 == 0 ? 0xec : 0x11;
        return (uint8_t) (before << 4 | segment_byte(text, size_of_count, index) >> 4);
}

static uint8_t field_multiply(unsigned left, unsigned right) {
        unsigned product = 0;

        for (unsigned bit = 0x80; bit > 0; bit >>= 1) {
                product = product << 1 ^ (product & 0x80 ? FIELD_POLYNOMIAL : 0);
                if (right & bit)
                        product ^= left;
        }
        return (uint8_t) product;
}

/* Annex A: (x - 1)(x - a)(x - a^2)..., the highest power first and without its coefficient, which is one. */
static void make_generator(uint8_t *generator, unsigned degree) {
        uint8_t root = 1;

        memset(generator, 0, degree);
        generator[degree - 1] = 1;
        for (unsigned i = 0; i < degree; i++) {
                for (unsigned j = 0; j < degree; j++) {
                        generator[j] = field_multiply(generator[j], root);
                        if (j + 1 < degree)
                                generator[j] ^= generator[j + 1];
                }
                root = field_multiply(root, 2);
        }
}

/* 7.5.2: the remainder goes one codeword on. */
static void add_to_remainder(uint8_t *remainder, const uint8_t *generator, unsigned degree,
                             uint8_t codeword) {
        uint8_t factor = codeword ^ remainder[0];

        memmove(remainder, remainder + 1, degree - 1);
        remainder[degree - 1] = 0;
        for (unsigned i = 0; i < degree; i++)
                remainder[i] ^= field_multiply(generator[i], factor);
}

/* 7.6: a codeword of each block in turn, the data first. */
static void make_codewords(struct bytes text, unsigned version, const struct blocks *blocks,
                           uint8_t *codewords) {
        uint8_t generator[CORRECTION_MAX], remainder[CORRECTION_MAX];
        unsigned index = 0;

        make_generator(generator, blocks->correction);
        for (unsigned block = 0; block < blocks->count; block++) {
                unsigned longer = block >= blocks->count_short;

                memset(remainder, 0, sizeof(remainder));
                for (unsigned i = 0; i < blocks->data_short + longer; i++) {
                        uint8_t codeword = data_codeword(text, count_size(version), index++);
                        unsigned skipped = i == blocks->data_short ? blocks->count_short : 0;

                        codewords[i * blocks->count + block - skipped] = codeword;
                        add_to_remainder(remainder, generator, blocks->correction, codeword);
                }
                for (unsigned i = 0; i < blocks->correction; i++)
                        codewords[blocks->data + i * blocks->count + block] = remainder[i];
        }
}

/* --- patterns --------------------------------------------------------------------------------- */

static void put_pattern(struct qr_code *code, unsigned x, unsigned y, bool dark) {
        code->modules[y][x] = PATTERN | (dark ? DARK : 0);
}

static unsigned distance(unsigned left, unsigned right) {
        return left > right ? left - right : right - left;
}

/* Square rings around a point, of which bit n of `dark` is the one at distance n; outside of the symbol none.
 */
static void put_rings(struct qr_code *code, unsigned center_x, unsigned center_y, unsigned radius,
                      unsigned dark) {
        for (unsigned y = center_y > radius ? center_y - radius : 0; y <= center_y + radius; y++)
                for (unsigned x = center_x > radius ? center_x - radius : 0; x <= center_x + radius; x++) {
                        unsigned across = distance(x, center_x), down = distance(y, center_y);

                        if (x < code->width && y < code->width)
                                put_pattern(code, x, y, dark >> (across > down ? across : down) & 1);
                }
}

/*
 * 6.3.6 and annex E: from the last one on at equal distances, but for the first. A distance is even, and the
 * table has the next one where a quarter of a half is missing.
 */
static unsigned alignment_position(unsigned version, unsigned index) {
        unsigned gaps = alignment_count(version) - 1, last = qr_code_width(version) - 7;
        unsigned half = (2 * (last - TIMING_LINE) + 3 * gaps) / (4 * gaps);

        return index == 0 ? TIMING_LINE : last - (gaps - index) * 2 * half;
}

/* Wherever a row and a column of them meet outside of the finders. */
static void put_alignment_patterns(struct qr_code *code, unsigned version) {
        unsigned count = alignment_count(version);

        for (unsigned i = 0; i < count; i++)
                for (unsigned j = 0; j < count; j++) {
                        unsigned x = alignment_position(version, i), y = alignment_position(version, j);

                        if (code->modules[y][x] == 0)
                                put_rings(code, x, y, 2, 1 << 0 | 1 << 2);
                }
}

/* Behind the value the remainder of its division by the generator, whose highest bit is that of `check_bits`.
 */
static unsigned with_check_bits(unsigned value, unsigned generator, unsigned check_bits) {
        unsigned remainder = value;

        for (unsigned i = 0; i < check_bits; i++)
                remainder = remainder << 1 ^ (remainder >> (check_bits - 1)) * generator;
        return value << check_bits | remainder;
}

/* 7.10: above the lower left finder, and beside the upper right one. */
static void put_version(struct qr_code *code, unsigned version) {
        unsigned bits = with_check_bits(version, VERSION_GENERATOR, 12);

        for (unsigned i = 0; version >= FIRST_WITH_VERSION && i < VERSION_BITS; i++) {
                unsigned along = i / 3, across = code->width - 11 + i % 3;

                put_pattern(code, along, across, bits >> i & 1);
                put_pattern(code, across, along, bits >> i & 1);
        }
}

/* 7.9.1: around the upper left finder, and again beside the two others. */
static void put_format(struct qr_code *code, enum qr_level level, unsigned mask) {
        unsigned bits = with_check_bits(level_bits[level] << 3 | mask, FORMAT_GENERATOR, 10) ^ FORMAT_MASK;
        unsigned width = code->width;

        for (unsigned i = 0; i < FORMAT_BITS; i++) {
                bool dark = bits >> i & 1;
                unsigned rest = FORMAT_BITS - 1 - i;

                if (i < 8) {
                        put_pattern(code, 8, i < TIMING_LINE ? i : i + 1, dark);
                        put_pattern(code, width - 1 - i, 8, dark);
                } else {
                        put_pattern(code, rest < TIMING_LINE ? rest : rest + 1, 8, dark);
                        put_pattern(code, 8, width - 1 - rest, dark);
                }
        }
}

static void put_patterns(struct qr_code *code, unsigned version) {
        unsigned width = code->width;

        put_rings(code, 3, 3, 4, 1 << 0 | 1 << 1 | 1 << 3);
        put_rings(code, width - 4, 3, 4, 1 << 0 | 1 << 1 | 1 << 3);
        put_rings(code, 3, width - 4, 4, 1 << 0 | 1 << 1 | 1 << 3);
        put_alignment_patterns(code, version);
        for (unsigned i = FINDER_WIDTH; i < width - FINDER_WIDTH; i++) {
                put_pattern(code, i, TIMING_LINE, i % 2 == 0);
                put_pattern(code, TIMING_LINE, i, i % 2 == 0);
        }
        put_version(code, version);
        put_pattern(code, 8, width - FINDER_WIDTH, true); /* the one that is always dark (7.9.1) */
}

/* 7.7.3: pairs of columns from the right, upwards and downwards in turn; the timing pattern's is skipped. */
static void put_codewords(struct qr_code *code, unsigned count) {
        unsigned width = code->width, bit = 0;

        for (unsigned pair = 0; pair < width / 2; pair++) {
                unsigned right = width - 1 - 2 * pair;

                if (right <= TIMING_LINE)
                        right--;
                for (unsigned i = 0; i < 2 * width; i++) {
                        unsigned x = right - i % 2, y = pair % 2 == 0 ? width - 1 - i / 2 : i / 2;

                        if (code->modules[y][x] & PATTERN || bit == 8 * count)
                                continue;
                        code->modules[y][x] = code->codewords[bit / 8] >> (7 - bit % 8) & DARK;
                        bit++;
                }
        }
}

/* --- masks ------------------------------------------------------------------------------------ */

/* Table 10: a mask inverts the modules where its expression is zero. Twice, and it is gone again. */
static void apply_mask(struct qr_code *code, unsigned mask) {
        for (unsigned y = 0; y < code->width; y++)
                for (unsigned x = 0; x < code->width; x++) {
                        const unsigned expressions[MASKS] = {
                                (x + y) % 2,
                                y % 2,
                                x % 3,
                                (x + y) % 3,
                                (y / 2 + x / 3) % 2,
                                x * y % 2 + x * y % 3,
                                (x * y % 2 + x * y % 3) % 2,
                                ((x + y) % 2 + x * y % 3) % 2,
                        };

                        if (!(code->modules[y][x] & PATTERN) && expressions[mask] == 0)
                                code->modules[y][x] ^= DARK;
                }
}

/* 7.8.3, features 1 and 3: runs of one colour, and what looks like a finder in a row or a column. */
static unsigned line_penalty(const struct qr_code *code, unsigned line, bool is_row) {
        unsigned runs[QR_WIDTH_MAX + 2] = { 0 }; /* the first is a light one, then they alternate */
        unsigned width = code->width, last = 0, penalty = 0;

        for (unsigned i = 0; i < width; i++) {
                bool dark = is_row ? qr_code_is_dark(code, i, line) : qr_code_is_dark(code, line, i);

                if (dark != (last % 2 == 1))
                        last++;
                runs[last]++;
                if (runs[last] >= 5)
                        penalty += runs[last] == 5 ? 3 : 1;
        }
        /* The quiet zone is light. */
        last += last % 2;
        runs[0] += width;
        runs[last] += width;
        for (unsigned i = 3; i + 3 <= last; i += 2) {
                unsigned unit = runs[i] / 3;

                if (runs[i] == 3 * unit && runs[i - 2] == unit && runs[i - 1] == unit &&
                    runs[i + 1] == unit && runs[i + 2] == unit &&
                    (runs[i - 3] >= 4 * unit || runs[i + 3] >= 4 * unit))
                        penalty += 40;
        }
        return penalty;
}

/*
 * Features 2 and 4: squares of one colour, and how far the dark modules are from being half of all, in whole
 * per cent as libqrencode rounds them.
 */
static unsigned area_penalty(const struct qr_code *code) {
        unsigned width = code->width, all = width * width, dark = 0, penalty = 0;

        for (unsigned y = 0; y < width; y++)
                for (unsigned x = 0; x < width; x++) {
                        bool is_dark = qr_code_is_dark(code, x, y);

                        dark += is_dark;
                        if (x > 0 && y > 0 && qr_code_is_dark(code, x - 1, y) == is_dark &&
                            qr_code_is_dark(code, x, y - 1) == is_dark &&
                            qr_code_is_dark(code, x - 1, y - 1) == is_dark)
                                penalty += 3;
                }
        return penalty + distance((200 * dark / all + 1) / 2, 50) / 5 * 10;
}

static unsigned symbol_penalty(const struct qr_code *code) {
        unsigned penalty = area_penalty(code);

        for (unsigned i = 0; i < code->width; i++)
                penalty += line_penalty(code, i, true) + line_penalty(code, i, false);
        return penalty;
}

/* 7.8.3: the mask under which the symbol is least like what a reader could mistake for its patterns. */
static void put_best_mask(struct qr_code *code, enum qr_level level) {
        unsigned best = 0, least = UINT32_MAX;

        for (unsigned mask = 0; mask < MASKS; mask++) {
                unsigned penalty;

                apply_mask(code, mask);
                put_format(code, level, mask);
                penalty = symbol_penalty(code);
                apply_mask(code, mask);
                if (penalty < least) {
                        least = penalty;
                        best = mask;
                }
        }
        apply_mask(code, best);
        put_format(code, level, best);
}

int qr_code_encode(struct bytes text, unsigned version, enum qr_level level, struct qr_code *ret_code) {
        struct blocks blocks;

        if (version < 1 || version > QR_VERSION_MAX)
                return ERR_INVALID_ARGUMENT;
        if (text.size > qr_code_capacity(version, level))
                return ERR_TOO_LARGE;
        blocks = blocks_of(version, level);
        ret_code->width = qr_code_width(version);
        memset(ret_code->modules, 0, sizeof(ret_code->modules));
        make_codewords(text, version, &blocks, ret_code->codewords);
        put_patterns(ret_code, version);
        put_format(ret_code, level, 0); /* whose place no data takes */
        put_codewords(ret_code, codeword_count(version));
        put_best_mask(ret_code, level);
        return 0;
}
