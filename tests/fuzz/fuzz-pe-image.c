/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Images for firmware, and lists of signatures. The first four bytes say how long the image is; the lists are
 * the rest. What is parsed is within the file, signatures lie in the table one behind the other, and the
 * digest is the same when checksum and table are gone.
 */
#include <string.h>

#include "linux/secure-boot.h"
#include "tests/fuzz/fuzz.h"

#define SIZE_MAX_OF_INPUT ((size_t) 256 * 1024)
#define DIRECTORY_SIZE    8

static void check_signatures(const struct pe_image *image) {
        struct bytes table = image->certificates, signature;
        size_t at = 0, end = 0;

        while (pe_image_next_signature(image, &at, &signature)) {
                size_t from = (size_t) (signature.data - table.data);

                fuzz_check(signature.size > 0 && from >= end + 8 && from <= table.size);
                fuzz_check(bytes_u32(table, from - 8) == signature.size + 8);
                end = from + signature.size;
                fuzz_check(end <= table.size && at >= end && at % 8 == 0);
        }
}

/* Without them; where the table is aligned, as who signs has it. */
static void check_unsigned(const struct pe_image *image, const uint8_t digest[SHA256_SIZE]) {
        size_t size = image->file.size - image->certificates.size;
        struct pe_image parsed;
        struct fault fault;
        uint8_t again[SHA256_SIZE];
        uint8_t *copy = malloc(size);

        fuzz_check(copy != NULL);
        memcpy(copy, image->file.data, size);
        memset(copy + image->checksum_at, 0, 4);
        memset(copy + image->directory_at, 0, DIRECTORY_SIZE);
        /* Fields may lie in one another. */
        if (pe_image_parse(bytes_of(copy, size), &parsed, &fault) == 0 &&
            parsed.checksum_at == image->checksum_at) {
                pe_image_digest(&parsed, again);
                fuzz_check(memcmp(digest, again, SHA256_SIZE) == 0);
        }
        free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes rest = bytes_of(data, size), file;
        uint8_t digest[SHA256_SIZE];
        struct pe_image image;
        struct fault fault;
        uint32_t file_size;

        if (size > SIZE_MAX_OF_INPUT || bytes_load_u32(rest, 0, &file_size) < 0)
                return 0;
        rest = bytes_from(rest, 4);
        file = fuzz_take(&rest, file_size);
        if (pe_image_parse(file, &image, &fault) < 0)
                return 0;
        fuzz_check(bytes_contain(file, image.checksum_at, 4));
        fuzz_check(bytes_contain(file, image.directory_at, DIRECTORY_SIZE));
        fuzz_check(image.certificates.size <= file.size - image.directory_at - DIRECTORY_SIZE);
        pe_image_digest(&image, digest);
        check_signatures(&image);
        check_unsigned(&image, digest);
        (void) signature_lists_name(rest, &image);
        return 0;
}
