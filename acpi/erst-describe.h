/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst-table.h"
#include "base/text.h"

/* The lines of the `erst` verb, the same in both front ends; each is one line without its \n. */

/* "ERST of OEM VENDOR table BOARD, 912 bytes, 27 entries, serialization header 48 bytes" */
void erst_describe_table(const struct erst_table *table, struct text *text);

/* The heading over, and one row for, an instruction entry; at most 80 columns. */
void erst_describe_heading(struct text *text);
void erst_describe_entry(const struct erst_table *table, size_t index, struct text *text);

/* "entry 7: mask: cannot hold the value (ACPI 6.5, 18.5.1.2)" */
void erst_describe_finding(const struct erst_finding *finding, struct text *text);

/* "entry 7: instruction: is none of the nineteen (offset 273)" */
void erst_describe_fault(const struct erst_fault *fault, struct text *text);
