/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "linux/boot-change.h"
#include "linux/boot-line.h"
#include "tests/support/scratch.h"

/* --- what the running kernel was booted with ------------------------------------------------------ */

static void read_line(const char *content, struct boot_line *line) {
        char *root = scratch_make();

        if (content)
                scratch_put(root, "/proc/cmdline", content);
        boot_line_read(root, line);
        scratch_remove(root);
}

static void test_words(NO_STATE) {
        struct boot_line line;

        read_line(NULL, &line);
        assert_false(line.known);
        assert_false(boot_line_has(&line, ""));
        read_line("a  \"b c\" erst_disable2 dyndbg=\"x y\" -- erst_disable\n", &line);
        assert_true(line.known);
        assert_true(boot_line_has(&line, "a"));
        assert_true(boot_line_has(&line, "b c"));
        assert_false(boot_line_has(&line, "b"));
        assert_false(boot_line_has(&line, "erst_disable"));
}

static void test_values(NO_STATE) {
        struct boot_line line;
        char value[8];

        read_line("pstore.backend=erst x.pstore.backend=y pstore.backend=\"a b\" pstore.kmsg-bytes=1 last=\n",
                  &line);
        assert_true(boot_line_value(&line, "pstore.backend", value, sizeof(value)));
        assert_string_equal(value, "a b");
        assert_true(boot_line_value(&line, "pstore.kmsg_bytes", value, sizeof(value)));
        assert_true(boot_line_value(&line, "last", value, sizeof(value)));
        assert_string_equal(value, "");
        assert_false(boot_line_value(&line, "backend", value, sizeof(value)));
        read_line("a=12345678\n", &line);
        assert_false(boot_line_value(&line, "a", value, sizeof(value)));
}

static void test_lists(NO_STATE) {
        struct boot_line line;

        read_line("efi=debug,noruntime efi=x efix=y\n", &line);
        assert_true(boot_line_lists(&line, "efi", "noruntime"));
        assert_true(boot_line_lists(&line, "efi", "x"));
        assert_false(boot_line_lists(&line, "efi", "y"));
        assert_false(boot_line_lists(&line, "efi", "nor"));
        assert_false(boot_line_lists(&line, "efi", ""));
}

/* --- what changes the next boots ------------------------------------------------------------------ */

static void put(const char *root, const char *add, const char *remove, char ret_command[512]) {
        struct text text = text_on(ret_command, 512);

        boot_change_put(root, add, remove, &text);
        assert_false(text.truncated);
}

static void test_words_where_no_boot_loader_is_known(NO_STATE) {
        char *root = scratch_make(), command[512];

        put(root, "a=1", NULL, command);
        assert_string_equal(command, "boot with a=1 on the kernel's command line");
        put(root, NULL, "b", command);
        assert_string_equal(command, "boot without b on the kernel's command line");
        put(root, "a=1", "b", command);
        assert_string_equal(command, "boot without b and with a=1 on the kernel's command line");
        scratch_remove(root);
}

static void test_grubby(NO_STATE) {
        char *root = scratch_make(), command[512];

        scratch_put(root, "/usr/sbin/grubby", "");
        scratch_put(root, "/boot/x", "");
        put(root, "a=1", "b", command);
        assert_string_equal(command, "grubby --update-kernel=ALL --remove-args=b --args=a=1; reboot");
        scratch_remove(root);
}

/*
 * The command as it is printed, run with the paths moved below `root` and the programs of the system left
 * out: what it makes of the file of settings.
 */
static void run(const char *root, const char *command) {
        static const char *const programs[] = { "update-grub", "proxmox-boot-tool", "reboot" };
        char script[1024];
        struct text text = TEXT_ON(script);

        for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
                assert_int_equal(symlink("/bin/true", scratch_path(root, programs[i])), 0);
        text_format(&text, "PATH=%s:$PATH; ", root);
        for (const char *c = command; *c; c++) {
                if (text_starts_with(c, "/etc/"))
                        text_put(&text, root);
                text_put_char(&text, *c);
        }
        assert_false(text.truncated);
        assert_int_equal(system(script), 0);
        for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
                assert_int_equal(unlink(scratch_path(root, programs[i])), 0);
}

static void assert_holds(const char *root, const char *name, const char *content) {
        FILE *file = fopen(scratch_path(root, name), "r");
        char found[512] = "";

        assert_non_null(file);
        found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(found, content);
}

static void test_grub_reads_what_is_written_for_it(NO_STATE) {
        char *root = scratch_make(), command[512];

        scratch_put(root, "/usr/sbin/update-grub", "");
        scratch_put(root, "/etc/default/grub.d/x.cfg", "");
        put(root, "efi_pstore.pstore_disable=0", NULL, command);
        run(root, command);
        assert_holds(root, "etc/default/grub.d/pstore.cfg",
                     "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX efi_pstore.pstore_disable=0\"\n");
        put(root, NULL, "erst_disable", command);
        assert_string_equal(command, "take erst_disable out of /etc/default/grub, then: update-grub; reboot");
        scratch_remove(root);
}

/* proxmox-boot-tool takes the first line and no other. */
static void test_proxmox_reads_one_line(NO_STATE) {
        char *root = scratch_make(), command[512];

        scratch_put(root, "/etc/kernel/proxmox-boot-uuids", "ABCD-1234\n");
        scratch_put(root, "/etc/kernel/cmdline", "erst_disable root=ZFS=x erst_disable boot=zfs\nb\n");
        put(root, "a=1", "erst_disable", command);
        run(root, command);
        assert_holds(root, "etc/kernel/cmdline", "root=ZFS=x boot=zfs a=1\nb\n");
        put(root, "c", NULL, command);
        run(root, command);
        assert_holds(root, "etc/kernel/cmdline", "root=ZFS=x boot=zfs a=1 c\nb\n");
        test_assert_contains(command, "proxmox-boot-tool refresh; reboot");
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_lists),
                cmocka_unit_test(test_words_where_no_boot_loader_is_known),
                cmocka_unit_test(test_grubby),
                cmocka_unit_test(test_grub_reads_what_is_written_for_it),
                cmocka_unit_test(test_proxmox_reads_one_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
