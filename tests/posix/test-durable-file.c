/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "posix/durable-file.h"
#include "tests/support/flush-log.h"
#include "tests/support/refused-call.h"
#include "tests/support/scratch.h"

struct place {
        char *directory;
        int fd;
        char path[PATH_MAX]; /* of "file" in it */
        mode_t umask;
};

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->directory = scratch_make();
        place->fd = open(place->directory, O_RDONLY | O_DIRECTORY);
        snprintf(place->path, sizeof(place->path), "%s/file", place->directory);
        place->umask = umask(022);
        *state = place;
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        (void) umask(place->umask);
        close(place->fd);
        scratch_remove(place->directory);
        free(place);
        return 0;
}

static bool holds(const char *path, const char *wanted) {
        struct bytes content = test_read_file(path);
        bool same = bytes_equal(content, text_view(wanted));

        free((void *) content.data);
        return same;
}

static void assert_mode(const char *path, mode_t mode) {
        struct stat status;

        assert_int_equal(lstat(path, &status), 0);
        assert_true(S_ISREG(status.st_mode));
        assert_int_equal(status.st_mode & 07777, mode);
}

static void test_write(void **state) {
        struct place *place = *state;

        flush_log_start();
        assert_ok(durable_file_write(place->fd, "file", text_view("old"), 0640));
        (void) flush_log_assert_durable(place->path);
        assert_mode(place->path, 0640);
        assert_ok(durable_file_write(AT_FDCWD, place->path, text_view("the new"), 0600));
        (void) flush_log_assert_durable(place->path);
        (void) flush_log_stop();
        assert_mode(place->path, 0600);
        assert_true(holds(place->path, "the new"));
        assert_int_equal(scratch_count_files(place->directory), 1);
}

static void assert_creates(const struct place *place) {
        assert_ok(durable_file_create(place->fd, "file", text_view("first"), 0600));
        assert_error(durable_file_create(place->fd, "file", text_view("second"), 0600), ERR_EXISTS);
        assert_mode(place->path, 0600);
        assert_true(holds(place->path, "first"));
        assert_int_equal(scratch_count_files(place->directory), 1);
        assert_int_equal(unlink(place->path), 0);
        assert_int_equal(symlink("nowhere", place->path), 0);
        assert_error(durable_file_create(place->fd, "file", text_view("second"), 0600), ERR_EXISTS);
        assert_int_equal(scratch_count_files(place->directory), 0);
}

static void test_create(void **state) {
        struct place *place = *state;

        flush_log_start();
        assert_ok(durable_file_create(place->fd, "file", text_view("first"), 0600));
        (void) flush_log_stop();
        (void) flush_log_assert_durable(place->path);
        assert_int_equal(unlink(place->path), 0);
        assert_creates(place);
}

static void test_update(void **state) {
        struct place *place = *state;
        struct stat status;

        (void) umask(077);
        flush_log_start();
        assert_ok(durable_file_update(place->fd, "file", text_view("old"), 0644));
        assert_mode(place->path, 0644);
        assert_int_equal(chmod(place->path, 0604), 0);
        if (geteuid() == 0)
                assert_int_equal(chown(place->path, 1, 2), 0);
        assert_ok(durable_file_update(place->fd, "file", text_view("new"), 0644));
        (void) flush_log_stop();
        (void) flush_log_assert_durable(place->path);
        assert_mode(place->path, 0604);
        assert_int_equal(stat(place->path, &status), 0);
        assert_int_equal(status.st_uid, geteuid() == 0 ? 1 : geteuid());
        assert_true(holds(place->path, "new"));
}

/* Whoever put it there would have us write where it points to. */
static void test_a_link_in_its_place(void **state) {
        struct place *place = *state;
        const char *other = scratch_path(place->directory, "other");

        scratch_write(other, text_view("other"));
        assert_int_equal(chmod(other, 0600), 0); /* which is no mode of the link's */
        assert_int_equal(symlink("other", place->path), 0);
        assert_ok(durable_file_write(place->fd, "file", text_view("new"), 0600));
        assert_mode(place->path, 0600);
        assert_int_equal(unlink(place->path), 0);
        assert_int_equal(symlink("other", place->path), 0);
        assert_ok(durable_file_update(place->fd, "file", text_view("new"), 0644));
        assert_mode(place->path, 0644);
        assert_true(holds(other, "other"));
        assert_int_equal(unlink(place->path), 0);
        assert_int_equal(symlink("other", scratch_path(place->directory, "part")), 0);
        assert_error(durable_file_finish(place->fd, "part", "file"), ERR_LOOP);
}

/* Whichever call fails: a whole file, the old or the new one, and no other. */
static void test_failures(void **state) {
        struct place *place = *state;
        size_t calls;

        scratch_write(place->path, text_view("old"));
        flush_log_start();
        assert_ok(durable_file_write(place->fd, "file", text_view("old"), 0600));
        calls = flush_log_stop();
        assert_int_equal(calls, 3);
        for (size_t i = 1; i <= calls; i++) {
                flush_log_start_failing(i);
                assert_error(durable_file_write(place->fd, "file", text_view("the new"), 0600), ERR_IO);
                (void) flush_log_stop();
                assert_true(holds(place->path, i < calls ? "old" : "the new"));
                assert_int_equal(scratch_count_files(place->directory), 1);
        }
}

