/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/line.h"
#include "base/text.h"
#include "crash/find.h"

#define US_PER_SECOND   1000000
#define FRACTION_DIGITS 6

/* So far into a line may that end which is not the kernel's: a date, a host, the prompt of a login. */
#define FOREIGN_MAX 160

/* What is longer was not said by one printk(), and a log without a line's end shall cost no more than others.
 */
#define LINE_MAX    2048

#define CALLER_TASK (UINT64_C(1) << 33)
#define CALLER_CPU  (UINT64_C(1) << 32)

static bool skip(struct bytes view, size_t *at, uint8_t c) {
        if (*at >= view.size || view.data[*at] != c)
                return false;
        (*at)++;
        return true;
}

static void skip_blanks(struct bytes view, size_t *at) {
        while (skip(view, at, ' '))
                ;
}

/* "<6>", which may stand before a time or alone */
static void skip_priority(struct bytes view, size_t *at) {
        size_t here = *at;
        uint64_t priority;

        if (skip(view, &here, '<') && decimal_parse(view, &here, UINT32_MAX, &priority) == 0 &&
            skip(view, &here, '>'))
                *at = here;
}

/* "[   12.345678]" */
static bool skip_time(struct bytes view, size_t *at, uint64_t *ret_us) {
        uint64_t seconds, fraction;
        size_t here = *at, point;

        if (!skip(view, &here, '['))
                return false;
        skip_blanks(view, &here);
        if (decimal_parse(view, &here, UINT32_MAX, &seconds) < 0 || !skip(view, &here, '.'))
                return false;
        point = here;
        if (decimal_parse(view, &here, US_PER_SECOND - 1, &fraction) < 0 || here - point != FRACTION_DIGITS ||
            !skip(view, &here, ']'))
                return false;
        *at = here;
        *ret_us = seconds * US_PER_SECOND + fraction;
        return true;
}

/* "T123" or "C0" */
static bool skip_caller_name(struct bytes view, size_t *at, uint64_t *ret_caller) {
        size_t here = *at;
        uint64_t number, flag = 0;

        if (skip(view, &here, 'T'))
                flag = CALLER_TASK;
        else if (skip(view, &here, 'C'))
                flag = CALLER_CPU;
        if (!flag || decimal_parse(view, &here, UINT32_MAX, &number) < 0)
                return false;
        *at = here;
        *ret_caller = flag | number;
        return true;
}

/* "[ T123]" behind the time */
static void skip_caller(struct bytes view, size_t *at, uint64_t *ret_caller) {
        size_t here = *at;
        uint64_t caller;

        skip_blanks(view, &here);
        if (!skip(view, &here, '['))
                return;
        skip_blanks(view, &here);
        if (!skip_caller_name(view, &here, &caller) || !skip(view, &here, ']'))
                return;
        *at = here;
        *ret_caller = caller;
}

/* The kernel's own: "<6>[   12.345678][ T123] ". False where there is no time. */
static bool skip_console(struct bytes view, size_t *at, struct crash_line *line) {
        size_t here = *at;

        skip_priority(view, &here);
        if (!skip_time(view, &here, &line->time_us))
                return false;
        line->has_time = true;
        line->caller = CRASH_CALLER_TIMED;
        skip_caller(view, &here, &line->caller);
        (void) skip(view, &here, ' ');
        *at = here;
        return true;
}

/* /dev/kmsg and the extended netconsole: "6,1234,5678901,-,caller=T1;" */
static bool skip_kmsg(struct bytes view, size_t *at, struct crash_line *line) {
        static const char caller_is[] = "caller=";
        uint64_t priority, sequence, time_us;
        size_t here = *at, end, caller;

        if (decimal_parse(view, &here, UINT32_MAX, &priority) < 0 || !skip(view, &here, ',') ||
            decimal_parse(view, &here, UINT64_MAX, &sequence) < 0 || !skip(view, &here, ',') ||
            decimal_parse(view, &here, UINT64_MAX / 2, &time_us) < 0 || !skip(view, &here, ','))
                return false;
        end = crash_find_byte(bytes_first(view, FOREIGN_MAX), here, ';');
        if (end >= view.size || view.data[end] != ';')
                return false;
        line->has_time = true;
        line->time_us = time_us;
        line->caller = CRASH_CALLER_TIMED;
        caller = crash_find(bytes_first(view, end), here, caller_is);
        if (caller < end) {
                caller += sizeof(caller_is) - 1;
                (void) skip_caller_name(view, &caller, &line->caller);
        }
        *at = end + 1;
        return true;
}

/* "1764421861.123456 host " of journalctl -o short-unix */
static bool starts_with_seconds(struct bytes view) {
        uint64_t number;
        size_t at = 0;

        return decimal_parse(view, &at, UINT32_MAX, &number) == 0 && skip(view, &at, '.') &&
               decimal_parse(view, &at, US_PER_SECOND - 1, &number) == 0 && at == 17 && skip(view, &at, ' ');
}

