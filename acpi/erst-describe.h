/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst-table.h"
#include "base/text.h"

/* The lines of the `erst` verb, the same in both front ends; without their final \n. */

/* "ERST of BOCHS BXPC: 912 bytes, revision 1, 27 entries, checksum right" */
void erst_describe_table(const struct erst_table *table, struct text *text);

/* The heading over the entries. */
void erst_describe_heading(struct text *text);

/*
 * An entry's row: index, instruction, register (space, address, width of the access, bit offset), value and
 * mask; 80 columns where address and value have no more than eight digits. Where the action is another than
 * that of the entry before, a line with its number and name comes first. Nothing behind the last entry.
 */
void erst_describe_entry(const struct erst_table *table, size_t index, struct text *text);

/*
 * "breaks: entry 7: END_OPERATION: the mask cannot hold the value (ACPI 6.5, 18.5.1.2)", in lines of at most
 * 80 columns: it goes on, indented, between two words, and the section stays in one piece. At most 240 bytes.
 */
void erst_describe_finding(const struct erst_finding *finding, struct text *text);

/* "offset 273: entry 7: instruction: is none of the nineteen" */
void erst_describe_fault(const struct erst_fault *fault, struct text *text);
