/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/ucs2.h"
#include "base/error.h"

static void put_unit(struct text *text, uint16_t unit) {
        if (unit < 0x80) {
                text_put_char(text, (char) unit);
        } else if (unit < 0x800) {
                text_put_char(text, (char) (0xc0 | unit >> 6));
                text_put_char(text, (char) (0x80 | (unit & 0x3f)));
        } else {
                text_put_char(text, (char) (0xe0 | unit >> 12));
                text_put_char(text, (char) (0x80 | (unit >> 6 & 0x3f)));
                text_put_char(text, (char) (0x80 | (unit & 0x3f)));
        }
}

int ucs2_to_utf8(struct bytes ucs2, struct text *text) {
        if (ucs2.size % 2 != 0)
                return ERR_TRUNCATED;
        for (size_t at = 0; at < ucs2.size; at += 2)
                put_unit(text, bytes_u16(ucs2, at));
        return 0;
}

/* The bits of a continuation byte, or ERR_VALUE. */
static int continuation(struct bytes utf8, size_t at) {
        if (at >= utf8.size || (utf8.data[at] & 0xc0) != 0x80)
                return ERR_VALUE;
        return utf8.data[at] & 0x3f;
}

/* Takes one sequence at the start of `utf8`, in its shortest form; returns its size or ERR_VALUE. */
static int take_unit(struct bytes utf8, uint16_t *ret_unit) {
        uint8_t first = utf8.data[0];
        int second = continuation(utf8, 1), third = continuation(utf8, 2);

        if (first < 0x80) {
                *ret_unit = first;
                return 1;
        }
        if (first >= 0xc2 && first <= 0xdf && second >= 0) {
                *ret_unit = (uint16_t) ((first & 0x1f) << 6 | second);
                return 2;
        }
        if (first >= 0xe0 && first <= 0xef && second >= (first == 0xe0 ? 0x20 : 0) && third >= 0) {
                *ret_unit = (uint16_t) ((first & 0x0f) << 12 | second << 6 | third);
                return 3;
        }
        return ERR_VALUE;
}

int ucs2_from_utf8(struct bytes utf8, uint16_t *units, size_t capacity, size_t *ret_length) {
        size_t length = 0;

        while (utf8.size > 0) {
                uint16_t unit;
                int size = take_unit(utf8, &unit);

                if (size < 0)
                        return size;
                if (length + 1 >= capacity)
                        return ERR_BUFFER_TOO_SMALL;
                units[length++] = unit;
                utf8 = bytes_from(utf8, (size_t) size);
        }
        if (length >= capacity)
                return ERR_BUFFER_TOO_SMALL;
        units[length] = 0;
        *ret_length = length;
        return 0;
}
