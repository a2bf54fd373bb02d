/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/guid.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

/* The order in which the bytes appear in the text; -1 is a dash. */
static const int8_t text_order[] = { 3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15 };

bool guid_equal(const struct guid *left, const struct guid *right) {
        return memcmp(left->bytes, right->bytes, GUID_SIZE) == 0;
}

int guid_load(struct bytes view, size_t offset, struct guid *ret_guid) {
        struct bytes raw;
        int r;

        r = bytes_slice(view, offset, GUID_SIZE, &raw);
        if (r < 0)
                return r;
        memcpy(ret_guid->bytes, raw.data, GUID_SIZE);
        return 0;
}

void guid_format(const struct guid *guid, char ret_text[GUID_TEXT_SIZE]) {
        char *out = ret_text;

        for (size_t i = 0; i < sizeof(text_order); i++) {
                if (text_order[i] < 0) {
                        *out++ = '-';
                        continue;
                }
                *out++ = hex_digit(guid->bytes[text_order[i]] >> 4);
                *out++ = hex_digit(guid->bytes[text_order[i]] & 0xf);
        }
        *out = '\0';
}

int guid_parse(struct bytes text, struct guid *ret_guid) {
        struct guid guid;
        size_t at = 0;

        if (text.size != GUID_TEXT_SIZE - 1)
                return ERR_VALUE;
        for (size_t i = 0; i < sizeof(text_order); i++) {
                int high, low;

                if (text_order[i] < 0) {
                        if (text.data[at++] != '-')
                                return ERR_VALUE;
                        continue;
                }
                high = hex_value((char) text.data[at++]);
                low = hex_value((char) text.data[at++]);
                if (high < 0 || low < 0)
                        return ERR_VALUE;
                guid.bytes[text_order[i]] = (uint8_t) (high << 4 | low);
        }
        *ret_guid = guid;
        return 0;
}
