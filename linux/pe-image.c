/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/pe-image.h"

#include "base/error.h"

#define DOS_SIGNATURE           0x5a4d /* "MZ" */
#define PE_OFFSET_AT            0x3c
#define PE_SIGNATURE            0x4550 /* "PE\0\0" */
#define MACHINE_AT              4      /* from there on */
#define OPTIONAL_HEADER_AT      24
#define PE32_PLUS               0x20b
#define CHECKSUM_AT             64 /* in the optional header */
#define DIRECTORY_COUNT_AT      108
#define DIRECTORIES_AT          112
#define CERTIFICATE_DIRECTORY   4
#define DIRECTORY_SIZE          8

#define CERTIFICATE_HEADER_SIZE 8 /* WIN_CERTIFICATE: length, revision, type */
#define CERTIFICATE_PKCS        2
#define CERTIFICATE_ALIGNMENT   8

int pe_image_parse(struct bytes file, struct pe_image *ret_image, struct fault *ret_fault) {
        struct pe_image image = { .file = file };
        uint32_t header, signature, count, table, size;
        uint16_t dos, magic;
        size_t optional;

        if (bytes_load_u16(file, 0, &dos) < 0 || dos != DOS_SIGNATURE ||
            bytes_load_u32(file, PE_OFFSET_AT, &header) < 0 || bytes_load_u32(file, header, &signature) < 0 ||
            signature != PE_SIGNATURE)
                return fault_at(ret_fault, ERR_SIGNATURE, 0, "PE header", "there is none");
        optional = (size_t) header + OPTIONAL_HEADER_AT;
        image.checksum_at = optional + CHECKSUM_AT;
        image.directory_at = optional + DIRECTORIES_AT + CERTIFICATE_DIRECTORY * DIRECTORY_SIZE;
        if (bytes_load_u16(file, (size_t) header + MACHINE_AT, &image.machine) < 0 ||
            bytes_load_u16(file, optional, &magic) < 0 ||
            bytes_load_u32(file, optional + DIRECTORY_COUNT_AT, &count) < 0 ||
            bytes_load_u32(file, image.directory_at, &table) < 0 ||
            bytes_load_u32(file, image.directory_at + 4, &size) < 0)
                return fault_at(ret_fault, ERR_TRUNCATED, file.size, "optional header", "ends too early");
        if (magic != PE32_PLUS || count <= CERTIFICATE_DIRECTORY)
                return fault_at(ret_fault, ERR_VALUE, optional, "optional header", "is not that of PE32+");
        /* What is behind it would be in no digest. */
        if (size > 0 && (table < image.directory_at + DIRECTORY_SIZE ||
                         bytes_slice(file, table, size, &image.certificates) < 0 ||
                         image.certificates.size != bytes_from(file, table).size))
                return fault_at(ret_fault, ERR_VALUE, image.directory_at, "certificate table",
                                "is not the end of the file");
        *ret_image = image;
        return 0;
}

static void update(struct sha256 *sha256, struct bytes file, size_t from, size_t to) {
        sha256_update(sha256, bytes_from(bytes_first(file, to), from));
}

void pe_image_digest(const struct pe_image *image, uint8_t ret_digest[SHA256_SIZE]) {
        static const uint8_t padding[CERTIFICATE_ALIGNMENT];
        size_t end = image->certificates.size > 0 ? (size_t) (image->certificates.data - image->file.data)
                                                  : image->file.size;
        struct sha256 sha256;

        sha256_init(&sha256);
        update(&sha256, image->file, 0, image->checksum_at);
        update(&sha256, image->file, image->checksum_at + 4, image->directory_at);
        update(&sha256, image->file, image->directory_at + DIRECTORY_SIZE, end);
        /* Who signs fills up to where the table may begin. */
        sha256_update(&sha256, bytes_of(padding, -end % CERTIFICATE_ALIGNMENT));
        sha256_finish(&sha256, ret_digest);
}

bool pe_image_next_signature(const struct pe_image *image, size_t *at, struct bytes *ret_signature) {
        uint32_t length;
        uint16_t type;

        while (bytes_load_u32(image->certificates, *at, &length) == 0 &&
               bytes_load_u16(image->certificates, *at + 6, &type) == 0 && length > CERTIFICATE_HEADER_SIZE &&
               bytes_contain(image->certificates, *at, length)) {
                struct bytes whole = bytes_first(bytes_from(image->certificates, *at), length);

                *at += length + -(size_t) length % CERTIFICATE_ALIGNMENT;
                if (type == CERTIFICATE_PKCS) {
                        *ret_signature = bytes_from(whole, CERTIFICATE_HEADER_SIZE);
                        return true;
                }
        }
        return false;
}
