/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
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
