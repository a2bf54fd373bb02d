/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"

/*
 * "90s", "15m", "36h", "30d", "2w": a whole number and its unit, with nothing around or between them.
 * ERR_VALUE for anything else, and for more seconds than 64 bits hold.
 */
int duration_parse(struct bytes text, uint64_t *ret_seconds);
