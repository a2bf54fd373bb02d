/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "pstore/boot-report.h"

/*
 * What the application has left at this boot. ERR_NOT_FOUND where it has not run, or efivarfs is not mounted;
 * ERR_VALUE also for a variable that is not volatile, which may be of any boot; the errors of
 * boot_report_read(), and of reading. `root` goes before the path: "" for this machine, a directory in tests.
 */
int boot_report_find(const char *root, struct boot_report *ret_report);
