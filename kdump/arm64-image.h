/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/allocator.h"
#include "base/bytes.h"
#include "posix/reason.h"

/* Kernels for AArch64: Linux Documentation/arch/arm64/booting.rst. */

/* Whether an Image is packed in this: in gzip, xz or zstd, or in a program for EFI that unpacks it (zboot).
 */
bool arm64_image_is_packed(struct bytes file);

/*
 * Appends the Image that is packed in `file`. ERR_TRUNCATED: not all of it is there; ERR_NOT_SUPPORTED:
 * zboot, packed neither by gzip nor by xz or zstd; and what linux/packed-file.h says.
 */
int arm64_image_unpack(struct bytes file, struct buffer *image, struct reason *ret_reason);

/* What the kernel's log begins with, before its release. */
#define ARM64_IMAGE_BANNER "Linux version "

/*
 * Of an Image: how much memory it takes, in bytes, from where it is loaded to the end of what it clears; and
 * its release, for which there is no field: the text behind the banner, a part of `image`, begins with it.
 * ERR_TRUNCATED, ERR_SIGNATURE, ERR_VALUE.
 */
int arm64_image_parse(struct bytes image, uint64_t *ret_memory, struct bytes *ret_release,
                      struct reason *ret_reason);
