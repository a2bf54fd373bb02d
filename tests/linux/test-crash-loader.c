/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <unistd.h>

#include "linux/crash-loader.h"
#include "tests/support/scratch.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static void test_nobody_is_known(NO_STATE) {
        char *root = scratch_make();

        assert_null(crash_loader_find(root));
        crash_loader_note(root); /* a boot without an id cannot be told from the next */
        assert_null(crash_loader_find(root));
        crash_loader_forget(root);
        scratch_remove(root);
}

static void test_our_own_load_counts_until_the_next_boot(NO_STATE) {
        char *root = scratch_make();

        scratch_put(root, BOOT_ID, "11111111-2222-3333-4444-555555555555\n");
        crash_loader_note(root);
        assert_string_equal(crash_loader_find(root), "pstore-fw kdump load");
        scratch_put(root, BOOT_ID, "11111111-2222-3333-4444-666666666666\n");
        assert_null(crash_loader_find(root));
        crash_loader_note(root);
        assert_non_null(crash_loader_find(root));
        crash_loader_forget(root);
        assert_null(crash_loader_find(root));
        scratch_remove(root);
}

/* Of a unit that is active systemd has a link, which leads nowhere. */
static void test_a_service_that_is_active(NO_STATE) {
        char *root = scratch_make();

        scratch_put(root, "/run/systemd/units/x", "");
        assert_int_equal(
                symlink("0123456789abcdef", scratch_path(root, "run/systemd/units/invocation:kdump.service")),
                0);
        assert_string_equal(crash_loader_find(root), "kdump");
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nobody_is_known),
                cmocka_unit_test(test_our_own_load_counts_until_the_next_boot),
                cmocka_unit_test(test_a_service_that_is_active),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
