/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/seal.h"
#include "posix/reason.h"

/* The keys of sealed dumps, which are files of one line, and what is done with the secret one elsewhere. */

/*
 * Of the setting `public_key`: the key itself, in hexadecimal or base64, or the path of a file that has it in
 * its first line; `root` goes before the path. ERR_VALUE, or why the file cannot be read.
 */
int kdump_public_key_find(const char *root, const char *value, struct seal_key *ret_key,
                          struct reason *ret_reason);

/* Makes a pair, and a file for the secret one that only its owner reads. ERR_EXISTS: nothing is overwritten.
 */
int kdump_keys_make(const char *path, struct seal_key *ret_public_key, struct reason *ret_reason);

int kdump_secret_key_read(const char *path, struct seal_key *ret_key, struct reason *ret_reason);

/*
 * Opens a sealed file into a new one, which is there whole or not at all. ERR_EXISTS, or seal_open()'s: the
 * reason says which file it is.
 */
int kdump_unseal(const struct seal_key *secret_key, const char *sealed, const char *output,
                 struct reason *ret_reason);
