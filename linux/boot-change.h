/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"

/*
 * Writes what changes the kernel's command line for each boot to come: the command to be typed on this
 * machine, where its boot loader has one, or in words what has to be done. `add` and `remove` are words of
 * the command line without blanks and quotes; either may be NULL. `root` goes before the paths that are
 * looked at.
 */
void boot_change_put(const char *root, const char *add, const char *remove, struct text *text);
