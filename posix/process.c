/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* pipe2() */
#include "posix/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define LOOK_MS            100
#define KILL_PATIENCE_MS   5000 /* a process that waits for a disk may not go at once, or ever */
#define STATUS_NOT_STARTED 127
#define STATUS_SIGNALLED   128
#define HEAR_SIZE          1024
#define PASSES_MAX         64 /* of HEAR_SIZE bytes are what a pipe holds (pipe(7)) */

struct process {
        pid_t pid;
        int pid_fd;  /* -1 before Linux 5.3: then the polling finds its end */
        int pipe_fd; /* what is heard of it; -1 when nothing is, or no more */
};

static void say_why(const char *what) {
        (void) !write(STDERR_FILENO, what, strlen(what));
}

static int descriptor_of(int output, int null_fd, int pipe_fd) {
        if (output == PROCESS_HEARD)
                return pipe_fd;
        return output == PROCESS_NOWHERE ? null_fd : output;
}

/* By way of copies behind the standard ones, as one of them may go where another was. */
static bool set_standard_files(const struct process_job *job, int null_fd, int pipe_fd) {
        int output = fcntl(descriptor_of(job->output, null_fd, pipe_fd), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int error = fcntl(descriptor_of(job->error, null_fd, pipe_fd), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

        return dup2(error, STDERR_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
               dup2(null_fd, STDIN_FILENO) >= 0;
}

static void __attribute__((noreturn))
become(const struct process_job *job, pid_t parent, int null_fd, int pipe_fd) {
        static const char *const environment[] = { PROCESS_ENVIRONMENT, NULL };

        (void) setpgid(0, 0);
        /* ^C at the terminal no longer reaches it, so it goes when we do. */
        (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) /* it went before that was asked for */
                _exit(STATUS_NOT_STARTED);
        if (job->is_private)
                (void) umask(077);
        (void) signal(SIGPIPE, SIG_DFL); /* the one that main() ignores */
        if (!set_standard_files(job, null_fd, pipe_fd))
                _exit(STATUS_NOT_STARTED);
        if (job->directory_fd == AT_FDCWD || fchdir(job->directory_fd) == 0)
                (void) execve(job->arguments[0], (char *const *) job->arguments,
                              (char *const *) (job->environment ? job->environment : environment));
        say_why("cannot be started: ");
        say_why(strerror(errno));
        say_why("\n");
        _exit(STATUS_NOT_STARTED);
}

static int start(const struct process_job *job, struct process *ret_process) {
        _cleanup_close_ int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        _cleanup_close_ int write_fd = -1; /* with us it ends here: else the pipe would never end */
        int pipe_fds[2] = { -1, -1 };
        pid_t parent = getpid(), pid;

        if (null_fd < 0)
                return errno_to_error(errno);
        if (job->output == PROCESS_HEARD || job->error == PROCESS_HEARD) {
                if (pipe2(pipe_fds, O_CLOEXEC) < 0)
                        return errno_to_error(errno);
                /* We must not wait for what the program says; it may wait for us to hear it. */
                (void) fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
                write_fd = pipe_fds[1];
        }
        pid = fork();
        if (pid == 0)
                become(job, parent, null_fd, write_fd);
        if (pid < 0) {
                int r = errno_to_error(errno);

                cleanup_close(&pipe_fds[0]);
                return r;
        }
        (void) setpgid(pid, pid); /* both do: whoever comes first */
        *ret_process = (struct process){
                .pid = pid,
                .pid_fd = (int) syscall(SYS_pidfd_open, pid, 0),
                .pipe_fd = pipe_fds[0],
        };
        return 0;
}

/*
 * As much as one pass gives: a program that writes without end must not keep us from the clock. 1 when it was
 * anything, 0, or hear()'s error.
 */
static int hear(const struct process_job *job, struct process *process) {
        uint8_t heard[HEAR_SIZE];
        ssize_t got;
        int r = 0;

        if (process->pipe_fd < 0)
                return 0;
        got = read(process->pipe_fd, heard, sizeof(heard));
        if (got > 0)
                r = job->hear(job->context, bytes_of(heard, (size_t) got));
        if (got == 0 || r < 0) {
                cleanup_close(&process->pipe_fd);
                process->pipe_fd = -1;
        }
        return r < 0 ? r : got > 0;
}

/* What it said last; others that it started may say more without end. */
static int hear_the_rest(const struct process_job *job, struct process *process) {
        int r = 1;

        for (unsigned pass = 0; pass < PASSES_MAX && r > 0; pass++)
                r = hear(job, process);
        return r < 0 ? r : 0;
}

/* Until it ends or says something, or at most LOOK_MS: poll() passes over a descriptor of -1. */
static void wait_a_little(const struct process *process) {
        struct pollfd fds[] = {
                { .fd = process->pid_fd, .events = POLLIN },
                { .fd = process->pipe_fd, .events = POLLIN },
        };

        (void) poll(fds, ARRAY_SIZE(fds), LOOK_MS);
}

/* But not reaped: until then its number, and its group's, is nobody else's. */
static bool has_ended(const struct process *process) {
        siginfo_t info = { 0 };

        return waitid(P_PID, (id_t) process->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
               info.si_pid == process->pid;
}

static int reap(const struct process *process, struct process_result *result) {
        int status;

        if (result->ended)
                (void) kill(-process->pid, SIGKILL); /* those of its group that SIGTERM did not end */
        if (waitpid(process->pid, &status, 0) < 0)
                return errno_to_error(errno);
        if (WIFSIGNALED(status))
                result->signal = WTERMSIG(status);
        else
                result->status = WEXITSTATUS(status);
        return 0;
}

static int attend(const struct process_job *job, struct process *process, struct process_result *result) {
        const struct {
                int signal;
                uint64_t patience_ms;
        } ends[] = { { SIGTERM, job->grace_ms }, { SIGKILL, KILL_PATIENCE_MS } };
        size_t next = job->grace_ms > 0 ? 0 : 1;
        uint64_t deadline_ms = job->deadline_ms;
        int r = 0, r2;

        while (!has_ended(process)) {
                if (clock_left_ms(deadline_ms) == 0) {
                        result->ended = true;
                        result->stuck = next == ARRAY_SIZE(ends);
                        r = r < 0 ? r : ERR_TIMEOUT;
                        if (result->stuck)
                                return r;
                        (void) kill(-process->pid, ends[next].signal);
                        deadline_ms = clock_ms() + ends[next++].patience_ms; /* then the harder one */
                }
                wait_a_little(process);
                r2 = hear(job, process);
                if (r2 < 0 && r == 0) {
                        r = r2;
                        deadline_ms = 0; /* its time is over: what it says is not wanted any more */
                }
                if (job->look)
                        job->look(job->context);
        }
        r2 = reap(process, result);
        if (r2 == 0)
                r2 = hear_the_rest(job, process);
        return r < 0 ? r : r2;
}

int process_run(const struct process_job *job, struct process_result *ret_result) {
        struct process_result result = { 0 };
        struct process process = { .pid_fd = -1, .pipe_fd = -1 };
        int r;

        (void) signal(SIGCHLD, SIG_DFL); /* who ignores it cannot wait for a child */
        r = start(job, &process);
        if (r < 0)
                return r;
        r = attend(job, &process, &result);
        cleanup_close(&process.pid_fd);
        cleanup_close(&process.pipe_fd);
        *ret_result = result;
        return r;
}

int process_status(const struct process_result *result) {
        return result->signal ? STATUS_SIGNALLED + result->signal : result->status;
}