/*
 * "Nov 29 13:11:01" or "2026-11-29T13:11:01": a date, and within a few characters a time of day. journalctl
 * -o short-full has a day of the week before it.
 */
static bool starts_with_date(struct bytes view) {
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        bool named;

        if (view.size > 12 && view.data[3] == ' ' && view.data[8] == '-' && view.data[11] == '-')
                view = bytes_from(view, 4);
        named = view.size > 19 && view.data[3] == ' ' && view.data[9] == ':' && view.data[12] == ':';

        if (view.size > 19 && digit_is_decimal(view.data[0]) && view.data[4] == '-' && view.data[7] == '-' &&
            view.data[13] == ':' && view.data[16] == ':')
                return true;
        for (size_t i = 0; named && i + 3 < sizeof(months); i += 3)
                if (bytes_start_with(view, bytes_of(months + i, 3)))
                        return true;
        return false;
}

/* Before what the kernel said, in syslog and in the journal. */
static const char program[] = " kernel: ";

/*
 * What syslog and journalctl put before the line of a kernel; false for the line of another program, which
 * may well quote one.
 */
static bool skip_syslog(struct bytes view, size_t *at) {
        size_t found;

        if (!starts_with_date(view) && !starts_with_seconds(view))
                return true;
        if (view.size > 19 && view.data[19] == ',') { /* dmesg --time-format iso, which has no program */
                *at = crash_find_byte(view, 0, ' ') + 1;
                return true;
        }
        found = crash_find(bytes_first(view, FOREIGN_MAX), 0, program);
        if (found >= view.size || found >= FOREIGN_MAX)
                return false;
        *at = found + sizeof(program) - 1;
        return true;
}

/* journalctl -o short-monotonic: "host kernel: " behind the time */
static void skip_host(struct bytes view, size_t *at) {
        size_t blank = crash_find_byte(bytes_first(view, *at + FOREIGN_MAX), *at, ' ');

        if (crash_stands_at(view, blank, program))
                *at = blank + sizeof(program) - 1;
}

/* "kern  :warn  : " of dmesg -x */
static void skip_level(struct bytes view, size_t *at) {
        static const char facility[] = "kern  :";
        size_t here = *at + sizeof(facility) - 1,
               end = crash_find_byte(bytes_first(view, FOREIGN_MAX), here, ':');

        if (crash_stands_at(view, *at, facility) && crash_stands_at(view, end, ": "))
                *at = end + 2;
}

/*
 * "[Sun Nov 29 13:11:01 2026] " of dmesg -T, "[Nov29 13:11] " and "[  +0.000012] " of -H, "[    1.234567 <
 * 0.1>] " of -d, and what programs that log a serial line have for it
 */
static void skip_stamp(struct bytes view, size_t *at) {
        size_t here = *at;
        bool is_time;

        if (!skip(view, &here, '['))
                return;
        skip_blanks(view, &here);
        is_time = skip(view, &here, '+');
        for (; here < view.size && here < FOREIGN_MAX && view.data[here] != ']'; here++)
                is_time |= digit_is_decimal(view.data[here - 1]) &&
                           (view.data[here] == ':' || crash_stands_at(view, here, " <"));
        if (is_time && crash_stands_at(view, here, "] "))
                *at = here + 2;
}

/* On a serial line the kernel's stands behind whatever was there, such as "debian login: ". */
static void skip_prompt(struct bytes view, size_t *at, struct crash_line *line) {
        static const char *const prompts[] = { " login: ", "messages dropped ** " };

        for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
                size_t here = crash_find(bytes_first(view, FOREIGN_MAX), *at, prompts[i]);

                here += text_length(prompts[i]);
                if (here < view.size && here < FOREIGN_MAX && skip_console(view, &here, line)) {
                        *at = here;
                        return;
                }
        }
}

bool crash_line_next(struct bytes log, size_t *at, struct crash_line *ret_line) {
        struct crash_line line = { .offset = *at };
        struct bytes view;
        size_t end, here = 0;

        if (*at >= log.size)
                return false;
        end = crash_find_byte(log, *at, '\n');
        view = bytes_from(bytes_first(log, end), *at);
        while (view.size > 0 && view.data[view.size - 1] == '\r')
                view.size--;
        *at = end + 1;
        if (!skip_syslog(view, &here)) {
                *ret_line = line;
                return true;
        }
        skip_level(view, &here);
        skip_stamp(view, &here);
        if (skip_console(view, &here, &line)) {
                skip_host(view, &here);
        } else if (!skip_kmsg(view, &here, &line)) {
                skip_priority(view, &here);
                skip_prompt(view, &here, &line);
        }
        line.text = bytes_first(bytes_from(view, here), LINE_MAX);
        *ret_line = line;
        return true;
}
