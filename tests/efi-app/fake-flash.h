/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>

#include "base/bytes.h"

/*
 * The flash with the volume of variables, and what firmware tells of it: a block protocol, the map of memory
 * and what services an OS has. Nothing of it is there at first. The services for variables do not write to
 * it.
 */
#define FAKE_FLASH_SIZE    ((size_t) 0x84000)
#define FAKE_FLASH_BLOCK   ((size_t) 0x1000)
#define FAKE_FLASH_ADDRESS UINT64_C(0xffc00000)

struct fake_flash {
        void *functions[5]; /* the protocol, first: a flash is a handle, and its own interface */
        bool is_there;
        uint8_t bytes[FAKE_FLASH_SIZE];
        UINT32 attributes;
        EFI_STATUS address_status, attributes_status, read_status;
        unsigned reads_good; /* so many read() succeed before read_status */
        unsigned reads;

        EFI_MEMORY_DESCRIPTOR map[2]; /* RAM, and where the flash lies */
        size_t descriptor_size;       /* as firmware has it, which may be larger than ours */
        EFI_STATUS map_status;
        unsigned map_grows; /* so many calls want more than the last one said */
};

/* A volume from `content`, a file of edk2's, with what is behind it erased; mapped where no RAM is. */
void fake_flash_put(struct fake_flash *flash, struct bytes content);

/* Deletes all that is live in it, as firmware does. */
void fake_flash_empty(struct fake_flash *flash);

/* Of the machine that runs. */
void fake_flash_install(struct fake_flash *flash, EFI_BOOT_SERVICES *boot);
bool fake_flash_is_protocol(const EFI_GUID *guid);
