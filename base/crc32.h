/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"

/* The CRC of IEEE 802.3, which EFI has in its headers (UEFI 2.10, 4.2), and gzip and zlib have. */
uint32_t bytes_crc32(struct bytes bytes);
