/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/share.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "capture/network.h"
#include "capture/worker.h"
#include "posix/clock.h"
#include "posix/errno.h"

#define POLL_MS 500

/*
 * nfs(5). Soft, so that a server which goes away is an error within a minute and a half; small pieces, as
 * each that is on its way takes memory.
 */
#define OPTIONS "proto=tcp,sec=sys,soft,timeo=100,retrans=2,rsize=65536,wsize=65536"

struct share {
        const char *mount_point, *file_system;
        char source[256];
        char options[512];
        uint64_t deadline_ms;
};

/* Nothing that lies there is run, and no link of it is followed. The negative errno. */
static int mount_it(void *context, atomic_bool *mark) {
        const unsigned long flags = MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NOATIME;
        const struct share *share = context;

        (void) mark;
        while (mount(share->source, share->mount_point, share->file_system, flags, share->options) < 0) {
                if (!network_may_still_come(errno) || clock_left_ms(share->deadline_ms) == 0)
                        return -errno;
                clock_sleep_ms(POLL_MS);
        }
        return 0;
}

/* In a process of its own, since mount(2) has no bound that we could set. */
static int mount_in_time(struct share *share) {
        struct worker worker;

        if (worker_start(mount_it, share, &worker) < 0)
                return -EAGAIN;
        if (worker_wait(&worker, share->deadline_ms) == WORKER_ENDED)
                return worker.result;
        (void) kill(worker.pid, SIGKILL);
        return -ETIMEDOUT;
}

int share_mount(const struct capture_plan *plan, const char *mount_point, uint64_t deadline_ms,
                struct steps *steps) {
        const struct capture_network *network = &plan->network;
        struct share share = {
                .mount_point = mount_point,
                .file_system = plan->file_system,
                .deadline_ms = deadline_ms,
        };
        struct text options = TEXT_ON(share.options);
        const char *name = strrchr(plan->directory, '/') + 1;
        int r;

        /* By its own name: to the server, machines of one name are one, that started again. */
        if (sethostname(name, strlen(name)) < 0)
                steps_failed(steps, "host name", "%s: %s", name, strerror(errno));
        snprintf(share.source, sizeof(share.source), "%s:%s", network->server, network->export);
        text_format(&options, "%s," OPTIONS ",addr=%s", plan->mount_options, network->server);
        r = mount_in_time(&share);
        if (r < 0) {
                steps_failed(steps, "mount", "%s: %s", share.source, strerror(-r));
                return errno_to_error(-r);
        }
        steps_done(steps, "mount");
        return 0;
}
