/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/volatile-directory.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define MEMORY "/dev/shm"

static bool is_of_type(const char *path, long type) {
        struct statfs status;

        return statfs(path, &status) == 0 && status.f_type == type;
}

static void test_memory(NO_STATE) {
        char *directory;

        if (!is_of_type(MEMORY, TMPFS_MAGIC))
                skip();
        assert_true(volatile_directory(MEMORY));
        assert_true(volatile_directory(MEMORY "/none/that/is/there"));
        /* A link is followed: what it leads to counts. */
        directory = scratch_make();
        assert_int_equal(symlink(MEMORY, scratch_path(directory, "link")), 0);
        assert_true(volatile_directory(scratch_path(directory, "link")));
        assert_true(volatile_directory(scratch_path(directory, "link/below")));
        scratch_remove(directory);
}

static void test_a_disk(NO_STATE) {
        char *directory = scratch_make();

        if (is_of_type(directory, TMPFS_MAGIC) || is_of_type(directory, OVERLAYFS_SUPER_MAGIC)) {
                scratch_remove(directory);
                skip();
        }
        assert_false(volatile_directory(directory));
        assert_false(volatile_directory(scratch_path(directory, "a/b/c")));
        assert_int_equal(chdir(directory), 0);
        assert_false(volatile_directory("a"));
        assert_false(volatile_directory("a/b"));
        assert_int_equal(chdir("/"), 0);
        scratch_remove(directory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_a_disk),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
