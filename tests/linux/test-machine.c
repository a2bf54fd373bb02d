/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux/machine.h"
#include "tests/support/scratch.h"

static void test_empty_machine(NO_STATE) {
        char *root = scratch_make();
        struct machine machine;

        machine_look(root, &machine);
        assert_true(machine.kernel.known);
        assert_null(machine.kernel.backend);
        assert_null(machine.kernel.command);
        assert_false(machine.has_erst);
        assert_false(machine.has_efi);
        assert_false(machine.kernel.kdump_loaded);
        assert_false(machine.kernel.panic_seconds_known);
        assert_int_equal(machine.kernel.log_bytes, 0);
        scratch_remove(root);
}

static void test_facts(NO_STATE) {
        char *root = scratch_make();
        struct machine machine;

        scratch_put(root, "/sys/module/pstore/parameters/backend", "efi_pstore\n");
        scratch_put(root, "/sys/module/pstore/parameters/kmsg_bytes", "20480\n");
        scratch_put(root, "/sys/firmware/efi/efivars/Boot0000-x", "");
        scratch_put(root, "/proc/cmdline", "quiet\n");
        scratch_put(root, "/sys/kernel/kexec_crash_loaded", "1\n");
        scratch_put(root, "/sys/kernel/kexec_crash_size", "83886080\n");
        scratch_put(root, "/sys/module/kernel/parameters/crash_kexec_post_notifiers", "Y\n");
        scratch_put(root, "/proc/sys/kernel/panic", "30\n");
        machine_look(root, &machine);
        assert_string_equal(machine.kernel.backend, "efi_pstore");
        assert_int_equal(machine.kernel.log_bytes, 20480);
        assert_true(machine.kernel.kdump_loaded);
        assert_int_equal(machine.kernel.crash_bytes, 80 << 20);
        assert_true(machine.kernel.notifiers_first);
        assert_true(machine.kernel.panic_seconds_known);
        assert_int_equal(machine.kernel.panic_seconds, 30);
        assert_null(machine.kernel.command);
        scratch_put(root, "/sys/module/kernel/parameters/crash_kexec_post_notifiers", "N\n");
        scratch_put(root, "/proc/sys/kernel/panic", "-1\n"); /* at once */
        machine_look(root, &machine);
        assert_false(machine.kernel.notifiers_first);
        assert_true(machine.kernel.panic_seconds_known);
        assert_int_equal(machine.kernel.panic_seconds, -1);
        scratch_put(root, "/proc/sys/kernel/panic", "\n");
        machine_look(root, &machine);
        assert_false(machine.kernel.panic_seconds_known);
        scratch_remove(root);
}

/* What is known of the back end (linux/backend.h) is what is judged. */
static void test_backends(NO_STATE) {
        char *root = scratch_make();
        struct machine machine;

        scratch_put(root, "/sys/module/pstore/parameters/backend", "none\n");
        scratch_put(root, "/proc/cmdline", "pstore.backend=none\n");
        machine_look(root, &machine);
        assert_null(machine.kernel.backend);
        assert_string_equal(machine.kernel.asked, "none");
        assert_false(machine.kernel.asked_unknown);
        test_assert_contains(machine.kernel.why, "no back end has this name");
        assert_null(machine.kernel.command);
        scratch_put(root, "/sys/module/pstore/parameters/backend", "x\n");
        scratch_put(root, "/proc/cmdline", "pstore.backend=x\n");
        scratch_put(root, "/sys/firmware/efi/efivars/x", "");
        machine_look(root, &machine);
        assert_null(machine.kernel.backend);
        assert_string_equal(machine.kernel.asked, "x");
        assert_true(machine.kernel.asked_unknown);
        scratch_put(root, "/proc/cmdline", "quiet\n");
        machine_look(root, &machine);
        assert_string_equal(machine.kernel.backend, "x");
        assert_null(machine.kernel.asked);
        assert_null(machine.kernel.why);
        scratch_put(root, "/sys/module/pstore/parameters/backend", "(null)\n");
        machine_look(root, &machine);
        assert_null(machine.kernel.backend);
        assert_null(machine.kernel.asked);
        test_assert_contains(machine.kernel.command, "modprobe efi_pstore");
        scratch_remove(root);
}

/* A directory that is no pstore is what the kernel has where nothing is mounted. */
static void test_what_else_is_known(NO_STATE) {
        char *root = scratch_make();
        struct machine machine;

        machine_look(root, &machine);
        assert_false(machine.kernel.unmounted);
        assert_false(machine.kernel.efi_is_volatile);
        assert_false(machine.kernel.has_kexec);
        assert_false(machine.kernel.is_xen_dom0);
        assert_null(machine.kernel.kdump_by);
        scratch_put(root, "/sys/fs/pstore/x", "");
        scratch_put(root, "/sys/firmware/efi/efivars/RTStorageVolatile-b2ac5fc9-92b7-4acd-aeac-11e818c3130c",
                    "");
        scratch_put(root, "/sys/kernel/kexec_crash_loaded", "1\n");
        scratch_put(root, "/sys/hypervisor/properties/features", "00002f05\n");
        scratch_put(root, "/proc/sys/kernel/random/boot_id", "b\n");
        scratch_put(root, "/run/pstore-fw-kdump.loaded", "b\n");
        machine_look(root, &machine);
        assert_true(machine.kernel.unmounted);
        assert_true(machine.kernel.efi_is_volatile);
        assert_true(machine.kernel.has_kexec);
        assert_true(machine.kernel.is_xen_dom0);
        assert_string_equal(machine.kernel.kdump_by, "pstore-fw kdump load");
        scratch_put(root, "/sys/hypervisor/properties/features", "00002705\n"); /* a guest */
        scratch_put(root, "/sys/kernel/kexec_crash_loaded", "0\n");
        machine_look(root, &machine);
        assert_false(machine.kernel.is_xen_dom0);
        assert_null(machine.kernel.kdump_by);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_empty_machine),
                cmocka_unit_test(test_facts),
                cmocka_unit_test(test_backends),
                cmocka_unit_test(test_what_else_is_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
