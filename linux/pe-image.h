/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "codec/sha256.h"

/*
 * What firmware starts: a PE32+ image, and the signatures behind it (Microsoft PE and COFF, "Attribute
 * certificate table"; Windows Authenticode Portable Executable Signature Format 1.0).
 */

#define PE_MACHINE_X86_64  0x8664
#define PE_MACHINE_AARCH64 0xaa64

struct pe_image {
        struct bytes file;
        uint16_t machine;
        size_t checksum_at, directory_at; /* what a signature changes before the end */
        struct bytes certificates; /* the table, to the end of the file; empty where nobody has signed */
};

/* ERR_SIGNATURE for what is no image, ERR_TRUNCATED, ERR_VALUE; the view outlives the image. */
int pe_image_parse(struct bytes file, struct pe_image *ret_image, struct fault *ret_fault);

/*
 * What is signed: SHA-256 of all but the checksum and the certificates, which is the same before and after a
 * signature. Of images without gaps between their sections, as all are that linkers make for firmware.
 */
void pe_image_digest(const struct pe_image *image, uint8_t ret_digest[SHA256_SIZE]);

/*
 * The next signature, PKCS#7 in DER; *at is 0 before the first. False behind the last one, and where the
 * table is malformed.
 */
bool pe_image_next_signature(const struct pe_image *image, size_t *at, struct bytes *ret_signature);