static void test_what_cannot_be_written(void **state) {
        struct place *place = *state;
        char name[NAME_MAX + 1];

        assert_error(durable_file_write(place->fd, "missing/file", text_view("x"), 0600), ERR_NOT_FOUND);
        assert_int_equal(mkdir(place->path, 0700), 0);
        assert_error(durable_file_write(place->fd, "file", text_view("x"), 0600), ERR_IS_DIRECTORY);
        memset(name, 'x', NAME_MAX);
        name[NAME_MAX] = '\0';
        assert_error(durable_file_write(place->fd, name, text_view("x"), 0600), ERR_TOO_LARGE);
        assert_int_equal(scratch_count_files(place->directory), 0);
}

/* In a process of its own, again and again; its exit status is whether each returned 0. */
static pid_t start_writer(int at, char letter) {
        static char content[100000];
        pid_t pid = fork();
        int r = 0;

        if (pid != 0)
                return pid;
        memset(content, letter, sizeof(content));
        for (unsigned i = 0; i < 50 && r == 0; i++)
                r = durable_file_write(at, "file", bytes_of(content, sizeof(content)), 0600);
        _exit(r != 0);
}

/* Each has a file of its own before it has the name. */
static void test_two_writers(void **state) {
        struct place *place = *state;
        const pid_t writers[] = { start_writer(place->fd, 'a'), start_writer(place->fd, 'b') };
        struct bytes content;

        for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
                int status;

                assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
                assert_int_equal(status, 0);
        }
        content = test_read_file(place->path);
        assert_int_equal(content.size, 100000);
        for (size_t i = 1; i < content.size; i++)
                assert_int_equal(content.data[i], content.data[0]);
        free((void *) content.data);
        assert_int_equal(scratch_count_files(place->directory), 1);
}

static void test_finish(void **state) {
        struct place *place = *state;

        assert_error(durable_file_finish(place->fd, "part", "file"), ERR_NOT_FOUND);
        scratch_write(scratch_path(place->directory, "part"), text_view("made by another"));
        flush_log_start();
        assert_ok(durable_file_finish(place->fd, "part", "file"));
        (void) flush_log_stop();
        (void) flush_log_assert_durable(place->path);
        assert_int_equal(scratch_count_files(place->directory), 1);
        flush_log_start_failing(1);
        assert_error(durable_file_finish(place->fd, "file", "other"), ERR_IO);
        (void) flush_log_stop();
        assert_true(holds(place->path, "made by another")); /* it is not ours to remove */
}

static void test_finish_under_a_free_name(void **state) {
        struct place *place = *state;

        scratch_write(place->path, text_view("old"));
        scratch_write(scratch_path(place->directory, "part"), text_view("new"));
        assert_error(durable_file_finish_new(place->fd, "part", "file"), ERR_EXISTS);
        assert_true(holds(place->path, "old"));
        flush_log_start();
        assert_ok(durable_file_finish_new(place->fd, "part", "other"));
        (void) flush_log_stop();
        (void) flush_log_assert_durable(scratch_path(place->directory, "other"));
        assert_true(holds(scratch_path(place->directory, "other"), "new"));
}

static void test_remove(void **state) {
        struct place *place = *state;

        assert_error(durable_file_remove(place->fd, "file"), ERR_NOT_FOUND);
        scratch_write(place->path, text_view("x"));
        flush_log_start();
        assert_ok(durable_file_remove(place->fd, "file"));
        (void) flush_log_stop();
        (void) flush_log_assert_removed(place->path);
        assert_int_equal(access(place->path, F_OK), -1);
}

static void test_directories(void **state) {
        static const char *const paths[] = { "a/b/c", "a/b/d/", "a//e" };
        struct place *place = *state;
        struct stat status;

        flush_log_start();
        for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
                for (unsigned again = 0; again < 2; again++)
                        assert_ok(durable_directory_make(place->fd, paths[i], 0700));
        (void) flush_log_stop();
        (void) flush_log_assert_tree(place->directory);
        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                assert_int_equal(stat(scratch_path(place->directory, paths[i]), &status), 0);
                assert_int_equal(status.st_mode & 07777, 0700);
        }
        assert_ok(durable_directory_make(AT_FDCWD, scratch_path(place->directory, "f"), 0755));
        assert_int_equal(stat(scratch_path(place->directory, "f"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0755);
        scratch_write(place->path, text_view("x"));
        assert_error(durable_directory_make(place->fd, "file/below", 0700), ERR_NOT_DIRECTORY);
        flush_log_start_failing(2);
        assert_error(durable_directory_make(place->fd, "g", 0700), ERR_IO);
        (void) flush_log_stop();
}

/* As a hardened service, which may give no file away, and has none to give. The last one: the rest of this
 * process is one. */
static void test_who_may_not_change_owners(void **state) {
        struct place *place = *state;

        if (refused_call(SYS_fchown, EPERM) < 0)
                skip();
        assert_ok(durable_file_update(place->fd, "file", text_view("old"), 0644));
        assert_ok(durable_file_update(place->fd, "file", text_view("new"), 0644));
        assert_true(holds(place->path, "new"));
}

/* NFS gives no name that has to be free, but links to it. The last of all. */
static void test_create_where_no_rename_can(void **state) {
        if (refused_call(SYS_renameat2, EINVAL) < 0)
                skip();
        assert_creates(*state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(write),
                TEST(create),
                TEST(update),
                TEST(a_link_in_its_place),
                TEST(failures),
                TEST(what_cannot_be_written),
                TEST(two_writers),
                TEST(finish),
                TEST(finish_under_a_free_name),
                TEST(remove),
                TEST(directories),
                TEST(who_may_not_change_owners),
                TEST(create_where_no_rename_can),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
