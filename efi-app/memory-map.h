/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"

/*
 * True when all of the `size` bytes lie in memory that the firmware tells of (UEFI 2.10, 7.2) and `accept`
 * takes; false, too, when it tells nothing.
 */
bool memory_map_covers(struct app *app, uint64_t address, uint64_t size,
                       bool (*accept)(const EFI_MEMORY_DESCRIPTOR *descriptor));
