/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/timestamp.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"

#define SECONDS_PER_DAY 86400
#define DAYS_PER_ERA    146097          /* 400 Gregorian years */
#define DAYS_TO_1970    719468          /* from 0000-03-01 */
#define SECONDS_LAST    253402300799ULL /* 9999-12-31T23:59:59Z */

/* Howard Hinnant's "days from civil" arithmetic: years begin in March, so the leap day is their last. */

void timestamp_to_civil(uint64_t seconds, struct civil_time *ret_civil) {
        uint64_t clamped = seconds > SECONDS_LAST ? SECONDS_LAST : seconds;
        uint64_t days = clamped / SECONDS_PER_DAY + DAYS_TO_1970;
        unsigned of_day = (unsigned) (clamped % SECONDS_PER_DAY);
        unsigned of_era = (unsigned) (days % DAYS_PER_ERA);
        unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
        unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
        unsigned march_month = (5 * of_year + 2) / 153;

        *ret_civil = (struct civil_time){
                .year = (int64_t) (days / DAYS_PER_ERA * 400 + year) + (march_month >= 10),
                .month = march_month < 10 ? march_month + 3 : march_month - 9,
                .day = of_year - (153 * march_month + 2) / 5 + 1,
                .hour = of_day / 3600,
                .minute = of_day / 60 % 60,
                .second = of_day % 60,
        };
}

static unsigned days_in_month(int64_t year, unsigned month) {
        static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        return days[month - 1] + (leap && month == 2);
}

static bool civil_is_valid(const struct civil_time *civil) {
        return civil->year >= 1970 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 &&
               civil->day >= 1 && civil->day <= days_in_month(civil->year, civil->month) &&
               civil->hour < 24 && civil->minute < 60 && civil->second < 60;
}

int timestamp_from_civil(const struct civil_time *civil, uint64_t *ret_seconds) {
        uint64_t year, of_year, days;

        if (!civil_is_valid(civil))
                return ERR_VALUE;
        year = (uint64_t) civil->year - (civil->month <= 2);
        /* (153 * m + 2) / 5 is how many days of the year lie before its month m, where March is 0. */
        of_year = (153 * (civil->month + (civil->month > 2 ? -3U : 9U)) + 2) / 5 + civil->day - 1;
        days = year * 365 + year / 4 - year / 100 + year / 400 + of_year - DAYS_TO_1970;
        *ret_seconds = days * SECONDS_PER_DAY + civil->hour * 3600 + civil->minute * 60 + civil->second;
        return 0;
}

static void format_parts(uint64_t seconds, const char *dash, const char *gap, const char *colon,
                         const char *zone, char ret_text[TIMESTAMP_TEXT_SIZE]) {
        struct text text = text_on(ret_text, TIMESTAMP_TEXT_SIZE);
        struct civil_time civil;

        timestamp_to_civil(seconds, &civil);
        text_format(&text, "%04u%s%02u%s%02u%s%02u%s%02u%s%02u%s", (unsigned) civil.year, dash, civil.month,
                    dash, civil.day, gap, civil.hour, colon, civil.minute, colon, civil.second, zone);
}

void timestamp_format_compact(uint64_t seconds, char ret_text[TIMESTAMP_TEXT_SIZE]) {
        format_parts(seconds, "", "T", "", "Z", ret_text);
}

void timestamp_format(uint64_t seconds, char ret_text[TIMESTAMP_TEXT_SIZE]) {
        format_parts(seconds, "-", " ", ":", " UTC", ret_text);
}

void timestamp_format_rfc3339(uint64_t seconds, char ret_text[TIMESTAMP_TEXT_SIZE]) {
        format_parts(seconds, "-", "T", ":", "Z", ret_text);
}

/* A number of exactly so many digits, behind what stands between it and the one before. */
static int take_number(struct bytes text, size_t *at, const char *between, size_t digits,
                       uint64_t *ret_number) {
        struct bytes gap = text_view(between);
        size_t start = *at + gap.size;

        if (!bytes_start_with(bytes_from(text, *at), gap))
                return ERR_VALUE;
        *at = start;
        return decimal_parse(text, at, 9999, ret_number) < 0 || *at - start != digits ? ERR_VALUE : 0;
}

/* decimal_parse() goes on to the last digit, so a form without dashes is cut before. */
static int parse_parts(struct bytes text, size_t *offset, const char *dash, const char *colon,
                       uint64_t *ret_seconds) {
        const struct {
                const char *between;
                size_t digits;
        } parts[] = { { "", 4 }, { dash, 2 }, { dash, 2 }, { "T", 2 }, { colon, 2 }, { colon, 2 } };
        uint64_t numbers[ARRAY_SIZE(parts)];
        struct civil_time civil;
        size_t at = *offset;

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                size_t end = at + text_length(parts[i].between) + parts[i].digits;

                if (take_number(bytes_first(text, end), &at, parts[i].between, parts[i].digits, &numbers[i]) <
                    0)
                        return ERR_VALUE;
        }
        if (!bytes_start_with(bytes_from(text, at), text_view("Z")))
                return ERR_VALUE;
        civil = (struct civil_time){ (int64_t) numbers[0],  (unsigned) numbers[1], (unsigned) numbers[2],
                                     (unsigned) numbers[3], (unsigned) numbers[4], (unsigned) numbers[5] };
        if (timestamp_from_civil(&civil, ret_seconds) < 0)
                return ERR_VALUE;
        *offset = at + 1;
        return 0;
}

int timestamp_parse_compact(struct bytes text, size_t *offset, uint64_t *ret_seconds) {
        return parse_parts(text, offset, "", "", ret_seconds);
}

int timestamp_parse_rfc3339(struct bytes text, size_t *offset, uint64_t *ret_seconds) {
        return parse_parts(text, offset, "-", ":", ret_seconds);
}
