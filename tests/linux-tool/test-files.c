/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
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

static void test_reading_makes_nothing(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_error(read_target(&opened, "x/y"), ERR_NOT_FOUND);
        assert_int_equal(access(opened.root, F_OK), -1);
        close_target(&opened);
}

static void test_write_and_read_back(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_ok(opened.dump.make_directory(opened.dump.context, "event/records"));
        assert_ok(opened.dump.make_directory(opened.dump.context, "event/records"));
        assert_ok(opened.dump.write_file(opened.dump.context, "event/records/x.bin", text_view("first")));
        assert_ok(opened.dump.write_file(opened.dump.context, "event/records/x.bin", text_view("second")));
        assert_ok(read_target(&opened, "event/records/x.bin"));
        assert_true(bytes_equal(buffer_bytes(&opened.buffer), text_view("second")));
        assert_ok(opened.dump.write_file(opened.dump.context, "top", text_view("")));
        assert_int_equal(scratch_count_files(opened.directory), 2); /* no temporary file stays */
        assert_mode(opened.root, 0700);
        assert_mode(scratch_path(opened.root, "event/records"), 0700);
        assert_mode(scratch_path(opened.root, "event/records/x.bin"), 0600);
        close_target(&opened);
}

static void test_write_that_fails(NO_STATE) {
        struct opened opened;

        open_target(&opened);
        assert_error(opened.dump.write_file(opened.dump.context, "missing/x", text_view("x")), ERR_NOT_FOUND);
        assert_ok(opened.dump.make_directory(opened.dump.context, "x"));
        assert_true(opened.dump.write_file(opened.dump.context, "x", text_view("x")) < 0);
        assert_int_equal(scratch_count_files(opened.directory), 0);
        close_target(&opened);
}

static void test_target_that_is_a_file(NO_STATE) {
        char *directory = scratch_make();
        struct file_dump_target target;
        struct dump_target dump;

        scratch_write(scratch_path(directory, "file"), text_view("x"));
        assert_ok(file_dump_target_open(&target, scratch_path(directory, "file/below"), &dump));
        assert_true(dump.make_directory(dump.context, "event") < 0);
        file_dump_target_close(&target);
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
                cmocka_unit_test(test_error_numbers),         cmocka_unit_test(test_read_up_to_a_limit),
                cmocka_unit_test(test_reading_makes_nothing), cmocka_unit_test(test_write_and_read_back),
                cmocka_unit_test(test_write_that_fails),      cmocka_unit_test(test_target_that_is_a_file),
                cmocka_unit_test(test_where_the_target_is),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
