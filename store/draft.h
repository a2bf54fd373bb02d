/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/*
 * Where a new record goes in a store of variables. Both front ends write the same names, and the kernel's
 * pstore reads them (pstore/variable-name.h).
 */

/*
 * The name of the draft's variable: part 1 of event number `count`, of type dmesg, not compressed.
 * A name that is taken is for the caller to find out; it tries the next count.
 */
void draft_variable_name(const struct record_draft *draft, uint32_t count, char ret_name[RECORD_NAME_SIZE]);

/* So many counts are tried before a second is full. */
#define DRAFT_COUNT_MAX 999

/*
 * Bytes that Linux, on x86, keeps free in the variable store, as some firmware does not start any more when
 * it is full (EFI_MIN_RESERVE, K6.1 arch/x86/platform/efi/quirks.c: "figure was provided by Samsung").
 */
#define VARIABLE_RESERVE 5120

/* The room of any store of variables: what is reserved, and the largest record. The rest is not known. */
extern const struct source_space variable_space_unknown;

/* The larger of edk2's variable headers; no firmware reports its own. */
#define VARIABLE_HEADER_SIZE 60

/*
 * 0 when a variable may be written: ERR_TOO_LARGE when the kernel could not read it back
 * (VARIABLE_DATA_MAX), ERR_NO_SPACE when less than VARIABLE_RESERVE would remain. `space` may be unknown.
 */
int draft_check_variable(const struct record_draft *draft, const char *name,
                         const struct source_space *space);
