/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "pstore/variable-store.h"

/*
 * The file in which U-Boot keeps its EFI variables on the ESP, ubootefi.var (EBBR 2.1, 5; U-Boot
 * include/efi_variable.h). It is written anew with each change, so it holds nothing that was deleted, and it
 * is only read here: U-Boot, which takes a file for damaged whose checksum is wrong, is who writes it.
 */

/* A checked file; holding one is the proof that its header lies inside. Shares the caller's memory. */
struct uboot_variables {
        struct bytes image;
        size_t end; /* of the variables, in the image */
};

/* More than U-Boot can be built with a buffer for. */
#define UBOOT_VARIABLES_SIZE_MAX ((size_t) 16 * 1024 * 1024)

/* True for a file that begins as such a one, whatever else is wrong with it. */
bool uboot_variables_recognize(struct bytes image);

/* ERR_TRUNCATED, ERR_SIGNATURE, ERR_VALUE or ERR_LENGTH with *ret_fault set: not even a part can be read. */
int uboot_variables_open(struct bytes image, struct uboot_variables *ret_variables, struct fault *ret_fault);

/* 0; or ERR_TRUNCATED or ERR_CHECKSUM with *ret_fault set for what U-Boot would not take. It can be walked.
 */
int uboot_variables_check(const struct uboot_variables *variables, struct fault *ret_fault);

/*
 * 1 for a variable, which is live and never salvaged; *cursor is 0 for the first call. 0 behind the last one.
 * A malformed one ends the walk, as nothing tells where the next begins: once ERR_LENGTH with *ret_fault set,
 * then 0.
 */
int uboot_variables_next(const struct uboot_variables *variables, size_t *cursor,
                         struct variable_store_entry *ret_entry, struct fault *ret_fault);
