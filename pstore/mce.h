/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"
#include "base/text.h"

/*
 * The machine check that Linux on x86 keeps in ERST when it has no way to log it any more: its struct mce, as
 * it lies in memory (K6.1 arch/x86/include/uapi/asm/mce.h). "Only add new fields to the end", says that file:
 * older kernels write less, and what is there has always had the same offset.
 */

/* With all fields that the oldest kernel that wrote them has (2.6.33, up to mcgcap). */
#define MCE_SIZE_MIN 88

/*
 * CPU, bank, status with its flags, address and the registers beside, line by line; a field that the hardware
 * marks as not valid is left out. No control character but \n. ERR_TRUNCATED below MCE_SIZE_MIN.
 */
int mce_describe(struct bytes mce, struct text *text);

/* "machine check: bank 5 on CPU 3, uncorrected"; a field that is not there is 0. */
#define MCE_TITLE_SIZE 64
void mce_put_title(struct bytes mce, struct text *text);
