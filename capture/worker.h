/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A part of the program that runs in a process of its own, since it may come to wait for a disk without end,
 * where nothing can kill it. Whoever started it goes on meanwhile. No other program is run, so that
 * posix/process.h is not for it: it shares memory, has to be waited for more than once, and is left behind
 * when it hangs.
 */

enum worker_state {
        WORKER_GOES_ON,
        WORKER_AT_MARK, /* and goes on */
        WORKER_ENDED,
};

struct worker {
        pid_t pid;
        atomic_bool *mark; /* memory of both */
        int result;        /* with WORKER_ENDED: what work() returned; ERR_FAILED when a signal ended it */
};

/* Does the work, and sets the mark when it has come so far that others need not do it. 0 or an error. */
typedef int worker_function(void *context, atomic_bool *mark);

/* 0, or why there is no process for it. */
int worker_start(worker_function *work, void *context, struct worker *ret_worker);

/* Waits for the end, and no longer than until this time of clock_ms(). */
enum worker_state worker_wait(struct worker *worker, uint64_t deadline_ms);

/* The same, but the mark is enough. */
enum worker_state worker_wait_for_mark(struct worker *worker, uint64_t deadline_ms);
