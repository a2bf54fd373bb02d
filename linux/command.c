/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* clearenv() */
#include "linux/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "linux/program.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define STATUS_NOT_STARTED 127
#define STATUS_SIGNALLED   128

#define LOOK_NANOSECONDS   20000000
#define GRACE_SECONDS      5

/* In the child. */
static void become(const struct command *command, int input, int log) {
        (void) setpgid(0, 0);
        if (dup2(input, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
                _exit(STATUS_NOT_STARTED);
        (void) signal(SIGPIPE, SIG_DFL); /* the one that main() ignores */
        (void) clearenv();
        (void) setenv("PATH", PROGRAM_SYSTEM_PATH, true);
        (void) setenv("LC_ALL", "C", true);
        for (const struct command_variable *variable = command->variables; variable && variable->name;
             variable++)
                (void) setenv(variable->name, variable->value, true);
        execv(command->arguments[0], (char *const *) command->arguments);
        _exit(STATUS_NOT_STARTED);
}

static int status_of(int status) {
        return WIFSIGNALED(status) ? STATUS_SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool has_passed(const struct timespec *start, unsigned seconds) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec - start->tv_sec >= (time_t) seconds;
}

/* Its status, or ERR_TIMEOUT when it still runs. */
static int wait_for(pid_t pid, unsigned seconds) {
        const struct timespec pause = { .tv_nsec = LOOK_NANOSECONDS };
        struct timespec start;
        int status;

        (void) clock_gettime(CLOCK_MONOTONIC, &start);
        for (;;) {
                pid_t ended = waitpid(pid, &status, WNOHANG);

                if (ended == pid)
                        return status_of(status);
                if (ended < 0 && errno != EINTR)
                        return errno_to_error(errno);
                if (has_passed(&start, seconds))
                        return ERR_TIMEOUT;
                (void) nanosleep(&pause, NULL);
        }
}

/* By a signal first that lets it clean up; then what of the group has not heard it. */
static void end_group(pid_t pid) {
        bool is_there;

        (void) kill(-pid, SIGTERM);
        is_there = wait_for(pid, GRACE_SECONDS) == ERR_TIMEOUT;
        (void) kill(-pid, SIGKILL);
        if (is_there)
                (void) waitpid(pid, NULL, 0);
}

int command_run(const struct command *command) {
        _cleanup_close_ int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
        _cleanup_close_ int log =
                open(command->log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        pid_t pid;
        int r;

        if (input < 0 || log < 0)
                return errno_to_error(errno);
        pid = fork();
        if (pid < 0)
                return errno_to_error(errno);
        if (pid == 0)
                become(command, input, log);
        (void) setpgid(pid, pid); /* both do: whoever comes first */
        r = wait_for(pid, command->seconds);
        if (r == ERR_TIMEOUT)
                end_group(pid);
        return r;
}
