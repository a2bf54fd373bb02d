/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "linux/own-file.h"
#include "tests/support/scratch.h"

/* A test that hangs is killed, and has failed. */
#define HANG_SECONDS 20

static int read_file(const char *root, const char *name, bool *ret_exists) {
        struct reason reason = { "" };
        struct buffer text;
        int r;

        buffer_init(&text, &system_allocator);
        r = own_file_read(root, name, &text, ret_exists, &reason);
        if (r == 0 && *ret_exists)
                assert_true(bytes_equal(buffer_bytes(&text), text_view("settings")));
        if (r < 0)
                test_assert_contains(reason.text, name);
        buffer_free(&text);
        return r;
}

static void test_read(NO_STATE) {
        char *root = scratch_make();
        bool exists = false;

        scratch_put(root, "/etc/file", "settings");
        assert_ok(read_file(root, "/etc/file", &exists));
        assert_true(exists);
        assert_ok(read_file(root, "/etc/none", &exists));
        assert_false(exists);
        assert_error(read_file(root, "/etc/file/below", &exists), ERR_NOT_DIRECTORY);
        scratch_remove(root);
}

/* It is left alone: a rename would put a file in its place. */
static void test_what_is_no_file(NO_STATE) {
        char *root = scratch_make();
        bool exists = false;

        scratch_put(root, "/etc/file", "settings");
        assert_int_equal(symlink("file", scratch_path(root, "etc/link")), 0);
        assert_int_equal(symlink("nothing", scratch_path(root, "etc/dangling")), 0);
        assert_int_equal(mkfifo(scratch_path(root, "etc/pipe"), 0600), 0);
        alarm(HANG_SECONDS);
        assert_error(read_file(root, "/etc/link", &exists), ERR_NOT_SUPPORTED);
        assert_error(read_file(root, "/etc/dangling", &exists), ERR_NOT_SUPPORTED);
        assert_error(read_file(root, "/etc/pipe", &exists), ERR_NOT_SUPPORTED);
        assert_error(read_file(root, "/etc", &exists), ERR_NOT_SUPPORTED);
        alarm(0);
        assert_false(exists);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_what_is_no_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
