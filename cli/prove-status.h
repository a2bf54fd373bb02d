/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"
#include "store/finding.h"

/* How `prove verify` ends, in both front ends. */

#define PROVE_STATUSES "0 proven, 1 failed, 2 usage, 3 nothing to prove, or no reset yet"

/* Of what it found of anything at all. */
int prove_status(const struct findings *findings);
