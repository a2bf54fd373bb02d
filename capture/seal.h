/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Files that only the owner of a secret key can read, written by whom has the public one: docs/FORMATS.md,
 * "Sealed files". A key of X25519 in a sealed box of libsodium, and behind it pieces of XChaCha20-Poly1305.
 */

#define SEAL_KEY_SIZE      32
#define SEAL_KEY_TEXT_SIZE (2 * SEAL_KEY_SIZE + 1)

/* What tells one public key from another, in hexadecimal: the first 8 bytes of its SHA-256. */
#define SEAL_ID_SIZE      8
#define SEAL_ID_TEXT_SIZE (2 * SEAL_ID_SIZE + 1)

/* Of a sealed file that holds nothing. */
#define SEAL_EMPTY_SIZE 145

struct seal_key {
        uint8_t bytes[SEAL_KEY_SIZE];
};

/* Hexadecimal or base64, as text without blanks. ERR_VALUE: it is neither, or no key. */
int seal_key_parse(const char *text, struct seal_key *ret_key);
void seal_key_print(const struct seal_key *key, char ret_text[SEAL_KEY_TEXT_SIZE]);
void seal_key_id(const struct seal_key *public_key, char ret_id[SEAL_ID_TEXT_SIZE]);

/* A new pair. */
int seal_key_make(struct seal_key *ret_public_key, struct seal_key *ret_secret_key);
void seal_key_of_secret(const struct seal_key *secret_key, struct seal_key *ret_public_key);

/*
 * Reads to the end and writes all of it sealed; both may be pipes. ERR_NO_MEMORY, or what reading or writing
 * says. What was written before an error has no end, and is refused by seal_open().
 */
int seal_copy(const struct seal_key *public_key, int from_fd, int to_fd);

/*
 * The key that a sealed file, which begins with these bytes, is sealed to. ERR_TRUNCATED: they are too few to
 * tell; ERR_SIGNATURE, ERR_VERSION, as below.
 */
int seal_read_id(struct bytes head, char ret_id[SEAL_ID_TEXT_SIZE]);

/*
 * The other way. What is written before an error is genuine, but not all. ERR_SIGNATURE: no sealed file;
 * ERR_VERSION: of a version that is not known; ERR_KEY: sealed to another key, whose id is in *ret_id then;
 * ERR_TRUNCATED: its end is missing; ERR_CHECKSUM: it was changed; ERR_LENGTH: there is more behind its end.
 */
int seal_open(const struct seal_key *secret_key, int from_fd, int to_fd, char ret_id[SEAL_ID_TEXT_SIZE]);
