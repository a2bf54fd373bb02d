/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/duration.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"

static const struct {
        uint8_t letter;
        uint32_t seconds;
} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };

int duration_parse(struct bytes text, uint64_t *ret_seconds) {
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(text, &at, UINT64_MAX, &number) < 0 || at + 1 != text.size)
                return ERR_VALUE;
        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (units[i].letter == text.data[at])
                        return u64_multiply(number, units[i].seconds, ret_seconds) ? 0 : ERR_VALUE;
        return ERR_VALUE;
}
