/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/made-image.h"

#include <string.h>

#define HEADERS_SIZE     0x200
#define SECTION_AT       0x148 /* behind sixteen directories */
#define CERTIFICATE_SIZE 8
#define ALIGNMENT        8

void made_image_fill(uint8_t ret_image[MADE_IMAGE_SIZE]) {
        uint8_t *optional = ret_image + MADE_IMAGE_MAGIC_AT, *section = ret_image + SECTION_AT;

        memset(ret_image, 0, MADE_IMAGE_SIZE);
        memcpy(ret_image, "MZ", 2);
        store_u32(ret_image + 0x3c, MADE_IMAGE_PE_AT);
        memcpy(ret_image + MADE_IMAGE_PE_AT, "PE\0\0", 4);
        store_u16(ret_image + MADE_IMAGE_MACHINE_AT, 0x8664);
        store_u16(ret_image + 0x46, 1); /* section */
        store_u16(ret_image + 0x54, SECTION_AT - MADE_IMAGE_MAGIC_AT);
        store_u16(ret_image + 0x56, 0x22); /* executable, large addresses */
        store_u16(optional, 0x20b);
        store_u32(optional + 16, 0x1000);       /* entry */
        store_u32(optional + 32, 0x1000);       /* alignment in memory */
        store_u32(optional + 36, HEADERS_SIZE); /* and in the file */
        store_u32(optional + 56, 0x2000);       /* size in memory */
        store_u32(optional + 60, HEADERS_SIZE);
        store_u32(ret_image + MADE_IMAGE_CHECKSUM_AT, 0x12345678);
        store_u16(optional + 68, 10); /* an EFI application */
        store_u32(ret_image + MADE_IMAGE_COUNT_AT, 16);
        memcpy(section, ".text", 5);
        store_u32(section + 8, MADE_IMAGE_SIZE - HEADERS_SIZE);
        store_u32(section + 12, 0x1000);
        store_u32(section + 16, MADE_IMAGE_SIZE - HEADERS_SIZE);
        store_u32(section + 20, HEADERS_SIZE);
        store_u32(section + 36, 0x60000020); /* code that is read and run */
        for (size_t at = HEADERS_SIZE; at < MADE_IMAGE_SIZE; at++)
                ret_image[at] = (uint8_t) (at * 7);
}

void made_image_sign(struct buffer *image, uint16_t type, struct bytes signature) {
        static const uint8_t padding[ALIGNMENT];
        uint8_t header[CERTIFICATE_SIZE];
        uint8_t *directory;

        store_u32(header, (uint32_t) (CERTIFICATE_SIZE + signature.size));
        store_u16(header + 4, 0x200);
        store_u16(header + 6, type);
        buffer_append(image, bytes_of(header, sizeof(header)));
        buffer_append(image, signature);
        buffer_append(image, bytes_of(padding, -signature.size % ALIGNMENT));
        directory = image->data + MADE_IMAGE_DIRECTORY_AT;
        store_u32(directory, MADE_IMAGE_SIZE);
        store_u32(directory + 4, (uint32_t) (image->size - MADE_IMAGE_SIZE));
}
