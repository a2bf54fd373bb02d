/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"

/* The number of bytes of the UTF-8 sequence (RFC 3629) at the start of `text`, 1 to 4, or 0 for none. */
size_t utf8_sequence(struct bytes text);
