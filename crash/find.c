/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/find.h"
#include "base/text.h"

size_t crash_find_byte(struct bytes view, size_t from, uint8_t c) {
        while (from < view.size && view.data[from] != c)
                from++;
        return from < view.size ? from : view.size;
}

bool crash_stands_at(struct bytes view, size_t offset, const char *words) {
        while (*words && offset < view.size && view.data[offset] == (uint8_t) *words) {
                offset++;
                words++;
        }
        return *words == 0;
}

size_t crash_find(struct bytes view, size_t from, const char *words) {
        while ((from = crash_find_byte(view, from, (uint8_t) *words)) < view.size &&
               !crash_stands_at(view, from, words))
                from++;
        return from;
}
