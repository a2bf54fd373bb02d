/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "kdump/host.h"
#include "tests/support/scratch.h"

static void test_specifiers(NO_STATE) {
        char *root = scratch_make(), directory[PATH_MAX];

        scratch_put(root, "/proc/sys/kernel/hostname", "web1\n");
        scratch_put(root, "/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        strcpy(directory, "/mnt/%H/a%%b/%m");
        assert_ok(kdump_host_expand(root, directory));
        assert_string_equal(directory, "/mnt/web1/a%b/0123456789abcdef0123456789abcdef");
        strcpy(directory, "/mnt/%h");
        assert_error(kdump_host_expand(root, directory), ERR_VALUE);
        strcpy(directory, "/mnt/%");
        assert_error(kdump_host_expand(root, directory), ERR_VALUE);
        scratch_put(root, "/etc/machine-id", "uninitialized\n");
        strcpy(directory, "/mnt/%m");
        assert_error(kdump_host_expand(root, directory), ERR_VALUE);
        assert_string_equal(directory, "/mnt/%m");
        memset(directory, 'd', PATH_MAX - 1);
        strcpy(directory + PATH_MAX - 3, "%H");
        assert_error(kdump_host_expand(root, directory), ERR_TOO_LARGE);
        scratch_remove(root);
}

/* Names that many have, or that name no directory. */
static void test_names_that_are_none(NO_STATE) {
        static const char *const names[] = { "localhost\n", "(none)\n", "..\n", "a/b\n", "\n" };
        char *root = scratch_make(), name[KDUMP_HOST_SIZE];

        assert_false(kdump_host_name(root, name));
        assert_false(kdump_host_machine(root, name));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                scratch_put(root, "/proc/sys/kernel/hostname", names[i]);
                assert_false(kdump_host_name(root, name));
        }
        scratch_put(root, "/proc/sys/kernel/hostname", "web1\n");
        assert_true(kdump_host_name(root, name));
        assert_string_equal(name, "web1");
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_specifiers),
                cmocka_unit_test(test_names_that_are_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
