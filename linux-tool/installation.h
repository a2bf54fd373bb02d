/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/finding.h"

/*
 * Adds what is so of the application on this machine's ESP: whether it is installed, current, in the
 * firmware's order and would be started. Nothing where the system was not started by UEFI. What may not be
 * read, as the ESP by others than root, is not spoken of; no device is opened. `root` goes before each path
 * but that of the variables (linux/efivarfs.h): "" for this machine.
 */
void installation_judge(const char *root, struct findings *findings);
