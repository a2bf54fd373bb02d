/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/crc32.h"

#define POLYNOMIAL 0xedb88320u /* its bits in the order in which they come */

uint32_t bytes_crc32(struct bytes bytes) {
        uint32_t crc = UINT32_MAX;

        for (size_t at = 0; at < bytes.size; at++) {
                crc ^= bytes_u8(bytes, at);
                for (int bit = 0; bit < 8; bit++)
                        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        }
        return ~crc;
}
