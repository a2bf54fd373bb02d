/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/inventory.h"
#include "pstore/boot-report.h"

/* What the report of this boot says of what was found: of stores that were all opened and read. */
void boot_report_gather(const struct inventory *inventory, struct boot_report *ret_report);

/* Of what was done with the records. */
void boot_report_add_copies(struct boot_report *report, const struct dump_result *copies);
void boot_report_add_cleared(struct boot_report *report, const struct work *work);

/* Leaves it for the operating system, with what is free now. 0, or what firmware says. */
int boot_report_leave(struct app *app, struct boot_report *report);
