/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/uboot-builder.h"

#include <string.h>
#include <zlib.h>

#define HEADER 24

void uboot_file_fix_checksum(struct uboot_file *file) {
        store_u32(file->bytes + 20, (uint32_t) crc32(0, file->bytes + HEADER, (uInt) (file->size - HEADER)));
}

void uboot_file_init(struct uboot_file *file) {
        *file = (struct uboot_file){ .size = HEADER };
        memcpy(file->bytes + 8, "UbEfiVa\1", 8);
        store_u32(file->bytes + 16, HEADER);
        uboot_file_fix_checksum(file);
}

size_t uboot_file_add(struct uboot_file *file, const struct guid *vendor, const char *name,
                      const char *data) {
        size_t at = file->size, size = strlen(data);
        uint8_t *entry = file->bytes + at, *next = entry + 32;

        store_u32(entry, (uint32_t) size);
        store_u32(entry + 4, 7);
        memcpy(entry + 16, vendor->bytes, GUID_SIZE);
        for (size_t i = 0; i <= strlen(name); i++, next += 2)
                store_u16(next, (uint8_t) name[i]);
        memcpy(next, data, size);
        file->size = (at + (size_t) (next - entry) + size + 7) & ~(size_t) 7;
        store_u32(file->bytes + 16, (uint32_t) file->size);
        uboot_file_fix_checksum(file);
        return at;
}
