/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/*
 * What the newest dump in the directory, of those that the kernel `release` saved, took while it was saved:
 * bytes of memory beside the kernel and the unpacked initramfs. 0 when there is none, or its manifest does
 * not tell.
 */
uint64_t earlier_dump_memory(const char *directory, const char *release);
