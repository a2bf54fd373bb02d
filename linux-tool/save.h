/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/inventory.h"
#include "store/dump.h"

/* Copies the selected records to `directory`, as dump and clear do. */

/*
 * Tells on standard error of what could not be saved: one line, not one for each record. What was saved
 * is in the work. Returns 0 or the first error.
 */
int save_selected(struct inventory *inventory, const char *directory, struct dump_result *ret_result);

/* Deselects what has no complete copy in `directory`. The number that stay selected, or an error, told. */
int save_keep_dumped(struct inventory *inventory, const char *directory);
