/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/log-time.h"
#include "base/text.h"

#define US_PER_SECOND   1000000
#define FRACTION_DIGITS 6

/* So many lines are looked at from either end: a log without times is not read whole for each comparison. */
#define LINES_MAX 64

static bool skip(struct bytes line, size_t *at, uint8_t c) {
        if (*at >= line.size || line.data[*at] != c)
                return false;
        (*at)++;
        return true;
}

/* "<6>", which a kernel older than 3.5 may leave out of continued lines */
static void skip_priority(struct bytes line, size_t *at) {
        size_t here = *at;
        uint64_t priority;

        if (skip(line, &here, '<') && decimal_parse(line, &here, UINT32_MAX, &priority) == 0 &&
            skip(line, &here, '>'))
                *at = here;
}

static bool parse_time(struct bytes line, uint64_t *ret_us) {
        uint64_t seconds, fraction;
        size_t at = 0, point;

        skip_priority(line, &at);
        if (!skip(line, &at, '['))
                return false;
        while (skip(line, &at, ' '))
                ;
        if (decimal_parse(line, &at, UINT32_MAX, &seconds) < 0 || !skip(line, &at, '.'))
                return false;
        point = at;
        if (decimal_parse(line, &at, US_PER_SECOND - 1, &fraction) < 0 || at - point != FRACTION_DIGITS ||
            !skip(line, &at, ']'))
                return false;
        *ret_us = seconds * US_PER_SECOND + fraction;
        return true;
}

bool log_time_first(struct bytes log, uint64_t *ret_us) {
        size_t at = 0;

        for (unsigned lines = 0; lines < LINES_MAX && at < log.size; lines++) {
                if (parse_time(bytes_from(log, at), ret_us))
                        return true;
                while (at < log.size && log.data[at] != '\n')
                        at++;
                at++;
        }
        return false;
}

bool log_time_last(struct bytes log, uint64_t *ret_us) {
        size_t end = log.size;

        for (unsigned lines = 0; lines < LINES_MAX && end > 0; lines++) {
                size_t start = end - 1; /* of the line, whose own '\n' is no beginning */

                while (start > 0 && log.data[start - 1] != '\n')
                        start--;
                if (parse_time(bytes_from(log, start), ret_us))
                        return true;
                end = start;
        }
        return false;
}
