/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/erst-builder.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_LENGTH   4
#define TABLE_CHECKSUM 9
#define TABLE_COUNT    44

void erst_builder_init(struct erst_builder *builder) {
        memset(builder, 0, sizeof(*builder));
        memcpy(builder->raw, "ERST", 4);
        builder->raw[8] = 1;
        memcpy(builder->raw + 10, "PSTORE", 6);
        memcpy(builder->raw + 16, "FAKEERST", 8);
        store_u32(builder->raw + 24, 1);
        memcpy(builder->raw + 28, "TEST", 4);
        store_u32(builder->raw + 32, 1);
        store_u32(builder->raw + 36, 12);
}

void erst_builder_add(struct erst_builder *builder, struct erst_entry entry) {
        uint8_t *raw = builder->raw + ERST_HEADER_SIZE + builder->count * ERST_ENTRY_SIZE;

        if (builder->count == ERST_BUILDER_ENTRIES_MAX)
                abort();
        raw[0] = entry.action;
        raw[1] = entry.instruction;
        raw[2] = entry.flags;
        raw[3] = entry.reserved;
        raw[4] = entry.register_region.space;
        raw[5] = entry.register_region.bit_width;
        raw[6] = entry.register_region.bit_offset;
        raw[7] = entry.register_region.access;
        store_u64(raw + 8, entry.register_region.address);
        store_u64(raw + 16, entry.value);
        store_u64(raw + 24, entry.mask);
        builder->count++;
}

void erst_builder_fix_checksum(uint8_t *structure, size_t size, size_t offset) {
        structure[offset] = 0;
        structure[offset] = (uint8_t) -acpi_checksum(bytes_of(structure, size));
}

void erst_builder_write_header(uint8_t *raw, uint32_t entry_count) {
        struct erst_builder builder;

        erst_builder_init(&builder);
        memcpy(raw, builder.raw, ERST_HEADER_SIZE);
        store_u32(raw + TABLE_LENGTH, ERST_HEADER_SIZE + entry_count * ERST_ENTRY_SIZE);
        store_u32(raw + TABLE_COUNT, entry_count);
}

struct bytes erst_builder_finish(struct erst_builder *builder) {
        size_t size = ERST_HEADER_SIZE + builder->count * ERST_ENTRY_SIZE;

        store_u32(builder->raw + TABLE_LENGTH, (uint32_t) size);
        store_u32(builder->raw + TABLE_COUNT, (uint32_t) builder->count);
        erst_builder_fix_checksum(builder->raw, size, TABLE_CHECKSUM);
        return bytes_of(builder->raw, size);
}

static struct gas region(uint8_t space, uint64_t address, unsigned access_bits) {
        return (struct gas){ .space = space,
                             .bit_width = (uint8_t) access_bits,
                             .access = (uint8_t) (__builtin_ctz(access_bits) - 2),
                             .address = address };
}

struct gas erst_builder_memory(uint64_t address, unsigned access_bits) {
        return region(GAS_SPACE_MEMORY, address, access_bits);
}

struct gas erst_builder_port(uint64_t address, unsigned access_bits) {
        return region(GAS_SPACE_IO, address, access_bits);
}
