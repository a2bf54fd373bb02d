/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "linux/backend.h"
#include "tests/support/erst-builder.h"
#include "tests/support/scratch.h"

#define REGISTERED "6,324,1200000,-;pstore: Registered %s as persistent store backend\n"
#define LINE       "root=/dev/sda1 ro quiet"

static char *root;
static struct backend backend;

static int begin(NO_STATE) {
        root = scratch_make();
        scratch_put(root, "/proc/sys/kernel/osrelease", "6.12.0-1-amd64\n");
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static void put_erst(uint8_t last_action) {
        struct erst_builder builder;

        erst_builder_init(&builder);
        for (uint8_t action = ERST_BEGIN_WRITE_OPERATION; action <= last_action; action++)
                if (action != ERST_ACTION_RESERVED)
                        ERST_BUILDER_ADD(&builder, action, ERST_READ_REGISTER,
                                         .register_region = erst_builder_memory(0x1000, 64),
                                         .mask = UINT64_MAX);
        scratch_put(root, "/sys/firmware/acpi/tables/ERST", "");
        scratch_write(scratch_path(root, "sys/firmware/acpi/tables/ERST"), erst_builder_finish(&builder));
}

static void put_efi(const char *disabled) {
        scratch_put(root, "/sys/firmware/efi/efivars/Boot0000-x", "");
        if (disabled)
                scratch_put(root, "/sys/module/efi_pstore/parameters/pstore_disable", disabled);
}

static void put_module(void) {
        scratch_put(root, "/sys/module/efi_pstore/initstate", "live\n");
}

/* With a command line, or what cannot be read where it is NULL. */
static void find(const char *shown, const char *command_line) {
        struct boot_line line;

        scratch_put(root, "/sys/module/pstore/parameters/backend", shown);
        if (command_line)
                scratch_put(root, "/proc/cmdline", command_line);
        boot_line_read(root, &line);
        backend_find(root, &line, &backend);
}

static void assert_is(enum backend_state state, const char *why, const char *command) {
        assert_int_equal(backend.state, state);
        test_assert_contains(backend.why, why);
        assert_string_equal(backend.command, command);
}

/* --- names that nobody asked for ---------------------------------------------------------------- */

static void test_a_name_that_was_not_asked_for_is_that_of_a_back_end(NO_STATE) {
        static const char *const names[] = { "erst", "efi_pstore", "ramoops", "pstore_blk", "x" };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                find(names[i], LINE "\n");
                assert_is(BACKEND_REGISTERED, "", "");
                assert_string_equal(backend.name, names[i]);
        }
        find("ramoops\n", LINE " pstore.backend=erst\n");
        assert_is(BACKEND_REGISTERED, "", "");
        find("ramoops\n", LINE " -- pstore.backend=ramoops\n"); /* a word for init */
        assert_is(BACKEND_REGISTERED, "", "");
}

/* What the command line forbids cannot be. */
static void test_the_command_line_counts_more(NO_STATE) {
        put_erst(ERST_GET_EXECUTE_OPERATION_TIMINGS);
        find("erst\n", LINE " erst_disable\n");
        assert_is(BACKEND_ABSENT, "erst_disable", "boot without erst_disable on the kernel's command line");
        put_efi("N\n");
        find("efi_pstore\n", LINE " efi=noruntime,debug\n");
        assert_is(BACKEND_ABSENT, "efi=noruntime", "boot without efi=noruntime on the kernel's command line");
        find("efi_pstore\n", LINE " noefi\n");
        assert_is(BACKEND_ABSENT, "noefi", "boot without noefi on the kernel's command line");
}

/* The options of a module may have asked. */
static void test_of_a_module_nothing_tells_who_asked(NO_STATE) {
        scratch_put(root, "/sys/module/pstore/initstate", "live\n");
        find("x\n", LINE "\n");
        assert_is(BACKEND_UNKNOWN, "", "");
        find("ramoops\n", LINE "\n");
        assert_is(BACKEND_ABSENT, "not loaded", "");
}

/* --- names that were asked for ------------------------------------------------------------------ */

static void test_names_that_nothing_registers(NO_STATE) {
        struct utsname system;

        assert_int_equal(uname(&system), 0);
        put_efi("N\n");
        find("none\n", LINE " pstore.backend=none\n");
        assert_is(BACKEND_ABSENT, "no back end has this name",
                  "boot without pstore.backend=none on the kernel's command line");
        find("efi\n", LINE " pstore.backend=efi\n");
        assert_is(BACKEND_ABSENT, "since Linux 6.2 it is called efi_pstore",
                  "boot without pstore.backend=efi on the kernel's command line");
        if (strncmp(system.machine, "ppc", 3) != 0) {
                find("nvram\n", LINE " pstore.backend=nvram\n");
                assert_is(BACKEND_ABSENT, "only PowerPC",
                          "boot without pstore.backend=nvram on the kernel's command line");
        }
        scratch_put(root, "/proc/sys/kernel/osrelease", "6.1.0-28-amd64\n");
        put_module();
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore\n");
        assert_is(BACKEND_ABSENT, "before Linux 6.2 it is called efi",
                  "boot without pstore.backend=efi_pstore on the kernel's command line");
        find("efi\n", LINE " pstore.backend=efi\n");
        assert_is(BACKEND_REGISTERED, "", "");
}

