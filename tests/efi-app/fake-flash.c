/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-flash.h"

#include <stdlib.h>
#include <string.h>

#include "pstore/variable-store.h"
#include "tests/support/memory-image.h"
#include "tests/support/test.h"

static struct fake_flash *now; /* the machine's that runs */

static EFI_STATUS EFIAPI get_attributes(const struct fake_flash *flash, UINT32 *ret_attributes) {
        *ret_attributes = flash->attributes;
        return flash->attributes_status;
}

static EFI_STATUS EFIAPI get_physical_address(const struct fake_flash *flash,
                                              EFI_PHYSICAL_ADDRESS *ret_address) {
        *ret_address = FAKE_FLASH_ADDRESS;
        return flash->address_status;
}

static EFI_STATUS EFIAPI get_block_size(const struct fake_flash *flash, EFI_LBA block, UINTN *ret_size,
                                        UINTN *ret_count) {
        (void) flash;
        if (block >= FAKE_FLASH_SIZE / FAKE_FLASH_BLOCK)
                return EFI_INVALID_PARAMETER;
        *ret_size = FAKE_FLASH_BLOCK;
        *ret_count = FAKE_FLASH_SIZE / FAKE_FLASH_BLOCK - block;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_flash(struct fake_flash *flash, EFI_LBA block, UINTN offset, UINTN *size,
                                    UINT8 *buffer) {
        size_t begin = block * FAKE_FLASH_BLOCK + offset;

        if (EFI_ERROR(flash->read_status) && flash->reads++ >= flash->reads_good)
                return flash->read_status;
        assert_true(begin + *size <= FAKE_FLASH_SIZE && offset + *size <= FAKE_FLASH_BLOCK);
        memcpy(buffer, flash->bytes + begin, *size);
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *ret_key,
                                        UINTN *ret_descriptor_size, UINT32 *ret_version) {
        size_t needed = ARRAY_SIZE(now->map) * now->descriptor_size;
        bool fits = *size >= needed;

        *ret_descriptor_size = now->descriptor_size;
        *ret_key = 1;
        *ret_version = EFI_MEMORY_DESCRIPTOR_VERSION;
        if (EFI_ERROR(now->map_status))
                return now->map_status;
        if (fits && now->map_grows > 0) {
                now->map_grows--;
                *size += 1;
                return EFI_BUFFER_TOO_SMALL;
        }
        *size = needed;
        if (!fits)
                return EFI_BUFFER_TOO_SMALL;
        for (size_t i = 0; i < ARRAY_SIZE(now->map); i++)
                memcpy((uint8_t *) map + i * now->descriptor_size, &now->map[i], sizeof(now->map[i]));
        return EFI_SUCCESS;
}

void fake_flash_put(struct fake_flash *flash, struct bytes content) {
        assert_true(content.size <= FAKE_FLASH_SIZE);
        memset(flash->bytes, 0xff, sizeof(flash->bytes));
        memcpy(flash->bytes, content.data, content.size);
        flash->is_there = true;
}

void fake_flash_empty(struct fake_flash *flash) {
        struct memory_image image;
        struct variable_store store;
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;

        memory_image_init(&image, bytes_of(flash->bytes, sizeof(flash->bytes)));
        image.steps_allowed = SIZE_MAX;
        assert_ok(variable_store_open(memory_image_bytes(&image), &store, &fault));
        while (variable_store_next(&store, &cursor, &entry, &fault) != 0)
                if (entry.live)
                        assert_ok(variable_store_delete(&store, &entry.vendor, entry.name, &image.writer,
                                                        &fault));
        memcpy(flash->bytes, image.data, sizeof(flash->bytes));
        memory_image_free(&image);
}

void fake_flash_install(struct fake_flash *flash, EFI_BOOT_SERVICES *boot) {
        flash->functions[0] = (void *) get_attributes;
        flash->functions[2] = (void *) get_physical_address;
        flash->functions[3] = (void *) get_block_size;
        flash->functions[4] = (void *) read_flash;
        flash->attributes = 0x20;
        flash->descriptor_size = sizeof(EFI_MEMORY_DESCRIPTOR) + 8;
        flash->map[0] = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiConventionalMemory,
                                                 .NumberOfPages = 0x1000,
                                                 .Attribute = EFI_MEMORY_UC | EFI_MEMORY_WB };
        flash->map[1] = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiRuntimeServicesData,
                                                 .PhysicalStart = FAKE_FLASH_ADDRESS,
                                                 .NumberOfPages = FAKE_FLASH_SIZE / EFI_PAGE_SIZE,
                                                 .Attribute = EFI_MEMORY_UC | EFI_MEMORY_RUNTIME };
        boot->GetMemoryMap = get_memory_map;
        now = flash;
}

bool fake_flash_is_protocol(const EFI_GUID *guid) {
        static const EFI_GUID protocol = {
                0x8f644fa9, 0xe850, 0x4db1, { 0x9c, 0xe2, 0x0b, 0x44, 0x69, 0x8e, 0x8d, 0xa4 }
        };

        return memcmp(guid, &protocol, sizeof(protocol)) == 0;
}
