/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The steps of the capture: kept for the manifest, and those that failed told as lines that begin with
 * "pstore-fw: ". In the crash kernel the lines go to /dev/kmsg and by it to the console.
 */

#define STEPS_MAX 32

struct step {
        char name[24];
        uint64_t ms; /* when it had ended, since steps_init() */
        char result[192];
};

struct steps {
        int fd;          /* -1: nobody listens */
        bool kernel_log; /* the fd is /dev/kmsg: lines get a level */
        uint64_t start_ms;
        struct step rows[STEPS_MAX];
        size_t count; /* what does not fit is told but not kept */
};

/* Starts now. The fd stays the caller's. */
void steps_init(struct steps *steps, int fd, bool kernel_log);

/* A line. */
void steps_say(const struct steps *steps, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A step that worked: kept only. */
void steps_done(struct steps *steps, const char *step);

/* One that did not: kept, and told as "pstore-fw: STEP: WHY". */
void steps_failed(struct steps *steps, const char *step, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
