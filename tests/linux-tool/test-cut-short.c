/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * A collect that is killed, at each call of the kernel that may change a file: nothing is lost or there
 * twice, and the next one leaves what it would have left at once.
 */
#include "tests/support/program-fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux-tool/options.h"
#include "linux/dump-directory.h"

#define CALLS_MAX 5000

static char *directory;

/* What the program is told, and how it is asked whether the store is empty. */
struct scenario {
        const char *source; /* the beginning of its SPEC */
        const char *store;  /* behind that */
        const char
                *prepare; /* by a shell, in a folder of its own: a store, and what is in the target before */
};

/* --- the program, watched ----------------------------------------------------------------------- */

static bool makes_a_file(pid_t child, const struct __ptrace_syscall_info *info) {
        uint64_t flags = info->entry.nr == SYS_openat ? info->entry.args[2] : 0;

        if (info->entry.nr == SYS_openat2) /* struct open_how begins with them */
                flags = (uint64_t) ptrace(PTRACE_PEEKDATA, child, info->entry.args[2], NULL);
        return (flags & O_CREAT) != 0;
}

static bool changes_a_file(pid_t child, const struct __ptrace_syscall_info *info) {
        static const uint64_t numbers[] = {
                SYS_write,     SYS_pwrite64, SYS_mkdirat,   SYS_unlinkat, SYS_renameat,   SYS_renameat2,
                SYS_ftruncate, SYS_fsync,    SYS_fdatasync, SYS_syncfs,   SYS_exit_group,
        };

        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                if (numbers[i] == info->entry.nr)
                        return true;
        return makes_a_file(child, info);
}

static void become_program(const char *source, bool is_watched, rlim_t file_size) {
        const char *objects = getenv("O") ? getenv("O") : "build";
        const struct rlimit limit = { file_size, file_size };
        char path[4096], config[4096], target[4096];

        snprintf(path, sizeof(path), "%s/pstore-fw", objects);
        snprintf(config, sizeof(config), "%s/work/conf", directory);
        snprintf(target, sizeof(target), "%s/work/target", directory);
        (void) signal(SIGXFSZ, SIG_IGN); /* then a write says EFBIG, as one to a full disk says ENOSPC */
        (void) setrlimit(RLIMIT_FSIZE, &limit);
        assert_non_null(freopen("/dev/null", "w", stdout));
        assert_non_null(freopen("/dev/null", "w", stderr));
        if (is_watched && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
                _exit(126);
        execl(path, path, "collect", "--source", source, "--output", target, "--config", config,
              "--volatile-copy", NULL);
        _exit(127);
}

static int run(const char *source, rlim_t file_size) {
        pid_t child = fork();
        int status;

        if (child == 0)
                become_program(source, false, file_size);
        assert_int_equal(waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Kills it before its call of this number, counted from 1; how many calls it came to. 0: it cannot be
 * watched. */
static size_t run_killed_at(const char *source, size_t number) {
        struct __ptrace_syscall_info info;
        size_t calls = 0;
        pid_t child = fork();
        int status;

        if (child == 0)
                become_program(source, true, RLIM_INFINITY);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSTOPPED(status))
                return 0;
        if (ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
                return 0;
        while (ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0) {
                assert_int_equal(waitpid(child, &status, 0), child);
                if (!WIFSTOPPED(status))
                        return calls;
                if (WSTOPSIG(status) != (SIGTRAP | 0x80))
                        continue;
                if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) < 0)
                        break;
                if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_a_file(child, &info))
                        continue;
                if (++calls == number)
                        kill(child, SIGKILL);
        }
        kill(child, SIGKILL);
        (void) waitpid(child, &status, 0);
        return calls;
}

/* --- what is there ------------------------------------------------------------------------------ */

static void shell(const char *format, const char *commands) {
        char line[8192];

        snprintf(line, sizeof(line), format, directory, commands);
        assert_int_equal(system(line), 0);
}

static void prepare(const struct scenario *scenario) {
        shell("mkdir '%s/template' && cd '%1$s/template' && { %s\n}", scenario->prepare);
}

static void begin_work(void) {
        shell("cd '%s' && rm -rf work && cp -a template work%s", "");
}

/* Of every file below the target, its name; and its bytes, but for a manifest's, which tells the time. */
static char *look(const char *file) {
        struct bytes content;
        char *text;

        shell("cd '%s/work/target' && { find . | LC_ALL=C sort; find . -type f ! -name '*.json' | LC_ALL=C "
              "sort | "
              "xargs sha256sum; } > ../../%s",
              file);
        content = test_read_file(scratch_path(directory, file));
        text = strndup((const char *) content.data, content.size);
        free((void *) content.data);
        return text;
}

static void assert_store_is_empty(const char *source) {
        struct program program;

        program_run(&program, NULL, "list", "--source", source, NULL);
        program_assert_status(&program, EXIT_NOTHING);
        program_free(&program);
}

/* --- scenarios ---------------------------------------------------------------------------------- */

