/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* pipe2() */
#include "capture/sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/errno.h"

struct work {
        const struct seal_key *public_key;
        int read_fd, write_fd, to_fd;
};

static int seal(void *context, atomic_bool *mark) {
        const struct work *work = context;

        (void) mark;
        (void) close(work->write_fd); /* or the pipe would never end */
        return seal_copy(work->public_key, work->read_fd, work->to_fd);
}

int sealing_start(const struct seal_key *public_key, int to_fd, struct sealing *ret_sealing) {
        struct work work = { .public_key = public_key, .to_fd = to_fd };
        int fds[2], r;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return errno_to_error(errno);
        work.read_fd = fds[0];
        work.write_fd = fds[1];
        r = worker_start(seal, &work, &ret_sealing->worker);
        (void) close(fds[0]);
        if (r < 0)
                (void) close(fds[1]);
        else
                ret_sealing->fd = fds[1];
        return r;
}

int sealing_end(struct sealing *sealing, uint64_t deadline_ms) {
        (void) close(sealing->fd);
        if (worker_wait(&sealing->worker, deadline_ms) == WORKER_ENDED)
                return sealing->worker.result;
        (void) kill(sealing->worker.pid, SIGKILL);
        return ERR_TIMEOUT;
}
