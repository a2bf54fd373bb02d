/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

/* What a letter behind "Tainted:" says, such as "a module from outside the kernel's tree"; NULL: unknown. */
const char *crash_taint_words(uint8_t letter);

/* True for a word of such letters alone, of which a kernel has one or more behind "Tainted:". */
bool crash_taint_letters(struct bytes word);