static void test_erst_that_was_asked_for(NO_STATE) {
        find("erst\n", LINE " pstore.backend=erst\n");
        assert_is(BACKEND_ABSENT, "no ERST table", "");
        put_erst(ERST_GET_EXECUTE_OPERATION_TIMINGS);
        find("erst\n", LINE " pstore.backend=erst\n");
        assert_is(BACKEND_REGISTERED, "", "");
        find("erst\n", NULL);
        assert_is(BACKEND_REGISTERED, "", "");
        put_erst(ERST_GET_ERROR_LOG_ADDRESS_RANGE_LENGTH); /* Linux wants the attributes, too */
        find("erst\n", LINE " pstore.backend=erst\n");
        assert_int_equal(backend.state, BACKEND_ABSENT);
        test_assert_contains(backend.why, "Linux refuses the ERST table");
        scratch_put(root, "/sys/firmware/acpi/tables/ERST", "ERST");
        find("erst\n", LINE " pstore.backend=erst\n");
        test_assert_contains(backend.why, "Linux refuses the ERST table");
}

static void test_efi_that_was_asked_for(NO_STATE) {
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore\n");
        assert_is(BACKEND_ABSENT, "no EFI variables", "");
        put_efi(NULL);
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore\n");
        assert_is(BACKEND_ABSENT, "efi_pstore is not loaded",
                  "echo efi_pstore > /etc/modules-load.d/efi_pstore.conf; modprobe efi_pstore");
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore module_blacklist=a,efi_pstore\n");
        assert_is(BACKEND_ABSENT, "kept from loading",
                  "boot without efi_pstore in module_blacklist=a,efi_pstore");
        put_efi("Y\n");
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore\n");
        assert_is(BACKEND_ABSENT, "disabled",
                  "boot with efi_pstore.pstore_disable=0 on the kernel's command line");
        put_module();
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore\n");
        assert_is(BACKEND_ABSENT, "disabled",
                  "echo options efi_pstore pstore_disable=0 > /etc/modprobe.d/efi_pstore.conf; "
                  "modprobe -r efi_pstore; modprobe efi_pstore");
        put_efi("N\n");
        find("efi_pstore\n", LINE " pstore.backend=efi_pstore\n");
        assert_is(BACKEND_REGISTERED, "", "");
}

static void test_a_kernel_without_the_driver(NO_STATE) {
        put_efi(NULL);
        scratch_put(root, "/lib/modules/6.12.0-1-amd64/modules.dep", "kernel/fs/ext4/ext4.ko:\n");
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "built without efi_pstore", "");
        scratch_put(root, "/lib/modules/6.12.0-1-amd64/modules.dep",
                    "kernel/drivers/firmware/efi/efi-pstore.ko.xz:\n");
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "not loaded",
                  "echo efi_pstore > /etc/modules-load.d/efi_pstore.conf; modprobe efi_pstore");
}

static void test_ramoops_that_was_asked_for(NO_STATE) {
        find("ramoops\n", LINE " pstore.backend=ramoops\n");
        assert_is(BACKEND_ABSENT, "its driver is not loaded", "");
        scratch_put(root, "/sys/module/ramoops/parameters/mem_size", "0\n");
        find("ramoops\n", LINE " pstore.backend=ramoops\n");
        assert_is(BACKEND_UNKNOWN, "only what was asked for", "");
        scratch_put(root, "/sys/bus/platform/drivers/ramoops/bind", "");
        assert_int_equal(symlink("m", scratch_path(root, "sys/bus/platform/drivers/ramoops/module")), 0);
        find("ramoops\n", LINE " pstore.backend=ramoops\n");
        assert_is(BACKEND_ABSENT, "given no memory", "");
        assert_int_equal(symlink("d", scratch_path(root, "sys/bus/platform/drivers/ramoops/ramoops.0")), 0);
        find("ramoops\n", LINE " pstore.backend=ramoops\n");
        assert_is(BACKEND_REGISTERED, "", "");
}

static void test_a_name_that_nobody_knows(NO_STATE) {
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_UNKNOWN, "", "");
        find("x\n", NULL);
        assert_is(BACKEND_UNKNOWN, "", "");
        find("pstore_blk\n", LINE " pstore.backend=pstore_blk\n");
        assert_is(BACKEND_ABSENT, "its driver is not loaded", "");
}

/* --- evidence ----------------------------------------------------------------------------------- */

