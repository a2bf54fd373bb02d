/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* How the kernel begins to tell of a problem, and where in what follows the function is that it is about. */

enum crash_choice {
        CRASH_CHOICE_TOP, /* the first function of the trace that is not in a list of those to leave out */

        /*
         * What loops may be caught anywhere in its loop. So the function is the one that was called by what
         * hands out work: the call of the system, of a driver, a timer.
         */
        CRASH_CHOICE_STALL,
        CRASH_CHOICE_HANG, /* the first that is no waiting; but waiting for RCU and rtnl_lock is the problem
                            */
};

/* Bits of crash_kind.flags: where the trace is, and what the title says. */
enum {
        CRASH_TRACE_ONLY = 1 << 0,  /* where the processor was is the report itself: the trace alone counts */
        CRASH_IN_LINE = 1 << 1,     /* the line names it, and its trace may follow without a title */
        CRASH_AT_LOCK = 1 << 2,     /* "at: foo+0x1/0x2" */
        CRASH_BEHIND_IRQ = 1 << 3,  /* what was interrupted, not the interrupt */
        CRASH_PAGE_OWNER = 1 << 4,  /* behind "page last allocated" */
        CRASH_LEAK = 1 << 5,        /* behind "backtrace" */
        CRASH_LOCK_ORDER = 1 << 6,  /* behind "which became" */
        CRASH_NO_FUNCTION = 1 << 7, /* the words say it all */
        CRASH_TAKES_ACCESS = 1 << 8, /* "Read of size 8" belongs to the title */
        CRASH_TAKES_REST = 1 << 9,   /* all of the line does */
        CRASH_TAKES_TAIL = 1 << 10,  /* what stands behind `also` does */
        CRASH_JOINS = 1 << 11,       /* is one with what came just before it */
        CRASH_WARNS = 1 << 12,       /* the kernel goes on */
        CRASH_IS_PANIC = 1 << 13,    /* the machine stops, mostly for what came before */
};

/* Small, as there are many. Its words are one string, NUL after NUL, which the functions below take apart. */
struct crash_kind {
        const char *phrase; /* found anywhere in a line, as lines run into each other */
        uint8_t choice;     /* enum crash_choice */
        uint16_t flags;
};

/* What has to be there too, behind the phrase; "": nothing. */
const char *crash_kind_also(const struct crash_kind *kind);

/* "page fault": of all rows that mean the same. */
const char *crash_kind_name(const struct crash_kind *kind);

/* Where there is a '*' it takes what follows the phrase, up to " in " or the like. */
const char *crash_kind_title(const struct crash_kind *kind);

/* Functions, beside crash_frames_everywhere, for crash_frame_is_in(); "": none. */
const char *crash_kind_left_out(const struct crash_kind *kind);

/*
 * The kind of problem that a line begins to tell of, and in *ret_at where its phrase begins; NULL for a line
 * that does not. One look at each byte.
 */
const struct crash_kind *crash_kind_find(struct bytes text, size_t *ret_at);

/* Of CRASH_CHOICE_STALL and CRASH_CHOICE_HANG, for crash_frame_is_in(). */
extern const char crash_stall_anchors[], crash_hang_left_out[];
