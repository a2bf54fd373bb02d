/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst-table.h"
#include "efi-app/app.h"

/*
 * Switches memory decode on for every PCI device that has one of the table's registers in its memory. OVMF
 * builds the table while decode is on and then restores what was before, so that QEMU's acpi-erst device
 * answers all ones to an application. Devices without such a register are left alone.
 */
void pci_decode_enable(struct app *app, const struct erst_table *table);
