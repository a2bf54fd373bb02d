/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/text.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/* Documentation/filesystems/proc.rst 3.1: -1000 takes a process out of the OOM killer's choice. */
static void refuse_to_be_killed(void) {
        _cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

        if (fd >= 0)
                (void) file_write_all(fd, text_view("-1000"));
}

static void __attribute__((noreturn))
keep_watch(const struct guard *guard, unsigned stage, uint64_t start_ms) {
        refuse_to_be_killed();
        clock_sleep_ms(clock_left_ms(start_ms + guard->stages[stage].after_ms));
        guard->stages[stage].act(guard->context);
        _exit(0);
}

pid_t guard_start(const struct guard *guard) {
        uint64_t start_ms = clock_ms();
        pid_t pid = fork(), second;

        if (pid < 0)
                return errno_to_error(errno);
        if (pid > 0) {
                (void) setpgid(pid, pid);
                return pid;
        }
        (void) setpgid(0, 0);
        second = fork();
        keep_watch(guard, second == 0, start_ms);
}

void guard_stop(pid_t pid) {
        (void) kill(-pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
}
