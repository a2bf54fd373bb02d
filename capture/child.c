/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/clock.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define SAMPLE_MS      100
#define KILL_GRACE_MS  5000 /* a process that waits for a disk may not go at once, or ever */
#define STATUS_NO_EXEC 127
#define HEAR_SIZE      1024
#define PASSES_MAX     64 /* of HEAR_SIZE bytes are what a pipe holds (pipe(7)) */

struct watched {
        pid_t pid;
        int pid_fd;   /* -1 before Linux 5.3: then the polling finds its end */
        int error_fd; /* what it says; -1 when it has closed that */
        bool line_ended;
        size_t said_length;
};

static void say_why(const char *what) {
        (void) !write(STDERR_FILENO, what, strlen(what));
}

static void __attribute__((noreturn)) become(const struct child_job *job, int null_fd, int error_fd) {
        int output_fd = job->output_fd < 0 ? null_fd : job->output_fd;

        /* A group of its own, so that what it starts goes with it. What it writes is root's alone. */
        (void) setpgid(0, 0);
        (void) umask(077);
        if (dup2(error_fd, STDERR_FILENO) < 0 || dup2(output_fd, STDOUT_FILENO) < 0 ||
            dup2(null_fd, STDIN_FILENO) < 0)
                _exit(STATUS_NO_EXEC);
        if (job->directory_fd == AT_FDCWD || fchdir(job->directory_fd) == 0)
                (void) execv(job->arguments[0], (char *const *) job->arguments);
        say_why("cannot be started: ");
        say_why(strerror(errno));
        _exit(STATUS_NO_EXEC);
}

/* We must not wait for what the child says; it may wait for us to hear it. */
static int make_pipe(int ret_fds[2]) {
        if (pipe(ret_fds) < 0)
                return errno_to_error(errno);
        (void) fcntl(ret_fds[0], F_SETFL, O_NONBLOCK);
        (void) fcntl(ret_fds[0], F_SETFD, FD_CLOEXEC);
        (void) fcntl(ret_fds[1], F_SETFD, FD_CLOEXEC);
        return 0;
}

static int start(const struct child_job *job, struct watched *watched) {
        _cleanup_close_ int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        int pipe_fds[2], r;
        pid_t pid;

        if (null_fd < 0)
                return errno_to_error(errno);
        r = make_pipe(pipe_fds);
        if (r < 0)
                return r;
        pid = fork();
        if (pid == 0)
                become(job, null_fd, pipe_fds[1]);
        (void) close(pipe_fds[1]);
        if (pid < 0) {
                r = errno_to_error(errno);
                (void) close(pipe_fds[0]);
                return r;
        }
        (void) setpgid(pid, pid);
        *watched = (struct watched){
                .pid = pid,
                .pid_fd = (int) syscall(SYS_pidfd_open, pid, 0),
                .error_fd = pipe_fds[0],
        };
        return 0;
}

static void hear(struct watched *watched, struct child_result *result, char c) {
        if (c == '\n' || c == '\r') {
                watched->line_ended = true;
                return;
        }
        if (watched->line_ended)
                watched->said_length = 0;
        watched->line_ended = false;
        if (watched->said_length + 1 < sizeof(result->said))
                result->said[watched->said_length++] = c >= ' ' && c < 0x7f ? c : '?';
        result->said[watched->said_length] = '\0';
}

/* As much as one pass gives: a program that writes without end must not keep us from the clock. Whether it
 * was anything. */
static bool listen_to(struct watched *watched, struct child_result *result) {
        char heard[HEAR_SIZE];
        ssize_t got;

        if (watched->error_fd < 0)
                return false;
        got = read(watched->error_fd, heard, sizeof(heard));
        for (ssize_t i = 0; i < got; i++)
                hear(watched, result, heard[i]);
        if (got == 0) {
                (void) close(watched->error_fd);
                watched->error_fd = -1;
        }
        return got > 0;
}

/* What it said last; others that it started may say more without end. */
static void listen_to_the_rest(struct watched *watched, struct child_result *result) {
        for (unsigned pass = 0; pass < PASSES_MAX && listen_to(watched, result); pass++)
                ;
}

static void wait_a_little(const struct watched *watched) {
        struct pollfd fds[] = {
                { .fd = watched->pid_fd, .events = POLLIN },
                { .fd = watched->error_fd, .events = POLLIN },
        };

        (void) poll(fds, ARRAY_SIZE(fds), SAMPLE_MS);
}

/* True when it has ended, and is no more. */
static bool has_ended(const struct watched *watched, struct child_result *result) {
        int status;

        if (waitpid(watched->pid, &status, WNOHANG) != watched->pid)
                return false;
        if (WIFSIGNALED(status))
                result->signal = WTERMSIG(status);
        else
                result->status = WEXITSTATUS(status);
        return true;
}

static void attend(const struct child_job *job, struct watched *watched, struct child_result *result) {
        uint64_t deadline_ms = job->deadline_ms;

        while (!has_ended(watched, result)) {
                if (clock_left_ms(deadline_ms) == 0) {
                        result->stuck = result->late;
                        if (result->stuck)
                                return;
                        (void) kill(-watched->pid, SIGKILL);
                        result->late = true;
                        deadline_ms = clock_ms() + KILL_GRACE_MS;
                }
                wait_a_little(watched);
                (void) listen_to(watched, result);
                if (job->meminfo)
                        meminfo_sample(job->meminfo);
        }
        listen_to_the_rest(watched, result);
}

int child_run(const struct child_job *job, struct child_result *ret_result) {
        struct watched watched = { .pid_fd = -1, .error_fd = -1 };
        int r;

        *ret_result = (struct child_result){ .status = STATUS_NO_EXEC };
        r = start(job, &watched);
        if (r < 0)
                return r;
        attend(job, &watched, ret_result);
        cleanup_close(&watched.pid_fd);
        cleanup_close(&watched.error_fd);
        if (ret_result->late)
                return ERR_TIMEOUT;
        return ret_result->signal || ret_result->status ? ERR_FAILED : 0;
}

void child_describe(const struct child_result *result, struct text *text) {
        if (result->late)
                text_put(text, result->stuck ? "not finished in time, and cannot be killed"
                                             : "not finished in time, killed");
        else if (result->signal)
                text_format(text, "killed by signal %d", result->signal);
        else
                text_format(text, "status %d", result->status);
        if (result->said[0])
                text_format(text, ": %s", result->said);
}
