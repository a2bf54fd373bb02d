/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/header-line.h"
#include "base/error.h"
#include "base/text.h"

struct reason_row {
        const char *in_log;  /* kernel/printk/printk.c, kmsg_dump_reason_str(), and older kernels' words */
        const char *in_name; /* in our names of events */
};

static const struct reason_row reason_rows[REASON_END] = {
        [REASON_NONE] = { NULL, "none" },
        [REASON_PANIC] = { "Panic", "panic" },
        [REASON_OOPS] = { "Oops", "oops" },
        [REASON_EMERGENCY] = { "Emergency", "emergency" },
        [REASON_SHUTDOWN] = { "Shutdown", "shutdown" },
        [REASON_RESTART] = { "Restart", "restart" },
        [REASON_HALT] = { "Halt", "halt" },
        [REASON_POWEROFF] = { "Poweroff", "poweroff" },
        [REASON_UNKNOWN] = { "Unknown", "unknown" },
};

static bool skip_text(struct bytes text, size_t *offset, const char *expected) {
        struct bytes wanted = text_view(expected);

        if (!bytes_start_with(bytes_from(text, *offset), wanted))
                return false;
        *offset += wanted.size;
        return true;
}

static enum event_reason parse_reason(struct bytes text, size_t *offset) {
        for (enum event_reason reason = REASON_PANIC; reason < REASON_END; reason++)
                if (skip_text(text, offset, reason_rows[reason].in_log))
                        return reason;
        return REASON_NONE;
}

/* Leading zeros could make a line of any length, but a decoder shows only the beginning of its output. */
int header_line_parse(struct bytes whole_text, struct header_line *ret_line) {
        struct bytes text = bytes_first(whole_text, HEADER_LINE_MAX);
        enum event_reason reason;
        uint64_t count, part;
        size_t at = 0;

        reason = parse_reason(text, &at);
        if (reason == REASON_NONE || !skip_text(text, &at, "#") ||
            decimal_parse(text, &at, UINT32_MAX, &count) < 0 || !skip_text(text, &at, " Part") ||
            decimal_parse(text, &at, UINT32_MAX, &part) < 0 || !skip_text(text, &at, "\n"))
                return ERR_VALUE;
        *ret_line = (struct header_line){
                .reason = reason,
                .count = (uint32_t) count,
                .part = (uint32_t) part,
                .size = at,
        };
        return 0;
}

/* "Panic: Total 3 times\n" */
static bool skip_total(struct bytes text, size_t *offset) {
        uint64_t count;

        return parse_reason(text, offset) != REASON_NONE && skip_text(text, offset, ": Total ") &&
               decimal_parse(text, offset, UINT32_MAX, &count) == 0 && skip_text(text, offset, " times\n");
}

/* "====1709210110.123456-D\n" */
static bool skip_stamp(struct bytes text, size_t *offset, uint64_t *ret_seconds) {
        uint64_t seconds, fraction;

        if (!skip_text(text, offset, "====") || decimal_parse(text, offset, UINT64_MAX, &seconds) < 0 ||
            !skip_text(text, offset, ".") || decimal_parse(text, offset, UINT32_MAX, &fraction) < 0 ||
            (!skip_text(text, offset, "-D\n") && !skip_text(text, offset, "-C\n")))
                return false;
        *ret_seconds = seconds;
        return true;
}

int header_line_find(struct bytes whole_text, struct header_line *ret_line, uint64_t *ret_seconds) {
        size_t total_end = 0, stamp_end = 0, before = 0;
        uint64_t seconds = 0;
        struct header_line line;
        int r;

        if (skip_total(whole_text, &total_end))
                before = total_end;
        else if (skip_stamp(whole_text, &stamp_end, &seconds))
                before = stamp_end;
        r = header_line_parse(bytes_from(whole_text, before), &line);
        if (r < 0)
                return r;
        line.size += before;
        *ret_line = line;
        *ret_seconds = seconds;
        return 0;
}

const char *event_reason_name(enum event_reason reason) {
        return reason_rows[reason < REASON_END ? reason : REASON_NONE].in_name;
}

enum event_reason event_reason_find(struct bytes name) {
        for (enum event_reason reason = REASON_PANIC; reason < REASON_END; reason++)
                if (bytes_equal(name, text_view(reason_rows[reason].in_name)))
                        return reason;
        return REASON_NONE;
}
