/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst-table.h"

/*
 * Builds ERST tables, good ones and bad ones, without libc's or cmocka's help: fuzzers use it too.
 */
#define ERST_BUILDER_ENTRIES_MAX 64

struct erst_builder {
        uint8_t raw[ERST_HEADER_SIZE + ERST_BUILDER_ENTRIES_MAX * ERST_ENTRY_SIZE];
        size_t count;
};

void erst_builder_init(struct erst_builder *builder);

/* abort()s when there is no room. */
void erst_builder_add(struct erst_builder *builder, struct erst_entry entry);

/* The same with the entry as its initializers. */
#define ERST_BUILDER_ADD(builder, ...) erst_builder_add((builder), (struct erst_entry){ __VA_ARGS__ })

/*
 * Only the header, of a table with more entries than a builder has room for: `raw` has ERST_HEADER_SIZE
 * bytes. Its checksum is left wrong.
 */
void erst_builder_write_header(uint8_t *raw, uint32_t entry_count);

/* Sets length, count and checksum, and returns the table; it lies in the builder. */
struct bytes erst_builder_finish(struct erst_builder *builder);

/* Makes the sum of an ACPI structure's first `size` bytes 0 by the byte at `offset`. */
void erst_builder_fix_checksum(uint8_t *structure, size_t size, size_t offset);

/* The register regions that tables are made of; `access_bits` 8, 16, 32 or 64. */
struct gas erst_builder_memory(uint64_t address, unsigned access_bits);
struct gas erst_builder_port(uint64_t address, unsigned access_bits);
