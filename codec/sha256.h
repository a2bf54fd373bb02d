/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* SHA-256 (FIPS 180-4, 6.2). Nothing here can fail. */

#define SHA256_SIZE       32
#define SHA256_BLOCK_SIZE 64

struct sha256 {
        uint32_t hash[8];
        uint64_t size; /* of the message so far, in bytes */
        uint8_t block[SHA256_BLOCK_SIZE];
};

void sha256_init(struct sha256 *sha256);
void sha256_update(struct sha256 *sha256, struct bytes message);

/* Ends the message; only sha256_init() makes the state usable again. */
void sha256_finish(struct sha256 *sha256, uint8_t ret_digest[SHA256_SIZE]);

/* The digest of one piece. */
void sha256_digest(struct bytes message, uint8_t ret_digest[SHA256_SIZE]);
