/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/table.h"
#include "base/fault.h"

/*
 * The Boot Error Record Table (ACPI 6.5, 18.3.1): where in memory firmware has left what it found when the
 * machine started, status blocks (pstore/cper.h) one behind the other.
 */
#define BERT_TABLE_SIZE    48
#define BERT_TABLE_ADDRESS 40 /* where the region's address stands */

/* No firmware's region is larger; known ones have 4 KiB to 64 KiB. */
#define BERT_REGION_MAX 0x100000

struct bert_table {
        uint64_t address;
        uint32_t length; /* bytes of the region, at most BERT_REGION_MAX */
};

/* ERR_TRUNCATED, ERR_SIGNATURE, ERR_LENGTH or ERR_VALUE with *ret_fault set. The checksum is not looked at:
 * acpi_find_table() says why. */
int bert_table_parse(struct bytes raw, struct bert_table *ret_table, struct fault *ret_fault);
