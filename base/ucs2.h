/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"

/*
 * The names of EFI variables are 16-bit units that nobody checks (UEFI 2.10, 2.3.1: UCS-2), so any unit may
 * come, lone surrogates too. Each is written as its own UTF-8 sequence of one to three bytes: then the way
 * back is exact for every name, which erasing needs, and names in ASCII are what they look like.
 */

/* `ucs2` is little-endian units without the final NUL; an odd last byte is ERR_TRUNCATED. */
int ucs2_to_utf8(struct bytes ucs2, struct text *text);

/*
 * The reverse; writes at most `capacity` units, the final NUL among them. ERR_VALUE for bytes that
 * ucs2_to_utf8() does not make, ERR_BUFFER_TOO_SMALL. *ret_length is in units, without the NUL.
 */
int ucs2_from_utf8(struct bytes utf8, uint16_t *units, size_t capacity, size_t *ret_length);
