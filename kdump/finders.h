/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/preparation.h"

/*
 * The first half of kdump_prepare(): what is there on this machine that a crash kernel would need. Fills the
 * preparation from `machine` to `tools`, in this order, as far as the phases before have something.
 */
void kdump_find(const char *root, const struct kdump_settings *settings,
                struct kdump_preparation *preparation);