static void test_the_files_of_pstore_tell(NO_STATE) {
        scratch_put(root, "/sys/fs/pstore/dmesg-y-1", "");
        scratch_put(root, "/sys/fs/pstore/nonsense", "");
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_UNKNOWN, "", "");
        scratch_put(root, "/sys/fs/pstore/dmesg-x-1.enc.z", "");
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_REGISTERED, "", "");
}

static void put_log(const char *line, const char *name) {
        char log[512];

        snprintf(log, sizeof(log), "5,0,0,-;Linux version 6.12\n6,1,0,-;Command line: %s\n" REGISTERED, line,
                 name);
        scratch_put(root, "/dev/kmsg", log);
}

static void test_the_kernels_log_tells(NO_STATE) {
        put_log(LINE " pstore.backend=x", "x");
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_REGISTERED, "", "");
        put_log(LINE " pstore.backend=x", "xy"); /* of another */
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_ABSENT, "log does not say", "");
        put_log("console=ttyS0", "y"); /* of another machine */
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_UNKNOWN, "", "");
}

/* Another user may see what this one does not. */
static void test_a_log_that_only_root_may_read(NO_STATE) {
        put_efi(NULL);
        put_log(LINE " pstore.backend=x", "y");
        assert_int_equal(chmod(scratch_path(root, "dev/kmsg"), 0), 0);
        find("x\n", LINE " pstore.backend=x\n");
        if (geteuid() != 0)
                assert_is(BACKEND_UNKNOWN, "", "sudo pstore-fw check");
        scratch_remove(root);
        root = scratch_make();
        put_efi(NULL);
        find("x\n", LINE " pstore.backend=x\n");
        assert_is(BACKEND_UNKNOWN, "",
                  ""); /* that there is a store mends nothing that is not known to be wrong */
}

/* --- none --------------------------------------------------------------------------------------- */

static void test_a_machine_without_stores(NO_STATE) {
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "", "");
        assert_string_equal(backend.why, "");
        assert_string_equal(backend.name, "");
        find("\n", LINE "\n");
        assert_is(BACKEND_NONE, "", "");
}

static void test_a_kernel_without_pstore(NO_STATE) {
        struct boot_line line;

        boot_line_read(root, &line);
        backend_find(root, &line, &backend);
        assert_is(BACKEND_NONE, "this kernel has no pstore", "");
}

static void test_what_keeps_erst_away(NO_STATE) {
        put_erst(ERST_GET_EXECUTE_OPERATION_TIMINGS);
        find("(null)\n", LINE " erst_disable\n");
        assert_is(BACKEND_NONE, "erst_disable", "boot without erst_disable on the kernel's command line");
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "erst is there, and has not registered", "");
        put_erst(ERST_GET_RECORD_COUNT);
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "Linux refuses the ERST table (it has no GET_ERROR_LOG_ADDRESS_RANGE)", "");
}

/* A driver that was there before what brings the variables: some machines without ACPI. */
static void test_what_keeps_efi_away(NO_STATE) {
        put_efi("N\n");
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "efi_pstore is there, and has not registered",
                  "cd /sys/module/efi_pstore/parameters; echo Y > pstore_disable; echo N > pstore_disable "
                  "# until the next boot");
        put_module();
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "", "modprobe -r efi_pstore; modprobe efi_pstore");
        put_erst(ERST_GET_EXECUTE_OPERATION_TIMINGS);
        find("(null)\n", LINE " efi=noruntime erst_disable\n");
        assert_is(BACKEND_NONE, "efi=noruntime is on the kernel's command line; erst_disable",
                  "boot without efi=noruntime on the kernel's command line");
}

/* It is a command: run as it stands it does what it is for. */
static void test_the_remedy_for_a_driver_that_came_too_early_can_be_typed(NO_STATE) {
        char command[1024];
        const char *rest;

        put_efi("N\n");
        find("(null)\n", LINE "\n");
        rest = strchr(backend.command, '/');
        assert_non_null(rest);
        snprintf(command, sizeof(command), "cd %s%s", root, rest);
        assert_int_equal(system(command), 0);
        find("(null)\n", LINE "\n");
        assert_is(BACKEND_NONE, "has not registered", backend.command);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_name_that_was_not_asked_for_is_that_of_a_back_end),
                TEST(test_the_command_line_counts_more),
                TEST(test_of_a_module_nothing_tells_who_asked),
                TEST(test_names_that_nothing_registers),
                TEST(test_erst_that_was_asked_for),
                TEST(test_efi_that_was_asked_for),
                TEST(test_a_kernel_without_the_driver),
                TEST(test_ramoops_that_was_asked_for),
                TEST(test_a_name_that_nobody_knows),
                TEST(test_the_files_of_pstore_tell),
                TEST(test_the_kernels_log_tells),
                TEST(test_a_log_that_only_root_may_read),
                TEST(test_a_machine_without_stores),
                TEST(test_a_kernel_without_pstore),
                TEST(test_what_keeps_erst_away),
                TEST(test_what_keeps_efi_away),
                TEST(test_the_remedy_for_a_driver_that_came_too_early_can_be_typed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
