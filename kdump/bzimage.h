/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/allocator.h"
#include "posix/reason.h"

/* The header is in the setup code, which has no more than 256 sectors. */
#define BZIMAGE_HEAD_SIZE ((size_t) 256 * 512)

/*
 * A kernel for x86: Linux Documentation/arch/x86/boot.rst. How much memory it takes, in bytes, before it can
 * free any; and the text that begins with its release, a part of `file`, of which the head is enough.
 * ERR_TRUNCATED, ERR_SIGNATURE, ERR_VALUE.
 */
int bzimage_parse(struct bytes file, uint64_t *ret_memory, struct bytes *ret_release,
                  struct reason *ret_reason);

/*
 * Appends the same kernel as a bzImage with nothing left to unpack: what is packed in `file`, all of it, lies
 * there as the kernel is laid out in memory, and is entered at once. For kexec, which begins at the 64-bit
 * entry (boot.rst, "64-bit Boot Protocol"); no firmware and no boot loader can start it, and it is not
 * signed. ERR_NOT_SUPPORTED: packed by none of gzip, xz and zstd, or a kernel that cannot lie anywhere in
 * memory; ERR_TRUNCATED, ERR_VALUE; and what linux/elf.h and linux/packed-file.h say.
 */
int bzimage_unpack(struct bytes file, struct buffer *image, struct reason *ret_reason);

/*
 * Whether what is in the head speaks against that: ERR_NOT_SUPPORTED and ERR_TRUNCATED as above. `file` was
 * parsed.
 */
int bzimage_check_packing(struct bytes file, struct reason *ret_reason);
