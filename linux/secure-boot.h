/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "linux/pe-image.h"

/*
 * What this machine's firmware starts with Secure Boot on (UEFI 2.10, 32.4 and 32.5), as far as variables and
 * the image tell it: a signature of these very bytes that has a certificate with it which the firmware
 * trusts, or their hash in its list. That the signature is the key's own is not computed here: who makes one
 * up is refused by the firmware all the same.
 */
struct secure_boot {
        bool is_on;
        struct buffer db, dbx;   /* whom the firmware trusts, and whom no more; lists of signatures */
        struct buffer mok, mokx; /* whom shim trusts besides, or does not: the owner's, as shim shows them */
};

/* Reads it of this machine; what is not there trusts nobody. Else ERR_PERMISSION …; secure_boot_free() is
 * due. */
int secure_boot_read(struct secure_boot *ret_state);
void secure_boot_free(struct secure_boot *state);

/* Whether the firmware starts it. */
bool secure_boot_starts(const struct secure_boot *state, const struct pe_image *image);

/* Whether shim does, once the firmware has started that. Its maker's key, which is inside, is not looked at.
 */
bool secure_boot_shim_starts(const struct secure_boot *state, const struct pe_image *image);

/* Whether lists of signatures (EFI_SIGNATURE_LIST) name the image: by its hash, or who has signed it. */
bool signature_lists_name(struct bytes lists, const struct pe_image *image);

/* The same of a list of those that are not trusted any more, which may name a certificate by its hash, too
 * (EFI_CERT_X509_SHA256_GUID). A signature that is older than the revocation counts as revoked. */
bool signature_lists_revoke(struct bytes lists, const struct pe_image *image);
