/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"
#include "pstore/vmcoreinfo.h"

/* An ELF core as the kernel shows it: a segment of memory, and notes of CPUs with VMCOREINFO behind them. */

#define VMCORE_BUILT_SIZE 16384

struct vmcore_built {
        uint8_t data[VMCORE_BUILT_SIZE];
        size_t size;
        size_t note_offset; /* of the header of the VMCOREINFO note */
};

/* `text` becomes the note; NULL for a core without it. */
void vmcore_build(struct vmcore_built *core, const char *text);

/* Reads from memory. */
struct vmcore_input vmcore_input_of(const struct bytes *core);
