/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/worker.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/clock.h"
#include "posix/errno.h"

#define POLL_MS 50

int worker_start(worker_function *work, void *context, struct worker *ret_worker) {
        /* Shared: of all else fork() makes a copy. */
        atomic_bool *mark =
                mmap(NULL, sizeof(*mark), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pid_t pid;
        int r;

        if (mark == MAP_FAILED)
                return errno_to_error(errno);
        pid = fork();
        if (pid == 0) {
                r = work(context, mark);
                _exit(r < 0 ? -r : 0); /* a status has seven bits to spare: errors are given as ordinals */
        }
        if (pid < 0) {
                r = errno_to_error(errno);
                (void) munmap(mark, sizeof(*mark));
                return r;
        }
        *ret_worker = (struct worker){ .pid = pid, .mark = mark };
        return 0;
}

static bool has_ended(struct worker *worker) {
        int status;

        if (worker->pid == 0)
                return true;
        if (waitpid(worker->pid, &status, WNOHANG) != worker->pid)
                return false;
        worker->result = WIFEXITED(status) ? -WEXITSTATUS(status) : ERR_FAILED;
        worker->pid = 0;
        return true;
}

static enum worker_state wait_for(struct worker *worker, bool mark_is_enough, uint64_t deadline_ms) {
        while (true) {
                if (has_ended(worker))
                        return WORKER_ENDED;
                if (mark_is_enough && atomic_load(worker->mark))
                        return WORKER_AT_MARK;
                if (clock_left_ms(deadline_ms) == 0)
                        return WORKER_GOES_ON;
                clock_sleep_ms(POLL_MS);
        }
}

enum worker_state worker_wait(struct worker *worker, uint64_t deadline_ms) {
        return wait_for(worker, false, deadline_ms);
}

enum worker_state worker_wait_for_mark(struct worker *worker, uint64_t deadline_ms) {
        return wait_for(worker, true, deadline_ms);
}
