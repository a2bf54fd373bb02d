/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "codec/sha256.h"
#include "posix/reason.h"

/*
 * Whether LVM's volumes are as they were. Each physical volume has a header of its metadata, of 512 bytes,
 * which tells place, length and checksum of the newest; LVM writes it with each change of the volume group,
 * and so its digest is another then (LVM2 2.03, lib/format_text/layout.h, format-text.c, vg_commit()).
 */

/*
 * Of the first metadata area of the physical volume that is open. ERR_NOT_FOUND when it is none; ERR_VALUE
 * when nothing on it tells of a change, as it has no metadata area, or one that LVM was told to ignore;
 * ERR_IO, or what the system says.
 */
int pv_header_digest(int fd, uint8_t ret_digest[SHA256_SIZE], struct reason *ret_reason);
