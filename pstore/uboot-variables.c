/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/uboot-variables.h"
#include "base/arith.h"
#include "base/crc32.h"
#include "base/error.h"

/* EBBR 2.1, 5.1: EFI_VARIABLE_FILE */
enum {
        FILE_MAGIC = 8,
        FILE_REVISION = 15,
        FILE_LENGTH = 16,
        FILE_CRC32 = 20,
        FILE_HEADER_SIZE = 24,
};

/* EBBR 2.1, 5.2: EFI_VARIABLE_ENTRY. U-Boot's own comment on its length says otherwise, its code does not. */
enum {
        ENTRY_DATA_SIZE = 0,
        ENTRY_ATTRIBUTES = 4,
        ENTRY_VENDOR = 16,
        ENTRY_HEADER_SIZE = 32,
};

#define MAGIC      "UbEfiVa"
#define REVISION_1 1
#define ALIGNMENT  8

bool uboot_variables_recognize(struct bytes image) {
        return bytes_start_with(bytes_from(image, FILE_MAGIC), bytes_of(MAGIC, sizeof(MAGIC) - 1));
}

int uboot_variables_open(struct bytes image, struct uboot_variables *ret_variables, struct fault *ret_fault) {
        uint32_t length = bytes_u32(image, FILE_LENGTH);

        if (image.size < FILE_HEADER_SIZE)
                return fault_at(ret_fault, ERR_TRUNCATED, image.size, "header", "ends too early");
        if (!uboot_variables_recognize(image))
                return fault_at(ret_fault, ERR_SIGNATURE, FILE_MAGIC, "Magic", "is not \"UbEfiVa\"");
        if (bytes_u8(image, FILE_REVISION) != REVISION_1)
                return fault_at(ret_fault, ERR_VALUE, FILE_REVISION, "Revision", "is not 1");
        if (length < FILE_HEADER_SIZE)
                return fault_at(ret_fault, ERR_LENGTH, FILE_LENGTH, "Length", "is less than the header");
        if (length > UBOOT_VARIABLES_SIZE_MAX)
                return fault_at(ret_fault, ERR_LENGTH, FILE_LENGTH, "Length", "is more than U-Boot keeps");
        *ret_variables = (struct uboot_variables){ .image = image, .end = size_min(length, image.size) };
        return 0;
}

int uboot_variables_check(const struct uboot_variables *variables, struct fault *ret_fault) {
        struct bytes file = bytes_first(variables->image, variables->end);

        if (bytes_u32(file, FILE_LENGTH) > file.size)
                return fault_at(ret_fault, ERR_TRUNCATED, FILE_LENGTH, "Length", "exceeds the file");
        if (bytes_crc32(bytes_from(file, FILE_HEADER_SIZE)) != bytes_u32(file, FILE_CRC32))
                return fault_at(ret_fault, ERR_CHECKSUM, FILE_CRC32, "Crc32", "is not that of the variables");
        return 0;
}

/* The bytes of a name without its NUL; all that there are when there is none. */
static size_t name_size(struct bytes name) {
        size_t size = 0;

        while (bytes_contain(name, size, 2) && bytes_u16(name, size) != 0)
                size += 2;
        return size;
}

int uboot_variables_next(const struct uboot_variables *variables, size_t *cursor,
                         struct variable_store_entry *ret_entry, struct fault *ret_fault) {
        size_t offset = *cursor > 0 ? *cursor : FILE_HEADER_SIZE, size;
        struct bytes rest = bytes_from(bytes_first(variables->image, variables->end), offset);
        struct bytes name = bytes_from(rest, ENTRY_HEADER_SIZE), data;
        struct variable_store_entry entry = { .offset = offset, .live = true };

        *cursor = variables->end;
        if (rest.size == 0)
                return 0;
        size = name_size(name);
        if (!bytes_contain(name, size, 2))
                return fault_at(ret_fault, ERR_LENGTH, offset, "VariableName", "does not end in the file");
        if (bytes_slice(name, size + 2, bytes_u32(rest, ENTRY_DATA_SIZE), &data) < 0)
                return fault_at(ret_fault, ERR_LENGTH, offset + ENTRY_DATA_SIZE, "DataSize",
                                "reaches behind the file");
        entry.state = VARIABLE_STATE_ADDED;
        entry.attributes = bytes_u32(rest, ENTRY_ATTRIBUTES);
        (void) guid_load(rest, ENTRY_VENDOR, &entry.vendor);
        entry.name = bytes_first(name, size);
        entry.data = data;
        size = ENTRY_HEADER_SIZE + size + 2 + data.size;
        entry.size = size_min((size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, rest.size);
        *cursor = offset + entry.size;
        *ret_entry = entry;
        return 1;
}
