/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "acpi/io.h"
#include "base/bytes.h"

/*
 * An error log address range that is NVRAM (attribute 0x2; ACPI 6.5, 18.5.2.4.1): what is written into it
 * stays, and it has room for some records, which are read where they lie, without the platform.
 *
 * The specification does not say where in the range they lie. So a record is found by what it begins with:
 * "CPER" (UEFI 2.10, N.2.1), with "ER" in its persistence information (ACPI 6.5, 18.5.1.3) and an identifier
 * that a record may have, at any offset. Room for a new one is what holds nothing but 0x00 and 0xff outside
 * of all records: other bytes may be the platform's own.
 */
struct erst_nvram {
        const struct acpi_io *io;
        uint64_t address, size; /* of the range, physical; it does not wrap */
};

/* A range that claims more is looked through up to here. */
#define ERST_NVRAM_SIZE_MAX 0x100000

struct erst_nvram_record {
        uint64_t offset, id;
        uint32_t length;
        bool damaged; /* its length is less than a header or leaves the range */
};

/*
 * The first record at or behind *offset, which is moved behind it: start at 0. Returns 1, or 0 when there is
 * none any more, or what `io` returned. Behind a damaged record the search goes on inside of it.
 */
int erst_nvram_next(const struct erst_nvram *nvram, uint64_t *offset, struct erst_nvram_record *ret_record);

/*
 * The first record with this identifier that does not lie at `except`: a damaged one only where there is no
 * whole one. 1, 0, or what `io` returned; *ret_record may have changed then.
 */
int erst_nvram_find(const struct erst_nvram *nvram, uint64_t id, uint64_t except,
                    struct erst_nvram_record *ret_record);

/* 1 when both have the same bytes, 0 when not, or when one is damaged; or what `io` returned. */
int erst_nvram_same(const struct erst_nvram *nvram, const struct erst_nvram_record *left,
                    const struct erst_nvram_record *right);

#define ERST_NVRAM_NOWHERE UINT64_MAX

/* A place for `size` bytes, aligned to 8; ERR_NO_SPACE, or what `io` returned. */
int erst_nvram_find_room(const struct erst_nvram *nvram, uint64_t size, uint64_t *ret_offset);

/*
 * Puts a record, with its "ER", at `offset`; its first four bytes last, so that a half-written one is none.
 * It has 128 bytes at least, begins with "CPER" and fits.
 */
int erst_nvram_store(const struct erst_nvram *nvram, uint64_t offset, struct bytes record);

/*
 * Overwrites a record with zeros, from its first byte on; of a damaged one its first four bytes alone, as
 * another may begin inside of it.
 */
int erst_nvram_wipe(const struct erst_nvram *nvram, const struct erst_nvram_record *record);
