/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst.h"
#include "acpi/io.h"
#include "base/fault.h"
#include "efi-app/app.h"

/* Larger than any ERST seen (1,424 bytes) and than ERST_ENTRIES_MAX entries. */
#define ERST_TABLE_CAPACITY 65536

/* Bare metal: firmware maps physical memory one to one, and ports are ours (UEFI 2.10, 2.3.4). */
struct acpi_io acpi_hardware_io(struct app *app);

/*
 * Copies this machine's ERST into `buffer`. ERR_NO_STORE when there is no ACPI or no such table, otherwise
 * as acpi_find_table(); ERR_TOO_LARGE for a table of more than ERST_TABLE_CAPACITY bytes.
 */
int acpi_hardware_find_erst(struct app *app, struct buffer *buffer);

/*
 * Copies the region of memory that this machine's BERT names into `buffer`. ERR_NO_STORE when there is no
 * such table, or the errors of acpi_find_table() and bert_table_parse(), *ret_fault set by the latter; what
 * the firmware's map of memory does not have is not read, as nobody says that anything is there.
 */
int acpi_hardware_read_bert(struct app *app, struct buffer *buffer, struct fault *ret_fault);
