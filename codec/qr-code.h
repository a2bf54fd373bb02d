/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * QR codes (ISO/IEC 18004:2015) of one segment in byte mode: any bytes, which a telephone shows as text when
 * they are text. The matrices are those of libqrencode, module for module.
 */

#define QR_VERSION_MAX   40
#define QR_WIDTH_MAX     177 /* modules on a side */
#define QR_CODEWORDS_MAX 3706
#define QR_QUIET_ZONE    4 /* light modules that have to be on each side of a symbol (6.3.8) */

/* How much of a symbol may be unreadable: 7 % of its codewords, or 15 % (6.5.1). */
enum qr_level {
        QR_LEVEL_L,
        QR_LEVEL_M,
};

/* 35 KB, so not for a stack of firmware's. */
struct qr_code {
        unsigned width;                              /* modules on a side, without the quiet zone */
        uint8_t modules[QR_WIDTH_MAX][QR_WIDTH_MAX]; /* [y][x]; the low bit is set where it is dark */
        uint8_t codewords[QR_CODEWORDS_MAX];
};

static inline bool qr_code_is_dark(const struct qr_code *code, unsigned x, unsigned y) {
        return code->modules[y][x] & 1;
}

/* Modules on a side of a version, 1..QR_VERSION_MAX (6.3.1). */
static inline unsigned qr_code_width(unsigned version) {
        return 17 + 4 * version;
}

/* The bytes that fit into a version, 1..QR_VERSION_MAX (table 7). */
size_t qr_code_capacity(unsigned version, enum qr_level level);

/*
 * Makes the symbol. ERR_INVALID_ARGUMENT when there is no such version, ERR_TOO_LARGE when it has no room for
 * the text; *ret_code is untouched then.
 */
int qr_code_encode(struct bytes text, unsigned version, enum qr_level level, struct qr_code *ret_code);
