/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/target/file-dump-target.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "tests/support/scratch.h"

static void test_error_numbers(NO_STATE) {
        static const struct {
                int number, error;
        } rows[] = {
                { ENOSPC, ERR_NO_SPACE },         { EACCES, ERR_PERMISSION }, { EPERM, ERR_PERMISSION },
                { ENOENT, ERR_NOT_FOUND },        { EROFS, ERR_READ_ONLY },   { EIO, ERR_IO },
                { ENOMEM, ERR_NO_MEMORY },        { EPIPE, ERR_IO },          { 0, ERR_IO },
                { EINVAL, ERR_INVALID_ARGUMENT },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                assert_error(errno_to_error(rows[i].number), rows[i].error);
}

static void test_read_up_to_a_limit(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "file");
        static uint8_t content[200000];
        struct buffer buffer;

        memset(content, 'x', sizeof(content));
        scratch_write(path, bytes_of(content, sizeof(content)));
        buffer_init(&buffer, &system_allocator);
        assert_ok(file_read_at(AT_FDCWD, path, sizeof(content), &buffer));
        assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of(content, sizeof(content))));
        buffer.size = 0;
        assert_error(file_read_at(AT_FDCWD, path, sizeof(content) - 1, &buffer), ERR_TOO_LARGE);
        buffer_free(&buffer);
        scratch_remove(directory);
}

struct opened {
        char *directory, root[4200];
        struct file_dump_target target;
        struct dump_target dump;
        struct buffer buffer;
};

/* A target below a scratch directory; the target's own is not there yet. */
static void open_target(struct opened *opened) {
        opened->directory = scratch_make();
        snprintf(opened->root, sizeof(opened->root), "%s/a/b", opened->directory);
        assert_ok(file_dump_target_open(&opened->target, opened->root, &opened->dump));
        buffer_init(&opened->buffer, &system_allocator);
}

static void close_target(struct opened *opened) {
        buffer_free(&opened->buffer);
        file_dump_target_close(&opened->target);
        scratch_remove(opened->directory);
}

static int read_target(struct opened *opened, const char *path) {
        return opened->dump.read_file(opened->dump.context, path, &opened->buffer);
}

static void assert_mode(const char *path, mode_t mode) {
        struct stat status;

        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, mode);
}

static void assert_holds(const char *path, struct bytes wanted) {
        struct bytes content = test_read_file(path);

        assert_true(bytes_equal(content, wanted));
        free((void *) content.data);
}

static void test_reading_makes_nothing(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_error(read_target(&opened, "x/y"), ERR_NOT_FOUND);
        assert_int_equal(access(opened.root, F_OK), -1);
        close_target(&opened);
}

static int write_to(struct opened *opened, const char *path, const char *content) {
        return opened->dump.write_file(opened->dump.context, path, text_view(content));
}

static void test_write_and_read_back(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_ok(opened.dump.make_directory(opened.dump.context, "event"));
        assert_ok(opened.dump.make_directory(opened.dump.context, "event"));
        assert_ok(write_to(&opened, "event/x.bin", "first"));
        assert_ok(write_to(&opened, "event/x.bin", "second"));
        assert_ok(read_target(&opened, "event/x.bin"));
        assert_true(bytes_equal(buffer_bytes(&opened.buffer), text_view("second")));
        assert_ok(write_to(&opened, "top", ""));
        assert_int_equal(scratch_count_files(opened.directory), 2); /* no temporary file stays */
        assert_mode(opened.root, 0700);
        assert_mode(scratch_path(opened.root, "event"), 0700);
        assert_mode(scratch_path(opened.root, "event/x.bin"), 0600);
        close_target(&opened);
}

static void test_write_that_fails(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_error(write_to(&opened, "missing/x", "x"), ERR_NOT_FOUND);
        assert_ok(opened.dump.make_directory(opened.dump.context, "x"));
        assert_error(write_to(&opened, "x", "x"), ERR_INVALID_ARGUMENT);
        assert_int_equal(scratch_count_files(opened.directory), 0);
        close_target(&opened);
}

/* Nothing is removed that somebody would miss. */
static void test_removing(NO_STATE) {
        struct opened opened;
        struct dump_target *dump = &opened.dump;

        open_target(&opened);
        assert_error(dump->remove_file(dump->context, "x"), ERR_NOT_FOUND);
        assert_error(dump->remove_directory(dump->context, "x"), ERR_NOT_FOUND);
        assert_ok(dump->make_directory(dump->context, "event"));
        assert_ok(write_to(&opened, "event/x", "x"));
        assert_error(dump->remove_directory(dump->context, "event"), ERR_EXISTS);
        assert_error(dump->remove_file(dump->context, "event"), ERR_INVALID_ARGUMENT);
        assert_error(dump->remove_directory(dump->context, "event/x"), ERR_INVALID_ARGUMENT);
        assert_error(dump->remove_file(dump->context, "event/y"), ERR_NOT_FOUND);
        assert_ok(dump->remove_file(dump->context, "event/x"));
        assert_ok(dump->remove_directory(dump->context, "event"));
        assert_int_equal(scratch_count_files(opened.directory), 0);
        close_target(&opened);
}

