/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/duration.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"

int duration_parse(const char *text, uint64_t *ret_seconds) {
        static const struct {
                char letter;
                uint64_t seconds;
        } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
        struct bytes view = text_view(text);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, UINT32_MAX, &number) < 0 || view.size != at + 1)
                return ERR_VALUE;
        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (units[i].letter == text[at]) {
                        *ret_seconds = number * units[i].seconds;
                        return 0;
                }
        return ERR_VALUE;
}
