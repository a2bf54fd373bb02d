/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "capture/meminfo.h"

/* A program that is run, and killed with all that it started when it takes too long. */
struct child_job {
        const char *const *arguments; /* ends in NULL; the first is the program's path */
        int directory_fd;             /* where it starts, or AT_FDCWD */
        int output_fd;                /* its standard output; -1: nowhere */
        uint64_t deadline_ms;         /* of clock_ms() */
        struct meminfo *meminfo;      /* sampled meanwhile; may be NULL */
};

struct child_result {
        bool late;      /* killed at the deadline */
        bool stuck;     /* and is there nevertheless */
        int signal;     /* that ended it; 0 */
        int status;     /* exit status */
        char said[160]; /* the last line that it wrote to standard error, printable */
};

/* 0 only for exit status 0; ERR_TIMEOUT, ERR_FAILED, or why there is no child. *ret_result is always set. */
int child_run(const struct child_job *job, struct child_result *ret_result);

/* "killed by signal 9", "status 1: No space left on device", … */
void child_describe(const struct child_result *result, struct text *text);
