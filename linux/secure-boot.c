/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/secure-boot.h"

#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/guid.h"
#include "linux/efivarfs.h"
#include "posix/memory.h"
#include "posix/search.h"

#define GLOBAL_VENDOR    "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY_VENDOR  "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM_VENDOR      "-605dab50-e046-4300-abb6-3dd810dd8b23"

#define LIST_HEADER_SIZE 28 /* EFI_SIGNATURE_LIST: type, size, size of its header, size of each signature */
#define LISTS_MAX        4096

/* So that no list and no file takes minutes: signatures have some KiB, and no certificate is this short. */
#define SIGNATURES_MAX  8
#define SIGNATURE_LIMIT ((size_t) 64 * 1024)
#define CERTIFICATE_MIN 128

/* Of all signatures of an image: each has its signer's, and some above it. */
#define CERTIFICATES_MAX 32

#define EFI_TIME_SIZE    16

static const struct guid type_x509 =
        GUID_INIT(0xa5c059a1, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72);
static const struct guid type_sha256 =
        GUID_INIT(0xc1c41626, 0x504c, 0x4092, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28);
static const struct guid type_x509_sha256 = /* since when it is revoked stands behind it: always, for us */
        GUID_INIT(0x3bd2a492, 0x96c0, 0x4079, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1, 0x03, 0xed);

static bool is_signed_by(const struct pe_image *image, struct bytes digest, struct bytes certificate) {
        struct bytes signature;
        size_t at = 0;

        if (certificate.size < CERTIFICATE_MIN)
                return false;
        for (size_t i = 0; i < SIGNATURES_MAX && pe_image_next_signature(image, &at, &signature); i++)
                if (signature.size <= SIGNATURE_LIMIT && bytes_search(signature, digest) &&
                    bytes_search(signature, certificate))
                        return true;
        return false;
}

/* What lists tell an image by. */
struct identity {
        const struct pe_image *image;
        uint8_t digest[SHA256_SIZE];
        uint8_t certificates[CERTIFICATES_MAX]
                            [SHA256_SIZE]; /* of who signed it; the digests of what was signed */
        size_t certificate_count;
};

/* A SEQUENCE of more than 255 bytes (ITU-T X.690, 8.1.3.5), with its header. */
static bool load_sequence(struct bytes view, size_t at, struct bytes *ret_sequence) {
        struct bytes header;

        return bytes_slice(view, at, 4, &header) == 0 && header.data[0] == 0x30 && header.data[1] == 0x82 &&
               bytes_slice(view, at, 4 + ((size_t) header.data[2] << 8 | header.data[3]), ret_sequence) == 0;
}

/* A certificate is a SEQUENCE that begins with another, TBSCertificate (RFC 5280, 4.1). */
static void add_certificates(struct identity *identity, struct bytes signature) {
        struct bytes certificate, to_be_signed;

        for (size_t at = 0; at < signature.size && identity->certificate_count < CERTIFICATES_MAX; at++) {
                if (!load_sequence(signature, at, &certificate) ||
                    !load_sequence(certificate, 4, &to_be_signed))
                        continue;
                sha256_digest(to_be_signed, identity->certificates[identity->certificate_count++]);
                at += certificate.size - 1;
        }
}

static void identify(const struct pe_image *image, struct identity *ret_identity) {
        struct identity *identity = ret_identity;
        struct bytes signature;
        size_t at = 0;

        identity->image = image;
        identity->certificate_count = 0;
        pe_image_digest(image, identity->digest);
        for (size_t i = 0; i < SIGNATURES_MAX && pe_image_next_signature(image, &at, &signature); i++)
                if (signature.size <= SIGNATURE_LIMIT)
                        add_certificates(identity, signature);
}

static bool has_certificate(const struct identity *identity, struct bytes digest) {
        for (size_t i = 0; i < identity->certificate_count; i++)
                if (bytes_equal(bytes_of(identity->certificates[i], SHA256_SIZE), digest))
                        return true;
        return false;
}

/* What a list is for: a certificate's hash stands only in one of those that are not trusted any more. */
enum purpose { TO_TRUST, TO_REVOKE };

