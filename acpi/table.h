/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "acpi/io.h"
#include "base/bytes.h"

/*
 * What all ACPI tables have in common (ACPI 6.5, 5.2.6), and the way from the RSDP to one of them.
 */
#define ACPI_HEADER_SIZE 36

struct acpi_header {
        char signature[4]; /* without a NUL, as are the other texts: they may hold any bytes */
        uint32_t length;   /* of the whole table, in bytes */
        uint8_t revision;
        uint8_t checksum;
        char oem_id[6];
        char oem_table_id[8];
        uint32_t oem_revision;
        char creator_id[4];
        uint32_t creator_revision;
};

/* ERR_TRUNCATED when there are fewer than 36 bytes. Checks nothing else. */
int acpi_header_load(struct bytes table, struct acpi_header *ret_header);

/* The sum of all bytes; 0 for a table whose checksum is right. */
uint8_t acpi_checksum(struct bytes table);

/*
 * Copies the first table of this signature into `buffer`.
 *
 * RSDP of revision 0 or 2 (ACPI 6.5, 5.2.5.3), with its checksums; then the XSDT, or the RSDT when there is
 * no XSDT. Root tables of more than ACPI_ROOT_ENTRIES_MAX entries are refused, and so are tables longer than
 * ACPI_TABLE_SIZE_MAX. The checksum of the root table and of the found one are not looked at: operating
 * systems only warn about them, and a wrong one must not hide the records of a crash.
 *
 * ERR_NOT_FOUND         no such table
 * ERR_BUFFER_TOO_SMALL  *ret_size is what is needed; the one failure that sets it
 * ERR_SIGNATURE         no RSDP, or no root table, where one should be
 * ERR_CHECKSUM          of the RSDP
 * ERR_LENGTH            a table is shorter than its header, or runs past the end of memory
 * ERR_TOO_LARGE         a bound was hit
 * or what `io` returned.
 */
int acpi_find_table(const struct acpi_io *io, uint64_t rsdp_address, const char signature[4], void *buffer,
                    size_t capacity, size_t *ret_size);

#define ACPI_ROOT_ENTRIES_MAX 1024
#define ACPI_TABLE_SIZE_MAX   0x100000
