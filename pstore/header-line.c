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

const char *event_reason_name(enum event_reason reason) {
        return reason_rows[reason < REASON_END ? reason : REASON_NONE].in_name;
}
