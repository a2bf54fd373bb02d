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
        assert_false(machine.kernel.panic_seconds_known);
        scratch_remove(root);
}

/* What was asked for on the command line is no back end when its store is not there. */
static void test_backends(NO_STATE) {
        static const struct {
                const char *parameter, *store, *backend, *command;
        } rows[] = {
                { "erst\n", "/sys/firmware/acpi/tables/ERST", "erst", NULL },
                { "erst\n", "/nothing", NULL, NULL },
                { "efi\n", "/sys/firmware/efi/efivars/x", "efi", NULL },
                { "efi_pstore\n", "/sys/firmware/acpi/tables/ERST", NULL,
                  "boot without erst_disable and with pstore.backend=erst" },
                { "(null)\n", "/sys/firmware/efi/efivars/x", NULL, "modprobe efi_pstore" },
                { "\n", "/nothing", NULL, NULL },
                { "ramoops\n", "/nothing", "ramoops", NULL },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char *root = scratch_make();
                struct machine machine;

                scratch_put(root, "/sys/module/pstore/parameters/backend", rows[i].parameter);
                scratch_put(root, rows[i].store, "");
                machine_look(root, &machine);
                if (rows[i].backend)
                        assert_string_equal(machine.kernel.backend, rows[i].backend);
                else
                        assert_null(machine.kernel.backend);
                if (rows[i].command)
                        assert_string_equal(machine.kernel.command, rows[i].command);
                else
                        assert_null(machine.kernel.command);
                scratch_remove(root);
        }
}

static void test_disabled_module(NO_STATE) {
        char *root = scratch_make();
        struct machine machine;

        scratch_put(root, "/sys/firmware/efi/efivars/x", "");
        scratch_put(root, "/sys/module/efi_pstore/parameters/pstore_disable", "Y\n");
        machine_look(root, &machine);
        assert_non_null(strstr(machine.kernel.command, "pstore_disable=0"));
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_empty_machine),
                cmocka_unit_test(test_facts),
                cmocka_unit_test(test_backends),
                cmocka_unit_test(test_disabled_module),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
