/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the capture did, told line by line, each beginning with "pstore-fw: ", and kept for the manifest. In
 * the crash kernel the lines go to /dev/kmsg and by it to the console.
 */

#define JOURNAL_STEPS_MAX 32

struct journal_step {
        char name[24];
        uint64_t ms; /* when it had ended, since the journal's start */
        char result[192];
};

struct journal {
        int fd;          /* -1: nobody listens */
        bool kernel_log; /* the fd is /dev/kmsg: lines get a level */
        uint64_t start_ms;
        struct journal_step steps[JOURNAL_STEPS_MAX];
        size_t step_count; /* what does not fit is told but not kept */
};

/* Starts now. The fd stays the caller's. */
void journal_init(struct journal *journal, int fd, bool kernel_log);

/* A line. */
void journal_say(const struct journal *journal, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* A step that worked: kept only. */
void journal_done(struct journal *journal, const char *step);

/* One that did not: kept, and told as "pstore-fw: STEP: WHY". */
void journal_failed(struct journal *journal, const char *step, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
