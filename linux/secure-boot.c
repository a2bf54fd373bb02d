/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "linux/secure-boot.h"

#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/guid.h"
#include "linux/efivarfs.h"
#include "posix/memory.h"

#define GLOBAL_VENDOR    "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY_VENDOR  "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM_VENDOR      "-605dab50-e046-4300-abb6-3dd810dd8b23"

#define LIST_HEADER_SIZE 28 /* EFI_SIGNATURE_LIST: type, size, size of its header, size of each signature */
#define LISTS_MAX        4096

/* So that no list and no file takes minutes: signatures have some KiB, and no certificate is this short. */
#define SIGNATURES_MAX  8
#define SIGNATURE_LIMIT ((size_t) 64 * 1024)
#define CERTIFICATE_MIN 128

static const struct guid type_x509 =
        GUID_INIT(0xa5c059a1, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72);
static const struct guid type_sha256 =
        GUID_INIT(0xc1c41626, 0x504c, 0x4092, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28);

static bool holds(struct bytes view, struct bytes part) {
        return memmem(view.data, view.size, part.data, part.size);
}

static bool is_signed_by(const struct pe_image *image, struct bytes digest, struct bytes certificate) {
        struct bytes signature;
        size_t at = 0;

        if (certificate.size < CERTIFICATE_MIN)
                return false;
        for (size_t i = 0; i < SIGNATURES_MAX && pe_image_next_signature(image, &at, &signature); i++)
                if (signature.size <= SIGNATURE_LIMIT && holds(signature, digest) &&
                    holds(signature, certificate))
                        return true;
        return false;
}

static bool list_names(struct bytes list, const struct pe_image *image, struct bytes digest) {
        size_t at = LIST_HEADER_SIZE + (size_t) bytes_u32(list, 20), size = bytes_u32(list, 24);
        struct bytes signature;
        struct guid type;

        (void) guid_load(list, 0, &type);
        if (size <= GUID_SIZE)
                return false;
        for (; bytes_slice(list, at, size, &signature) == 0; at += size) {
                struct bytes data = bytes_from(signature, GUID_SIZE); /* behind whose it is */

                if ((guid_equal(&type, &type_sha256) && bytes_equal(data, digest)) ||
                    (guid_equal(&type, &type_x509) && is_signed_by(image, digest, data)))
                        return true;
        }
        return false;
}

bool signature_lists_name(struct bytes lists, const struct pe_image *image) {
        uint8_t digest[SHA256_SIZE];

        pe_image_digest(image, digest);
        for (size_t i = 0; i < LISTS_MAX; i++) {
                struct bytes list;
                uint32_t size;

                if (bytes_load_u32(lists, GUID_SIZE, &size) < 0 || size < LIST_HEADER_SIZE ||
                    bytes_slice(lists, 0, size, &list) < 0)
                        return false;
                if (list_names(list, image, bytes_of(digest, sizeof(digest))))
                        return true;
                lists = bytes_from(lists, size);
        }
        return false;
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
        buffer_init(&on, &system_allocator);
        r = read_lists("SecureBoot" GLOBAL_VENDOR, &on);
        if (r == 0)
                r = read_lists("db" SECURITY_VENDOR, &state->db);
        if (r == 0)
                r = read_lists("dbx" SECURITY_VENDOR, &state->dbx);
        if (r == 0)
                r = read_lists("MokListRT" SHIM_VENDOR, &state->mok);
        state->is_on = on.size > 0 && on.data[0] == 1;
        return r;
}

void secure_boot_free(struct secure_boot *state) {
        buffer_free(&state->db);
        buffer_free(&state->dbx);
        buffer_free(&state->mok);
}

static bool is_revoked(const struct secure_boot *state, const struct pe_image *image) {
        return signature_lists_name(buffer_bytes(&state->dbx), image);
}

bool secure_boot_starts(const struct secure_boot *state, const struct pe_image *image) {
        return !state->is_on ||
               (signature_lists_name(buffer_bytes(&state->db), image) && !is_revoked(state, image));
}

bool secure_boot_shim_starts(const struct secure_boot *state, const struct pe_image *image) {
        return secure_boot_starts(state, image) ||
               (signature_lists_name(buffer_bytes(&state->mok), image) && !is_revoked(state, image));
}
