/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/esp.h"
#include "store/dump-target.h"
#include "store/retained.h"
#include "store/work.h"

/*
 * Removes of the events in a directory of dumps what is too much: which `target` is, on `esp`, at `path`.
 * What the work has just made stays, and what holds a record that is still in a store. An event is what a
 * manifest of ours says in a directory with nothing beside it; all else is neither counted nor removed. How
 * many events have gone, or an error.
 */
int boot_retention_prune(struct esp *esp, const char *path, const struct dump_target *target,
                         const struct retention_limits *limits, const struct work *work);
