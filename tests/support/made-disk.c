/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/made-disk.h"

#include <string.h>

#include "base/bytes.h"

#define SECTOR ((size_t) 512)

/* LVM's start value, over the usual polynomial, and without the last step (lib/misc/crc.c). */
static uint32_t lvm_crc(const uint8_t *data, size_t size) {
        uint32_t crc = 0xf597a6cf;

        for (size_t i = 0; i < size; i++) {
                crc ^= data[i];
                for (size_t bit = 0; bit < 8; bit++)
                        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
        return crc;
}

void made_pv_fill(uint8_t disk[MADE_DISK_SIZE], size_t sector, const char *uuid, uint64_t metadata) {
        uint8_t *label = disk + sector * SECTOR, *header = disk + MADE_PV_HEADER;

        memset(disk, 0, MADE_DISK_SIZE);
        memcpy(label, "LABELONE", 8);
        store_u64(label + 8, sector);
        store_u32(label + 20, 32);
        memcpy(label + 24, "LVM2 001", 8);
        memcpy(label + 32, uuid, 32);
        store_u64(label + 64, 400 << 20);
        store_u64(label + MADE_PV_AREA, 1 << 20); /* data; then the end of its list, and of the other */
        store_u64(label + MADE_PV_AREA + 32, MADE_PV_HEADER);
        store_u64(label + MADE_PV_AREA + 40, (1 << 20) - MADE_PV_HEADER);
        store_u32(label + 16, lvm_crc(label + 20, SECTOR - 20));
        memcpy(header + 4, " LVM2 x[5A%r0N*>", 16);
        store_u32(header + 20, 1);
        store_u64(header + 24, MADE_PV_HEADER);
        store_u64(header + 40, metadata);
}

/* struct mdp_superblock_1 */
void made_member_fill(uint8_t disk[MADE_DISK_SIZE], uint8_t array, uint8_t member, uint64_t events) {
        uint8_t *superblock = disk + 4096;
        uint64_t sum = 0;

        memset(disk, 0, MADE_DISK_SIZE);
        store_u32(superblock, 0xa92b4efc);
        store_u32(superblock + 4, 1);
        memset(superblock + 16, array, 16);
        store_u32(superblock + 72, 1);
        store_u32(superblock + 92, 2);
        store_u64(superblock + 144, 8); /* its own place, in sectors */
        memset(superblock + 168, member, 16);
        store_u64(superblock + 200, events);
        store_u64(superblock + 208, UINT64_MAX);
        store_u32(superblock + 220, 2);
        for (size_t i = 0; i < 260; i += 4)
                sum += bytes_u32(bytes_of(superblock, 260), i);
        store_u32(superblock + 216, (uint32_t) sum + (uint32_t) (sum >> 32));
}
