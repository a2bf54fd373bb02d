/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"

/*
 * Where `wanted` begins in a view, and NULL where it does not; in none of nothing, nor where nothing is
 * wanted: memmem(3), which may not be asked about either.
 */
const uint8_t *bytes_search(struct bytes view, struct bytes wanted);
