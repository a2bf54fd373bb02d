/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * A GUID as it lies in memory and on flash: the first three fields little-endian, the rest as bytes
 * (UEFI 2.10, appendix A; RFC 9562 calls it the mixed-endian form).
 */
struct guid {
        uint8_t bytes[16];
};

#define GUID_SIZE      16
#define GUID_TEXT_SIZE 37 /* 36 characters and a NUL */

/* GUID_INIT(0x75a574e3, 0x5052, 0x4b29, 0x8a, 0x8e, 0xbe, 0x2c, 0x64, 0x90, 0xb8, 0x9d) */
#define GUID_INIT(a, b, c, ...)                                                                              \
        {                                                                                                    \
                {                                                                                            \
                        (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24 & 0xff, (b) &0xff,          \
                                (b) >> 8 & 0xff, (c) &0xff, (c) >> 8 & 0xff, __VA_ARGS__                     \
                }                                                                                            \
        }

bool guid_equal(const struct guid *left, const struct guid *right);

/* ERR_TRUNCATED when 16 bytes at `offset` are not inside. */
int guid_load(struct bytes view, size_t offset, struct guid *ret_guid);

/* Writes the 36 lower-case characters and a NUL. */
void guid_format(const struct guid *guid, char ret_text[GUID_TEXT_SIZE]);

/* Parses exactly 36 characters, either case; ERR_VALUE otherwise. */
int guid_parse(struct bytes text, struct guid *ret_guid);
