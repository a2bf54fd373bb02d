/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* "90s", "15m", "36h", "30d", "2w": a number and a unit. ERR_VALUE for anything else. */
int duration_parse(const char *text, uint64_t *ret_seconds);
