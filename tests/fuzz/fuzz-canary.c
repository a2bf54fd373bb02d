/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as a record's text: what is a canary by its first line is written again, and is intact exactly
 * when it is the same, byte for byte; else it says from where on it is not.
 */
#include "store/canary.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size), same;
        struct canary canary;
        char written[CANARY_SIZE];
        struct text text = TEXT_ON(written);

        if (canary_parse(input, &canary) < 0)
                return 0;
        fuzz_check(size <= (size_t) 2 * CANARY_SIZE);
        fuzz_check(canary.named || !canary.intact);
        if (!canary.named)
                return 0;
        canary_format(&canary, &text);
        fuzz_check(!text.truncated);
        fuzz_check(canary.intact == bytes_equal(text_bytes(&text), input));
        if (canary.intact)
                return 0;
        same = bytes_first(input, canary.differs_at);
        fuzz_check(same.size == canary.differs_at);
        fuzz_check(bytes_equal(bytes_first(text_bytes(&text), canary.differs_at), same));
        return 0;
}
