/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "posix/clock.h"
#include "posix/process.h"
#include "tests/support/scratch.h"

#define HEARD_MAX 40000

/* What a shell is run for, and what came of it. */
struct run {
        const char *script;
        struct process_job job;
        struct process_result result;
        char heard[HEARD_MAX];
        size_t heard_size, looks;
        int error; /* that hear() returns */
};

static int take(void *context, struct bytes written) {
        struct run *run = context;

        if (run->heard_size + written.size >= sizeof(run->heard))
                return ERR_TOO_LARGE;
        memcpy(run->heard + run->heard_size, written.data, written.size);
        run->heard_size += written.size;
        return run->error;
}

static void look(void *context) {
        struct run *run = context;

        run->looks++;
}

static struct run run_of(const char *script) {
        return (struct run){
                .script = script,
                .job = {
                        .directory_fd = AT_FDCWD,
                        .output = PROCESS_HEARD,
                        .error = PROCESS_HEARD,
                        .deadline_ms = clock_ms() + 20000,
                        .hear = take,
                        .look = look,
                },
        };
}

static int finish(struct run *run) {
        const char *const arguments[] = { "/bin/sh", "-c", run->script, NULL };

        run->job.arguments = arguments;
        run->job.context = run;
        return process_run(&run->job, &run->result);
}

static void assert_says(const char *script, const char *wanted) {
        struct run run = run_of(script);

        assert_ok(finish(&run));
        assert_int_equal(run.result.status, 0);
        assert_string_equal(run.heard, wanted);
}

static void assert_quick(uint64_t start_ms) {
        assert_true(clock_ms() - start_ms < 10000);
}

static void test_status(NO_STATE) {
        static const struct {
                const char *script;
                int status, signal, both;
        } rows[] = {
                { "exit 0", 0, 0, 0 },
                { "exit 7", 7, 0, 7 },
                { "kill -9 $$", 0, 9, 128 + 9 },
                { "kill -PIPE $$", 0, SIGPIPE, 128 + SIGPIPE }, /* which we ignore, and it does not */
        };

        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGCHLD, SIG_IGN); /* as some that start us do */
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct run run = run_of(rows[i].script);

                assert_ok(finish(&run));
                assert_false(run.result.ended);
                assert_int_equal(run.result.status, rows[i].status);
                assert_int_equal(run.result.signal, rows[i].signal);
                assert_int_equal(process_status(&run.result), rows[i].both);
        }
}

static void test_no_such_program(NO_STATE) {
        static const char *const nobody[] = { "/no/such/program", NULL };
        struct run run = run_of("");

        run.job.arguments = nobody;
        run.job.context = &run;
        assert_ok(process_run(&run.job, &run.result));
        assert_int_equal(run.result.status, 127);
        assert_string_equal(run.heard, "cannot be started: No such file or directory\n");
}

/* Whatever there is for us. */
static void test_nothing_to_read(NO_STATE) {
        int ours = dup(STDIN_FILENO), fds[2];

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], "line\n", 5), 5);
        assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
        assert_says("read line || echo none", "none\n");
        assert_int_equal(dup2(ours, STDIN_FILENO), STDIN_FILENO);
        close(ours);
        close(fds[0]);
        close(fds[1]);
}

/* What an administrator's shell or the kernel's command line has set is not for a program that root runs. */
static void test_environment(NO_STATE) {
        static const char *const environment[] = { PROCESS_ENVIRONMENT, "OWN=1", NULL };
        struct run run = run_of("echo ${LEAK-none} $OWN; env | sort");

        assert_int_equal(setenv("LEAK", "1", true), 0);
        assert_says("echo ${LEAK-none} $LC_ALL $PATH", "none C " PROCESS_PATH "\n");
        run.job.environment = environment;
        assert_ok(finish(&run));
        assert_memory_equal(run.heard, "none 1\n", 7);
        test_assert_contains(run.heard, "PATH=" PROCESS_PATH "\n");
        assert_int_equal(unsetenv("LEAK"), 0);
}