static void test_another_name(NO_STATE) {
        struct opened opened;
        struct dump_target *dump = &opened.dump;

        open_target(&opened);
        assert_ok(dump->make_directory(dump->context, "unfinished"));
        assert_ok(write_to(&opened, "unfinished/x", "x"));
        assert_ok(dump->make_directory(dump->context, "taken"));
        assert_ok(write_to(&opened, "taken/x", "y"));
        assert_ok(write_to(&opened, "file", "y"));
        assert_error(dump->rename_directory(dump->context, "unfinished", "taken"), ERR_EXISTS);
        assert_error(dump->rename_directory(dump->context, "unfinished", "file"), ERR_EXISTS);
        assert_error(dump->rename_directory(dump->context, "none", "event"), ERR_NOT_FOUND);
        assert_ok(dump->rename_directory(dump->context, "unfinished", "event"));
        assert_ok(read_target(&opened, "event/x"));
        close_target(&opened);
}

/* Links and what would let a reader wait, wherever they lie below the target. */
static void test_what_is_no_file_is_left_alone(NO_STATE) {
        struct opened opened;
        struct dump_target *dump = &opened.dump;
        char outside[PATH_MAX];

        open_target(&opened);
        snprintf(outside, sizeof(outside), "%s/outside", opened.directory);
        assert_int_equal(mkdir(outside, 0700), 0);
        scratch_write(scratch_path(outside, "x"), text_view("not ours"));
        assert_ok(dump->make_directory(dump->context, "event"));
        assert_int_equal(symlink(outside, scratch_path(opened.root, "link")), 0);
        assert_int_equal(symlink(scratch_path(outside, "x"), scratch_path(opened.root, "event/x")), 0);
        assert_int_equal(mkfifo(scratch_path(opened.root, "event/pipe"), 0600), 0);
        assert_error(read_target(&opened, "link/x"), ERR_INVALID_ARGUMENT);
        assert_error(read_target(&opened, "event/x"), ERR_INVALID_ARGUMENT);
        assert_error(read_target(&opened, "event/pipe"), ERR_INVALID_ARGUMENT);
        assert_error(read_target(&opened, "event/pipe/x"), ERR_INVALID_ARGUMENT);
        assert_error(read_target(&opened, "event"), ERR_INVALID_ARGUMENT);
        assert_error(write_to(&opened, "link/x", "ours"), ERR_INVALID_ARGUMENT);
        assert_error(dump->remove_file(dump->context, "link/x"), ERR_INVALID_ARGUMENT);
        assert_error(dump->flush(dump->context, "link/x"), ERR_INVALID_ARGUMENT);
        /* In the place of a link a file is made, and the link's is as it was. */
        assert_ok(write_to(&opened, "event/x", "ours"));
        assert_holds(scratch_path(outside, "x"), text_view("not ours"));
        close_target(&opened);
}

/* Two dumps at a time would take each other's unfinished files for litter. */
static void test_one_dump_at_a_time(NO_STATE) {
        struct opened opened;
        int fd;

        open_target(&opened);
        assert_ok(opened.dump.make_directory(opened.dump.context, "event"));
        fd = open(opened.root, O_RDONLY | O_DIRECTORY);
        assert_true(fd >= 0);
        assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
        file_dump_target_close(&opened.target);
        assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
        close(fd);
        close_target(&opened);
}

/* One that is not there yet is no error; one that can never be is. */
static void test_target_that_is_a_file(NO_STATE) {
        char *directory = scratch_make();
        struct file_dump_target target;
        struct dump_target dump;

        scratch_write(scratch_path(directory, "file"), text_view("x"));
        assert_error(file_dump_target_open(&target, scratch_path(directory, "file/below"), &dump),
                     ERR_NOT_DIRECTORY);
        assert_error(file_dump_target_open(&target, scratch_path(directory, "file"), &dump),
                     ERR_NOT_DIRECTORY);
        scratch_remove(directory);
}

static void test_where_the_target_is(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_false(opened.dump.is_at(opened.dump.context, opened.root)); /* it is not there yet */
        assert_ok(opened.dump.make_directory(opened.dump.context, "x"));
        assert_int_equal(symlink(opened.root, scratch_path(opened.directory, "link")), 0);
        assert_true(opened.dump.is_at(opened.dump.context, opened.root));
        assert_true(opened.dump.is_at(opened.dump.context, scratch_path(opened.directory, "link")));
        assert_false(opened.dump.is_at(opened.dump.context, opened.directory));
        assert_false(opened.dump.is_at(opened.dump.context, scratch_path(opened.directory, "none")));
        close_target(&opened);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_error_numbers),
                cmocka_unit_test(test_read_up_to_a_limit),
                cmocka_unit_test(test_reading_makes_nothing),
                cmocka_unit_test(test_write_and_read_back),
                cmocka_unit_test(test_write_that_fails),
                cmocka_unit_test(test_removing),
                cmocka_unit_test(test_another_name),
                cmocka_unit_test(test_what_is_no_file_is_left_alone),
                cmocka_unit_test(test_one_dump_at_a_time),
                cmocka_unit_test(test_target_that_is_a_file),
                cmocka_unit_test(test_where_the_target_is),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
