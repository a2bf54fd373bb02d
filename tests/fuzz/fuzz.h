/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

#include "base/bytes.h"

/* What libFuzzer and replay.c call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The invariant of a fuzzer: what does not hold is a finding. */
static inline void fuzz_check(bool holds) {
        if (!holds)
                abort();
}

/* The next bytes of an input, fewer where it ends. */
static inline struct bytes fuzz_take(struct bytes *input, size_t size) {
        struct bytes taken = bytes_first(*input, size);

        *input = bytes_from(*input, taken.size);
        return taken;
}
