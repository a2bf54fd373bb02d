/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* O_PATH */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "posix/beneath.h"
#include "tests/support/emulated.h"
#include "tests/support/refused-call.h"
#include "tests/support/scratch.h"

/*
 * outside               a file that nothing may reach
 * inside/file           inside/deep/below/file
 * inside/to-file        a link to "file"; inside/to-outside, to "../outside"; inside/to-root, to "/"
 * inside/to-deep        a link to the directory "deep"; inside/to-nothing, to nothing
 * inside/pipe           inside/socket
 */
struct place {
        char *directory;
        int fd; /* of "inside" */
};

static void put_link(const struct place *place, const char *to, const char *name) {
        assert_int_equal(symlinkat(to, place->fd, name), 0);
}

static void put_socket(const struct place *place, const char *name) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s/inside/%s", place->directory, name);
        assert_int_equal(bind(fd, (const struct sockaddr *) &address, sizeof(address)), 0);
        close(fd);
}

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->directory = scratch_make();
        scratch_put(place->directory, "/outside", "outside");
        scratch_put(place->directory, "/inside/file", "file");
        scratch_put(place->directory, "/inside/deep/below/file", "below");
        place->fd = open(scratch_path(place->directory, "inside"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        put_link(place, "file", "to-file");
        put_link(place, "../outside", "to-outside");
        put_link(place, "/", "to-root");
        put_link(place, "deep", "to-deep");
        put_link(place, "nothing", "to-nothing");
        put_link(place, "below", "deep/to-below");
        put_socket(place, "socket");
        assert_int_equal(mkfifoat(place->fd, "pipe", 0600), 0);
        *state = place;
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        close(place->fd);
        scratch_remove(place->directory);
        free(place);
        return 0;
}

/* A test that hangs is killed, and has failed. */
#define HANG_SECONDS 10

static void assert_refused(const struct place *place, const char *path, int wanted) {
        int fd;

        alarm(HANG_SECONDS);
        fd = beneath_open_file(place->fd, path);
        alarm(0);
        if (fd >= 0)
                fail_msg("'%s' was opened", path);
        if (fd != wanted)
                fail_msg("'%s': %s, not %s", path, error_name(fd), error_name(wanted));
}

static void assert_reads(int fd, const char *wanted) {
        char content[64] = "";

        assert_true(fd >= 0);
        assert_int_equal(read(fd, content, sizeof(content) - 1), strlen(wanted));
        assert_string_equal(content, wanted);
        assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        close(fd);
}

static void test_files(void **state) {
        const struct place *place = *state;

        assert_reads(beneath_open_file(place->fd, "file"), "file");
        assert_reads(beneath_open_file(place->fd, "deep/below/file"), "below");
        assert_reads(beneath_open_file(place->fd, "deep//below/file"), "below");
        assert_refused(place, "nothing", ERR_NOT_FOUND);
        assert_refused(place, "deep/nothing/file", ERR_NOT_FOUND);
        assert_refused(place, "", ERR_NOT_FOUND);
}

static void test_links(void **state) {
        static const char *const paths[] = {
                "to-file",         "to-outside",         "to-nothing", "to-root",   "to-deep/below/file",
                "to-root/etc",     "deep/to-below/file", "to-deep",    "to-file/x", "to-outside/x/",
                "to-nothing/file",
        };

        for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
                assert_refused(*state, paths[i], ERR_INVALID_ARGUMENT);
}

static void test_nothing_above(void **state) {
        const struct place *place = *state;

        assert_refused(place, "../outside", ERR_INVALID_ARGUMENT);
        assert_refused(place, "deep/../../outside", ERR_INVALID_ARGUMENT);
        assert_refused(place, "..", ERR_INVALID_ARGUMENT);
        assert_refused(place, scratch_path(place->directory, "outside"), ERR_INVALID_ARGUMENT);
        assert_refused(place, scratch_path(place->directory, "inside/file"), ERR_INVALID_ARGUMENT);
        assert_refused(place, "/", ERR_INVALID_ARGUMENT);
}

static void test_what_is_no_file(void **state) {
        const struct place *place = *state;
        int fd;

        assert_refused(place, "pipe", ERR_INVALID_ARGUMENT);
        assert_refused(place, "socket", ERR_INVALID_ARGUMENT);
        assert_refused(place, "deep", ERR_INVALID_ARGUMENT);
        assert_refused(place, ".", ERR_INVALID_ARGUMENT);
        assert_refused(place, "file/below", ERR_INVALID_ARGUMENT);
        assert_refused(place, "pipe/below", ERR_INVALID_ARGUMENT);
        fd = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_error(beneath_open_file(fd, "null"), ERR_INVALID_ARGUMENT);
        close(fd);
}

static void test_long_names(void **state) {
        char name[5000];

        memset(name, 'a', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        assert_refused(*state, name, ERR_TOO_LARGE);
        name[300] = '/';
        assert_refused(*state, name, ERR_TOO_LARGE);
}

static void test_new_files(void **state) {
        const struct place *place = *state;
        struct stat status;
        int fd = beneath_open(place->fd, "deep/new", O_WRONLY | O_CREAT | O_EXCL, 0600);

        assert_true(fd >= 0);
        assert_int_equal(fstat(fd, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);
        close(fd);
        assert_error(beneath_open(place->fd, "deep/new", O_WRONLY | O_CREAT | O_EXCL, 0600), ERR_EXISTS);
        assert_error(beneath_open(place->fd, "to-nothing", O_WRONLY | O_CREAT, 0600), ERR_INVALID_ARGUMENT);
        assert_error(beneath_open(place->fd, "to-deep/new", O_WRONLY | O_CREAT, 0600), ERR_INVALID_ARGUMENT);
        assert_error(beneath_open(place->fd, "../new", O_WRONLY | O_CREAT, 0600), ERR_INVALID_ARGUMENT);
        assert_int_not_equal(access(scratch_path(place->directory, "new"), F_OK), 0);
        assert_int_not_equal(access(scratch_path(place->directory, "inside/nothing"), F_OK), 0);
}

static void test_parents(void **state) {
        static const struct {
                const char *path, *name;
                int error;
        } rows[] = {
                { "deep/below/file", "file", 0 },
                { "file", "file", 0 },
                { "nothing", "nothing", 0 },
                { "to-deep", "to-deep", 0 }, /* the link itself is in the directory */
                { "to-deep/below", NULL, ERR_INVALID_ARGUMENT },
                { "deep/to-below/file", NULL, ERR_INVALID_ARGUMENT },
                { "../outside", NULL, ERR_INVALID_ARGUMENT },
                { "/outside", NULL, ERR_INVALID_ARGUMENT },
                { "/etc/passwd", NULL, ERR_INVALID_ARGUMENT },
                { "file/x", NULL, ERR_INVALID_ARGUMENT },
                { "nothing/x", NULL, ERR_NOT_FOUND },
        };
        const struct place *place = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const char *name = NULL;
                struct stat status;
                int fd = beneath_open_parent(place->fd, rows[i].path, &name);

                if (rows[i].error < 0) {
                        assert_error(fd, rows[i].error);
                        assert_null(name);
                        continue;
                }
                if (fd < 0)
                        fail_msg("'%s': %s", rows[i].path, error_name(fd));
                assert_string_equal(name, rows[i].name);
                assert_int_equal(fstat(fd, &status), 0);
                assert_true(S_ISDIR(status.st_mode));
                close(fd);
        }
}

/* The owner of a file may hold a lease on it: open() with O_NONBLOCK says EAGAIN as long as that lasts. */
static void test_leases(void **state) {
        const struct place *place = *state;
        int fd = open(scratch_path(place->directory, "inside/file"), O_RDONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        (void) signal(SIGIO, SIG_IGN); /* which tells of whoever wants the file */
        if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
                skip();
        assert_refused(place, "file", ERR_IO);
        assert_int_equal(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
        assert_reads(beneath_open_file(place->fd, "file"), "file");
        close(fd);
}

/* A kernel before 5.6, for the rest of this process. */
static int take_openat2_away(void **state) {
        struct open_how how = { .flags = O_PATH };

        (void) state;
        if (refused_call(SYS_openat2, ENOSYS) < 0)
                return -1;
        return syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how)) < 0 && errno == ENOSYS ? 0 : -1;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_files),           TEST(test_links),      TEST(test_nothing_above),
                TEST(test_what_is_no_file), TEST(test_long_names), TEST(test_new_files),
                TEST(test_parents),         TEST(test_leases),
        };
        int failures = cmocka_run_group_tests_name("openat2", tests, NULL, NULL);

        if (emulated()) {
                print_message("[  SKIPPED ] %zu test(s): by steps: no system call is refused\n",
                              ARRAY_SIZE(tests));
                return failures;
        }
        return failures + cmocka_run_group_tests_name("by steps", tests, take_openat2_away, NULL);
}
