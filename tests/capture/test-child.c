/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "capture/child.h"
#include "posix/clock.h"
#include "tests/support/scratch.h"

static int run_shell(const char *script, uint64_t bound_ms, int output_fd, char *description, size_t size) {
        const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
        const struct child_job job = {
                .arguments = arguments,
                .directory_fd = AT_FDCWD,
                .output_fd = output_fd,
                .deadline_ms = clock_ms() + bound_ms,
        };
        struct text text = text_on(description, size);
        struct child_result result;
        int r = child_run(&job, &result);

        child_describe(&result, &text);
        return r;
}

static void test_ends(NO_STATE) {
        static const struct {
                const char *script;
                int error;
                const char *description;
        } rows[] = {
                { "exit 0", 0, "status 0" },
                { "exit 3", ERR_FAILED, "status 3" },
                { "echo one >&2; echo two >&2; exit 1", ERR_FAILED, "status 1: two" },
                { "printf 'half\\r\\n\\n\\033[31mx\\n' >&2; exit 1", ERR_FAILED, "status 1: ?[31mx" },
                { "seq 1 9999 | head -c 30000 >&2; echo >&2; echo the end >&2; exit 1", ERR_FAILED,
                  "status 1: the end" },
                { "kill -9 $$", ERR_FAILED, "killed by signal 9" },
                { "echo why >&2; kill -11 $$", ERR_FAILED, "killed by signal 11: why" },
        };
        char description[256];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_error(run_shell(rows[i].script, 20000, -1, description, sizeof(description)),
                             rows[i].error);
                assert_string_equal(description, rows[i].description);
        }
}

static void test_is_killed_with_what_it_started(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "pid");
        char script[4200], description[256];
        uint64_t start = clock_ms();
        struct bytes pid;

        snprintf(script, sizeof(script), "sleep 100 & echo $! > %s; while :; do :; done", path);
        assert_error(run_shell(script, 500, -1, description, sizeof(description)), ERR_TIMEOUT);
        assert_string_equal(description, "not finished in time, killed");
        assert_true(clock_ms() - start < 10000);
        pid = test_read_file(path);
        /* A zombie of nobody, or gone: what cannot be signalled is no more. */
        for (unsigned i = 0; i < 100; i++) {
                char stat[64], line[512] = "";
                FILE *file;

                snprintf(stat, sizeof(stat), "/proc/%d/stat", atoi((const char *) pid.data));
                file = fopen(stat, "r");
                if (!file || !fgets(line, sizeof(line), file) || strstr(line, ") Z ")) {
                        if (file)
                                fclose(file);
                        free((void *) (uintptr_t) pid.data);
                        scratch_remove(directory);
                        return;
                }
                fclose(file);
                clock_sleep_ms(50);
        }
        fail_msg("what it started lives on");
}

static void test_noise_without_end(NO_STATE) {
        char description[256];
        uint64_t start = clock_ms();

        assert_error(run_shell("while :; do echo noise >&2; done", 500, -1, description, sizeof(description)),
                     ERR_TIMEOUT);
        assert_true(clock_ms() - start < 10000);
        test_assert_contains(description, "noise");
}

static void test_output_and_directory(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "output");
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        int directory_fd = open(directory, O_RDONLY | O_DIRECTORY);
        const char *const arguments[] = { "/bin/sh", "-c", "pwd; cat", NULL };
        const struct child_job job = { arguments, directory_fd, fd, clock_ms() + 20000, NULL };
        struct child_result result;
        struct bytes output;

        assert_ok(child_run(&job, &result));
        output = test_read_file(path);
        assert_int_equal(output.size, strlen(directory) + 1);
        assert_memory_equal(output.data, directory, strlen(directory));
        free((void *) (uintptr_t) output.data);
        close(fd);
        close(directory_fd);
        scratch_remove(directory);
}

static void test_no_such_program(NO_STATE) {
        const char *const arguments[] = { "/no/such/program", NULL };
        const struct child_job job = { arguments, AT_FDCWD, -1, clock_ms() + 20000, NULL };
        struct child_result result;

        assert_error(child_run(&job, &result), ERR_FAILED);
        assert_int_equal(result.status, 127);
        assert_string_equal(result.said, "cannot be started: No such file or directory");
}

static void test_memory_is_sampled(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "meminfo");
        char script[4200];
        const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
        struct meminfo meminfo;
        const struct child_job job = { arguments, AT_FDCWD, -1, clock_ms() + 20000, &meminfo };
        struct child_result result;

        scratch_write(path, text_view("MemTotal:  30 kB\nMemFree: 20 kB\nMemAvailable:   15 kB\n"));
        meminfo_start(&meminfo, path);
        assert_int_equal(meminfo.total, 30 * 1024);
        assert_int_equal(meminfo.free_at_start, 20 * 1024);
        assert_int_equal(meminfo.lowest_available, 15 * 1024);
        snprintf(script, sizeof(script), "echo 'MemAvailable: 7 kB' > %s; sleep 1", path);
        assert_ok(child_run(&job, &result));
        assert_int_equal(meminfo.lowest_available, 7 * 1024);
        scratch_remove(directory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ends),
                cmocka_unit_test(test_is_killed_with_what_it_started),
                cmocka_unit_test(test_noise_without_end),
                cmocka_unit_test(test_output_and_directory),
                cmocka_unit_test(test_no_such_program),
                cmocka_unit_test(test_memory_is_sampled),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
