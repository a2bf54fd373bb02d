/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/utf8.h"

size_t utf8_sequence(struct bytes text) {
        /* RFC 3629, section 4 */
        static const struct {
                uint8_t first, last, second_first, second_last;
                uint8_t size;
        } rows[] = {
                { 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
                { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
                { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
        };

        if (text.size == 0)
                return 0;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (text.data[0] < rows[i].first || text.data[0] > rows[i].last)
                        continue;
                if (text.size < rows[i].size)
                        return 0;
                if (rows[i].size > 1 &&
                    (text.data[1] < rows[i].second_first || text.data[1] > rows[i].second_last))
                        return 0;
                for (size_t k = 2; k < rows[i].size; k++)
                        if (text.data[k] < 0x80 || text.data[k] > 0xbf)
                                return 0;
                return rows[i].size;
        }
        return 0;
}
