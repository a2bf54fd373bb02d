/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"
#include "store/canary.h"

/*
 * Which canaries were armed since the last reset: firmware has no name for the time between two resets, but
 * variables that it forgets at each (UEFI 2.10, 8.2: neither non-volatile nor seen by an OS).
 */

/* Where firmware keeps no such variables it stays unknown. */
void armed_note(struct app *app, const struct canary *canary);

bool armed_since_reset(const struct app *app, const struct canary *canary);
