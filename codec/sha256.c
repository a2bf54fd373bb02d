/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/sha256.h"
#include "base/arith.h"
#include "base/memory.h"

#define LENGTH_SIZE 8 /* of the message's length in bits, at the end of the last block */

/* FIPS 180-4, 5.3.3 */
static const uint32_t hash_initial[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* FIPS 180-4, 4.2.2 */
static const uint32_t round_constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t value, unsigned count) {
        return value >> count | value << (32 - count);
}

static uint32_t load_big_endian(const uint8_t *from) {
        return (uint32_t) from[0] << 24 | (uint32_t) from[1] << 16 | (uint32_t) from[2] << 8 | from[3];
}

static void store_big_endian(uint8_t *destination, uint32_t value) {
        for (unsigned i = 0; i < 4; i++)
                destination[i] = (uint8_t) (value >> (24 - 8 * i));
}

/* FIPS 180-4, 6.2.2, with the letters of the standard */
static void add_block(uint32_t hash[8], const uint8_t block[SHA256_BLOCK_SIZE]) {
        uint32_t w[64];
        uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
        uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];

        /* Step 1: the block as 16 words, and 48 more made of them. */
        for (unsigned t = 0; t < 16; t++)
                w[t] = load_big_endian(block + 4 * t);
        for (unsigned t = 16; t < 64; t++) {
                uint32_t low = w[t - 15], high = w[t - 2];
                uint32_t sigma0 = rotate_right(low, 7) ^ rotate_right(low, 18) ^ low >> 3;
                uint32_t sigma1 = rotate_right(high, 17) ^ rotate_right(high, 19) ^ high >> 10;

                w[t] = sigma1 + w[t - 7] + sigma0 + w[t - 16];
        }
        /* Step 3: 64 rounds, from the hash so far (step 2). */
        for (unsigned t = 0; t < 64; t++) {
                uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
                uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
                uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
                uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));

                h = g;
                g = f;
                f = e;
                e = d + t1;
                d = c;
                c = b;
                b = a;
                a = t1 + t2;
        }
        /* Step 4 */
        hash[0] += a;
        hash[1] += b;
        hash[2] += c;
        hash[3] += d;
        hash[4] += e;
        hash[5] += f;
        hash[6] += g;
        hash[7] += h;
}

void sha256_init(struct sha256 *sha256) {
        memset(sha256, 0, sizeof(*sha256));
        memcpy(sha256->hash, hash_initial, sizeof(hash_initial));
}

void sha256_update(struct sha256 *sha256, struct bytes message) {
        while (message.size > 0) {
                size_t filled = sha256->size % SHA256_BLOCK_SIZE;
                size_t size = size_min(message.size, SHA256_BLOCK_SIZE - filled);

                memcpy(sha256->block + filled, message.data, size);
                sha256->size += size;
                message = bytes_from(message, size);
                if (filled + size == SHA256_BLOCK_SIZE)
                        add_block(sha256->hash, sha256->block);
        }
}

/* FIPS 180-4, 5.1.1: a one bit, zeros, and the length in bits make the last block full. */
void sha256_finish(struct sha256 *sha256, uint8_t ret_digest[SHA256_SIZE]) {
        uint64_t size_bits = sha256->size * 8;
        uint8_t padding[SHA256_BLOCK_SIZE + LENGTH_SIZE] = { 0x80 };
        size_t filled = (sha256->size + LENGTH_SIZE) % SHA256_BLOCK_SIZE;
        size_t zeros_end = SHA256_BLOCK_SIZE - filled;

        store_big_endian(padding + zeros_end, (uint32_t) (size_bits >> 32));
        store_big_endian(padding + zeros_end + 4, (uint32_t) size_bits);
        sha256_update(sha256, bytes_of(padding, zeros_end + LENGTH_SIZE));
        for (unsigned i = 0; i < 8; i++)
                store_big_endian(ret_digest + 4 * i, sha256->hash[i]);
}

void sha256_digest(struct bytes message, uint8_t ret_digest[SHA256_SIZE]) {
        struct sha256 sha256;

        sha256_init(&sha256);
        sha256_update(&sha256, message);
        sha256_finish(&sha256, ret_digest);
}
