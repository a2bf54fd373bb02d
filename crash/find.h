/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* Where it is found at `from` or behind; the size of the view where it is not. */
size_t crash_find_byte(struct bytes view, size_t from, uint8_t c);
size_t crash_find(struct bytes view, size_t from, const char *words);

static inline bool crash_has(struct bytes view, const char *words) {
        return crash_find(view, 0, words) < view.size;
}

/* True when the view goes on with these words at an offset. */
bool crash_stands_at(struct bytes view, size_t offset, const char *words);
