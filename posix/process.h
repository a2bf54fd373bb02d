/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Another program that is run to its end, or to a bound: in a process group of its own, so that what it
 * starts goes with it, without anything to read, and without this program's environment, where
 * LD_LIBRARY_PATH would decide which libraries it takes.
 */

#define PROCESS_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What its environment begins with. */
#define PROCESS_ENVIRONMENT "PATH=" PROCESS_PATH, "LC_ALL=C"

/* Where what it writes goes: to a file descriptor (STDOUT_FILENO: where our own goes), or: */
enum process_output {
        PROCESS_NOWHERE = -1,
        PROCESS_HEARD = -2, /* to hear() */
};

struct process_job {
        const char *const *arguments;   /* the first is the program's path; ends in NULL */
        const char *const *environment; /* all of it, ends in NULL; NULL: PROCESS_ENVIRONMENT alone */
        int directory_fd;               /* where it starts, or AT_FDCWD */
        bool is_private;                /* what it makes is for its owner alone (umask) */
        int output, error;              /* where its standard output and error go: enum process_output */
        uint64_t deadline_ms;           /* of clock_ms() */
        uint64_t grace_ms;              /* for cleaning up after SIGTERM; 0: it is killed at once */

        /* Takes what it writes, as it comes; an error ends the program, and is the result. */
        int (*hear)(void *context, struct bytes written);

        /* Called ten times a second and more while it runs; may be NULL. */
        void (*look)(void *context);

        void *context;
};

struct process_result {
        bool ended; /* by us, with its group: at the deadline, or since hear() wanted it */
        bool stuck; /* and is there nevertheless: it waits for a disk */
        int status; /* of its exit; 127 when it could not be started, and why is on its standard error */
        int signal; /* that ended it; 0 */
};

/*
 * 0 when it came to its end by itself, whatever its status; ERR_TIMEOUT; what hear() returned; or why there
 * is no process. *ret_result is set unless there is none. Returns some seconds after the deadline at the
 * latest, and leaves a child behind only when that is stuck. A program that runs when this one dies gets
 * SIGTERM.
 */
int process_run(const struct process_job *job, struct process_result *ret_result);

/* The status, or 128 and the signal's number. */
int process_status(const struct process_result *result);