static void assert_file_is(const char *path, const char *wanted) {
        struct bytes content = test_read_file(path);

        assert_true(bytes_equal(content, text_view(wanted)));
        free((void *) content.data);
}

static void test_where_output_goes(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "log");
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        struct run run = run_of("echo out; echo err >&2");

        assert_ok(finish(&run));
        assert_string_equal(run.heard, "out\nerr\n");
        run = run_of("echo out; echo err >&2");
        run.job.output = fd;
        assert_ok(finish(&run));
        assert_file_is(path, "out\n");
        assert_string_equal(run.heard, "err\n");
        run = run_of("echo out; echo err >&2");
        run.job.output = PROCESS_NOWHERE;
        run.job.error = fd;
        assert_ok(finish(&run));
        assert_file_is(path, "out\nerr\n");
        assert_int_equal(run.heard_size, 0);
        close(fd);
        scratch_remove(directory);
}

/* Each goes where the other one of ours goes. */
static void test_output_and_error_change_places(NO_STATE) {
        char *directory = scratch_make(), output_path[PATH_MAX], error_path[PATH_MAX];
        struct run run = run_of("echo out; echo err >&2");
        int status;
        pid_t pid;

        snprintf(output_path, sizeof(output_path), "%s/output", directory);
        snprintf(error_path, sizeof(error_path), "%s/error", directory);
        pid = fork();
        if (pid == 0) {
                (void) dup2(open(output_path, O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
                (void) dup2(open(error_path, O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
                run.job.output = STDERR_FILENO;
                run.job.error = STDOUT_FILENO;
                _exit(finish(&run) < 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_file_is(output_path, "err\n");
        assert_file_is(error_path, "out\n");
        scratch_remove(directory);
}

static void test_directory_and_umask(NO_STATE) {
        char *directory = scratch_make();
        struct run run = run_of("pwd; umask");
        mode_t before = umask(022);
        char wanted[PATH_MAX];

        run.job.directory_fd = open(directory, O_RDONLY | O_DIRECTORY);
        assert_ok(finish(&run));
        snprintf(wanted, sizeof(wanted), "%s\n0022\n", directory);
        assert_string_equal(run.heard, wanted);
        close(run.job.directory_fd);
        run = run_of("umask");
        run.job.is_private = true;
        assert_ok(finish(&run));
        assert_string_equal(run.heard, "0077\n");
        (void) umask(before);
        scratch_remove(directory);
}

/* It is ended at once: it may go on for ever. */
static void test_more_than_is_heard(NO_STATE) {
        uint64_t start = clock_ms();
        struct run run = run_of("while :; do echo more; done");

        assert_error(finish(&run), ERR_TOO_LARGE);
        assert_true(run.result.ended);
        assert_quick(start);
        run = run_of("echo last"); /* also when it is the last that it says */
        run.error = ERR_IO;
        assert_error(finish(&run), ERR_IO);
}

static void look_slowly(void *context) {
        look(context);
        clock_sleep_ms(500);
}

/* It has long ended, and most of what it said is still in the pipe. */
static void test_what_it_said_last(NO_STATE) {
        struct run run = run_of("seq 10001 15000");

        run.job.look = look_slowly;
        assert_ok(finish(&run));
        assert_int_equal(run.heard_size, 30000);
        assert_string_equal(run.heard + run.heard_size - 6, "15000\n");
}

/* Something that it left behind holds the pipe: its end is what counts. */
static void test_a_pipe_that_stays_open(NO_STATE) {
        uint64_t start = clock_ms();

        assert_says("sleep 15 & echo done", "done\n");
        assert_quick(start);
}

static void test_looks(NO_STATE) {
        struct run run = run_of("sleep 1");

        assert_ok(finish(&run));
        assert_uint_in_range(run.looks, 5, 50);
}

/* --- the bound ---------------------------------------------------------------------------------- */

/* The number that the shell has written, to be awaited: it may not have come so far. */
static pid_t read_pid(const char *path) {
        for (unsigned i = 0; i < 100; i++) {
                FILE *file = fopen(path, "r");
                int pid = 0, count = file ? fscanf(file, "%d\n", &pid) : 0;

                if (file)
                        fclose(file);
                if (count == 1)
                        return pid;
                clock_sleep_ms(50);
        }
        fail_msg("%s: no number", path);
        return 0;
}

/* A zombie that nobody reaps is gone, too. */
static bool is_gone(pid_t pid) {
        char path[64], line[512] = "";
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
        file = fopen(path, "r");
        if (!file)
                return true;
        if (!fgets(line, sizeof(line), file))
                line[0] = '\0';
        fclose(file);
        return !line[0] || strstr(line, ") Z ");
}

static void assert_goes(pid_t pid) {
        for (unsigned i = 0; i < 100 && !is_gone(pid); i++)
                clock_sleep_ms(50);
        assert_true(is_gone(pid));
}

/* Its group goes with it: at once, after SIGTERM, and where that is ignored by it or by another of its group.
 */
static void test_bound(NO_STATE) {
        static const struct {
                const char *script;
                uint64_t grace_ms;
                int signal;
        } rows[] = {
                { "sleep 100 & echo $! > %s; while :; do sleep 1; done", 0, SIGKILL },
                { "sleep 100 & echo $! > %s; while :; do sleep 1; done", 5000, SIGTERM },
                { "sleep 100 & echo $! > %s; trap '' TERM; while :; do sleep 1; done", 500, SIGKILL },
                { "(trap '' TERM; while :; do sleep 1; done) & echo $! > %s; wait", 5000, SIGTERM },
                { "sleep 100 & echo $! > %s; trap 'exit 0' TERM; while :; do sleep 1; done", 5000, 0 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char *directory = scratch_make(), script[PATH_MAX], path[PATH_MAX];
                uint64_t start = clock_ms();
                struct run run;

                snprintf(path, sizeof(path), "%s/pid", directory);
                snprintf(script, sizeof(script), rows[i].script, path);
                run = run_of(script);
                run.job.deadline_ms = start + 700;
                run.job.grace_ms = rows[i].grace_ms;
                assert_error(finish(&run), ERR_TIMEOUT);
                assert_true(run.result.ended);
                assert_false(run.result.stuck);
                assert_int_equal(run.result.signal, rows[i].signal);
                assert_quick(start);
                assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
                assert_goes(read_pid(path));
                scratch_remove(directory);
        }
}

/* Whoever ends this program with a signal ends what it waits for. */
static void test_the_end_of_this_one(NO_STATE) {
        char *directory = scratch_make(), path[PATH_MAX], script[2 * PATH_MAX];
        pid_t pid, grandchild;

        snprintf(path, sizeof(path), "%s/pid", directory);
        snprintf(script, sizeof(script), "echo $$ > %s; while :; do sleep 1; done", path);
        pid = fork();
        if (pid == 0) {
                struct run run = run_of(script);

                _exit(finish(&run) < 0);
        }
        grandchild = read_pid(path);
        assert_false(is_gone(grandchild));
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_goes(grandchild);
        scratch_remove(directory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_status),
                cmocka_unit_test(test_no_such_program),
                cmocka_unit_test(test_nothing_to_read),
                cmocka_unit_test(test_environment),
                cmocka_unit_test(test_where_output_goes),
                cmocka_unit_test(test_output_and_error_change_places),
                cmocka_unit_test(test_directory_and_umask),
                cmocka_unit_test(test_more_than_is_heard),
                cmocka_unit_test(test_what_it_said_last),
                cmocka_unit_test(test_a_pipe_that_stays_open),
                cmocka_unit_test(test_looks),
                cmocka_unit_test(test_bound),
                cmocka_unit_test(test_the_end_of_this_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
