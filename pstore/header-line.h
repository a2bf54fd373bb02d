/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

/*
 * The first line that pstore puts before each part of a log: "Panic#1 Part2\n" (fs/pstore/platform.c).
 * It is also how a decompressed log is told from noise.
 */

enum event_reason {
        REASON_NONE, /* no header line */
        REASON_PANIC,
        REASON_OOPS,
        REASON_EMERGENCY,
        REASON_SHUTDOWN,
        REASON_RESTART,
        REASON_HALT,
        REASON_POWEROFF,
        REASON_UNKNOWN, /* what the kernel itself calls "Unknown" */
        REASON_END,
};

struct header_line {
        enum event_reason reason;
        uint32_t count; /* which oops or panic since boot, from 1 */
        uint32_t part;  /* 1 is the newest text */
        size_t size;    /* of the line with its \n: the log starts behind it */
};

/* ERR_VALUE when `whole_text` does not start with a complete header line. */
int header_line_parse(struct bytes whole_text, struct header_line *ret_line);

/*
 * The same where one line may stand before it: "Panic: Total 3 times" of pstore_blk (K6.1 fs/pstore/zone.c),
 * or
 * "====1709210110.123456-D" of ramoops (K6.1 fs/pstore/ram.c), whose seconds come back in *ret_seconds,
 * otherwise 0. The line's size goes into ret_line->size.
 */
int header_line_find(struct bytes whole_text, struct header_line *ret_line, uint64_t *ret_seconds);

/* The longest header line there can be: enough of a log to tell whether it has one. */
#define HEADER_LINE_MAX 40

/* "panic" for REASON_PANIC, as in the names of events; "none" for REASON_NONE. */
const char *event_reason_name(enum event_reason reason);

/* The reverse; REASON_NONE for a word that is no reason. */
enum event_reason event_reason_find(struct bytes name);