/* Each id is that of the kernel's files: (seconds * 100 + part) * 1000 + count. */
#define PUT_EVENT                                                                                            \
        "put() { for part in 1 2; do printf 'Panic#1 Part%s\\n<0>[    1.0] %s of %s\\n' $part $part $2 "     \
        "> $1/dmesg-efi-${2}0${part}001; done; }; "

/* Six events and another record, which go together; two that were there, of which the older has to go. */
static const struct scenario of_many = {
        .source = "pstorefs",
        .store = "store",
        .prepare = PUT_EVENT "mkdir old store && printf old > old/dmesg-efi-150000500001001 && put old "
                             "1500000000 && put old 1500001000 && printf 'keep_events = 7\\n' > conf && "
                             "\"$PROGRAM\" collect -q --volatile-copy --source pstorefs:old --output target "
                             "--config conf > /dev/null && rmdir old && "
                             "for i in 1 2 3 4 5 6; do put store 17000${i}0000; done && "
                             "printf 'a note\\n' > store/dmesg-efi-170009000001001",
};

/* One event of an image, whose files are flushed one by one. */
static const struct scenario of_one = {
        .source = "efi-image",
        .store = "store",
        .prepare = "cp \"$SOURCE/tests/data/variable-store/linux-6.1-panic.fd\" store && chmod u+w store && "
                   "> conf",
};

/* Dumps that wait on the ESP, with the bytes as stored and with texts. */
static const struct scenario of_outbox = {
        .source = "dir",
        .store = "esp" ESP_DUMPS,
        .prepare =
                PUT_EVENT "mkdir store && put store 1700010000 && "
                          "printf 'a note\\n' > store/dmesg-efi-170009000001001 && "
                          "for from in pstorefs:store "
                          "\"erst-image:$SOURCE/tests/data/erst-image/linux-6.1-panic.bin\"; do "
                          "\"$PROGRAM\" dump -q --source \"$from\" -o esp" ESP_DUMPS " > /dev/null; done && "
                          "> conf",
};

static void kill_at_each_call(const struct scenario *scenario) {
        char source[4200], *wanted, *got;
        size_t calls;

        snprintf(source, sizeof(source), "%s:%s/work/%s", scenario->source, directory, scenario->store);
        prepare(scenario);
        begin_work();
        calls = run_killed_at(source, 0);
        if (calls == 0)
                skip(); /* a container may not watch its own processes */
        wanted = look("wanted");
        assert_store_is_empty(source);
        assert_uint_in_range(calls, 20, CALLS_MAX);
        for (size_t number = 1; number <= calls; number++) {
                begin_work();
                assert_int_equal(run_killed_at(source, number), number);
                if (run(source, RLIM_INFINITY) != EXIT_DONE)
                        fail_msg("killed at %zu of %zu: the next run fails", number, calls);
                got = look("got");
                if (strcmp(got, wanted) != 0)
                        fail_msg("killed at %zu of %zu: not\n%s\nbut\n%s", number, calls, wanted, got);
                free(got);
                assert_store_is_empty(source);
        }
        free(wanted);
}

static void test_many_at_each_call(NO_STATE) {
        kill_at_each_call(&of_many);
}

static void test_one_of_an_image_at_each_call(NO_STATE) {
        kill_at_each_call(&of_one);
}

static void test_an_outbox_at_each_call(NO_STATE) {
        kill_at_each_call(&of_outbox);
}

/* Nothing is cleared, and nothing is left; and with room all is as if there had always been some. */
static void test_a_disk_without_room(NO_STATE) {
        char source[4200], *before, *after;

        snprintf(source, sizeof(source), "pstorefs:%s/work/store", directory);
        prepare(&of_many);
        begin_work();
        before = look("before");
        assert_int_equal(run(source, 10), EXIT_FAILED);
        after = look("after");
        assert_string_equal(after, before);
        assert_int_equal(scratch_count_files(scratch_path(directory, "work/store")), 13);
        free(before);
        free(after);
        assert_int_equal(run(source, RLIM_INFINITY), EXIT_DONE);
        assert_store_is_empty(source);
        assert_int_equal(
                access(scratch_path(directory, "work/target/20231115T010000Z-efi-panic1/manifest.json"),
                       F_OK),
                0);
}

static int begin(NO_STATE) {
        char path[PATH_MAX], program[PATH_MAX + 16];

        /* In memory, where nothing waits for a disk; what is flushed when is the matter of other tests. */
        directory = strdup("/dev/shm/pstore-fw-test-XXXXXX");
        if (!mkdtemp(directory)) {
                free(directory);
                directory = scratch_make();
        }
        assert_non_null(realpath(getenv("O") ? getenv("O") : "build", path));
        snprintf(program, sizeof(program), "%s/pstore-fw", path);
        assert_non_null(realpath(".", path));
        setenv("PROGRAM", program, 1);
        setenv("SOURCE", path, 1);
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(directory);
        return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_many_at_each_call),
                TEST(test_one_of_an_image_at_each_call),
                TEST(test_an_outbox_at_each_call),
                TEST(test_a_disk_without_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
