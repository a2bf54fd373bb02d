/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "crash/crash.h"
#include "store/catalog.h"

/* What crashed, as the log of an event tells it, and the signature by which a fleet counts it. */

#define CRASH_SIGNATURE_SIZE 17 /* with the NUL */

struct log_crash {
        struct crash crash; /* shares the memory of the log */

        /*
         * The first 16 hexadecimal digits of the SHA-256 of crash_put_signature_text(): equal for the same
         * bug on another boot, machine and build of the kernel.
         */
        char signature[CRASH_SIGNATURE_SIZE];
};

/* False when the log tells of no crash. */
bool log_crash_read(struct bytes log, struct log_crash *ret_crash);

struct event_crash {
        struct buffer joined; /* of an event of several records; the one record's own is used as it is */
        struct bytes log;
        struct log_crash told;
};

/*
 * 1, 0 when the event's log tells of none, or ERR_NO_MEMORY; event_crash_free() is due in each case. It
 * shares the memory of the catalog.
 */
int event_crash_read(const struct catalog *catalog, const struct event *event, struct event_crash *ret_crash);
void event_crash_free(struct event_crash *crash);

/* The title, at most `width` characters: where it is longer the words before the function are cut. */
void crash_put_short_title(const struct crash *crash, size_t width, struct text *text);
