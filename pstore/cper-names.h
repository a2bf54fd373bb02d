/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/guid.h"

/* The names that UEFI 2.10, appendix N gives to GUIDs and numbers in error records, and those of Linux' and
 * Windows' own. */

/* "memory", "PCI Express" …: NULL for a section type that is not known (N.2.2, N.2.4 and following). */
const char *cper_section_type_name(const struct guid *type);

/* "machine check exception" …: NULL when not known (N.2.1.1). */
const char *cper_notification_name(const struct guid *type);

/* "Linux", "Windows"; NULL for another, such as a firmware's own. */
const char *cper_creator_name(const struct guid *creator);

/* "fatal" …; "unknown" (N.2.1, "Error Severity"). */
const char *cper_severity_name(uint32_t severity);