/* `data` is one signature of a list, without whose it is. */
static bool signature_names(const struct guid *type, struct bytes data, const struct identity *identity,
                            enum purpose purpose) {
        struct bytes digest = bytes_of(identity->digest, sizeof(identity->digest));

        if (guid_equal(type, &type_sha256))
                return bytes_equal(data, digest);
        if (guid_equal(type, &type_x509))
                return is_signed_by(identity->image, digest, data);
        return purpose == TO_REVOKE && guid_equal(type, &type_x509_sha256) &&
               data.size == SHA256_SIZE + EFI_TIME_SIZE &&
               has_certificate(identity, bytes_first(data, SHA256_SIZE));
}

static bool list_names(struct bytes list, const struct identity *identity, enum purpose purpose) {
        size_t at = LIST_HEADER_SIZE + (size_t) bytes_u32(list, 20), size = bytes_u32(list, 24);
        struct bytes signature;
        struct guid type;

        (void) guid_load(list, 0, &type);
        if (size <= GUID_SIZE)
                return false;
        for (; bytes_slice(list, at, size, &signature) == 0; at += size)
                if (signature_names(&type, bytes_from(signature, GUID_SIZE), identity, purpose))
                        return true;
        return false;
}

static bool lists_name(struct bytes lists, const struct identity *identity, enum purpose purpose) {
        for (size_t i = 0; i < LISTS_MAX; i++) {
                struct bytes list;
                uint32_t size;

                if (bytes_load_u32(lists, GUID_SIZE, &size) < 0 || size < LIST_HEADER_SIZE ||
                    bytes_slice(lists, 0, size, &list) < 0)
                        return false;
                if (list_names(list, identity, purpose))
                        return true;
                lists = bytes_from(lists, size);
        }
        return false;
}

bool signature_lists_name(struct bytes lists, const struct pe_image *image) {
        struct identity identity;

        identify(image, &identity);
        return lists_name(lists, &identity, TO_TRUST);
}

bool signature_lists_revoke(struct bytes lists, const struct pe_image *image) {
        struct identity identity;

        identify(image, &identity);
        return lists_name(lists, &identity, TO_REVOKE);
}

static int read_lists(const char *name, struct buffer *lists) {
        int r = efivarfs_read(name, lists);

        return r == ERR_NOT_FOUND ? 0 : r;
}

int secure_boot_read(struct secure_boot *ret_state) {
        struct secure_boot *state = ret_state;
        _cleanup_buffer_ struct buffer on;
        int r;

        *state = (struct secure_boot){ 0 };
        buffer_init(&state->db, &system_allocator);
        buffer_init(&state->dbx, &system_allocator);
        buffer_init(&state->mok, &system_allocator);
        buffer_init(&state->mokx, &system_allocator);
        buffer_init(&on, &system_allocator);
        r = read_lists("SecureBoot" GLOBAL_VENDOR, &on);
        if (r == 0)
                r = read_lists("db" SECURITY_VENDOR, &state->db);
        if (r == 0)
                r = read_lists("dbx" SECURITY_VENDOR, &state->dbx);
        if (r == 0)
                r = read_lists("MokListRT" SHIM_VENDOR, &state->mok);
        if (r == 0)
                r = read_lists("MokListXRT" SHIM_VENDOR, &state->mokx);
        state->is_on = on.size > 0 && on.data[0] == 1;
        return r;
}

void secure_boot_free(struct secure_boot *state) {
        buffer_free(&state->db);
        buffer_free(&state->dbx);
        buffer_free(&state->mok);
        buffer_free(&state->mokx);
}

static bool trusts(const struct buffer *lists, const struct identity *identity) {
        return lists_name(buffer_bytes(lists), identity, TO_TRUST);
}

static bool revokes(const struct buffer *lists, const struct identity *identity) {
        return lists_name(buffer_bytes(lists), identity, TO_REVOKE);
}

bool secure_boot_starts(const struct secure_boot *state, const struct pe_image *image) {
        struct identity identity;

        if (!state->is_on)
                return true;
        identify(image, &identity);
        return trusts(&state->db, &identity) && !revokes(&state->dbx, &identity);
}

bool secure_boot_shim_starts(const struct secure_boot *state, const struct pe_image *image) {
        struct identity identity;

        if (!state->is_on)
                return true;
        identify(image, &identity);
        return (trusts(&state->db, &identity) || trusts(&state->mok, &identity)) &&
               !revokes(&state->dbx, &identity) && !revokes(&state->mokx, &identity);
}
