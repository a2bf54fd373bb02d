/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/text.h"
#include "capture/watchdog.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/file.h"

#define END_MS  2000
#define POLL_MS 20

pid_t guard_start(const struct guard *guard) {
        const struct guard_stage *stage = &guard->stages[0];
        uint64_t start_ms = clock_ms();
        pid_t pid = fork();
        int fd;

        if (pid < 0)
                return errno_to_error(errno);
        /* Both sides make the group, as either may come first: guard_stop() ends the whole of it. */
        if (pid > 0) {
                (void) setpgid(pid, pid);
                return pid;
        }
        (void) setpgid(0, 0);
        if (fork() == 0)
                stage = &guard->stages[1];
        /* Documentation/filesystems/proc.rst 3.1: -1000 takes a process out of the OOM killer's choice. */
        fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
                (void) file_write_all(fd, text_view("-1000"));
                (void) close(fd);
        }
        if (stage == &guard->stages[0] && !watchdog_hold("", guard->watchdog, start_ms + stage->after_ms))
                _exit(0);
        clock_sleep_ms(clock_left_ms(start_ms + stage->after_ms));
        stage->act(guard->context);
        _exit(0);
}

void guard_stop(pid_t pid) {
        (void) kill(-pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
}

void guard_end(pid_t pid) {
        uint64_t deadline_ms = clock_ms() + END_MS;

        (void) kill(pid, SIGTERM);
        while (waitpid(pid, NULL, WNOHANG) == 0 && clock_left_ms(deadline_ms) > 0)
                clock_sleep_ms(POLL_MS);
}
