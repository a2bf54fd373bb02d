/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"
#include "store/finding.h"

/* What `check` finds on the same command line: its verdict, and the gravest of its findings. */
enum verdict check_verdict(const struct options *options, struct finding *ret_worst);
