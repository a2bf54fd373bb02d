/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "kdump/setup.h"
#include "kdump/sysctl.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

#define DEBIAN_MKCONFIG "for x in ${sysconfdir}/default/grub.d/*.cfg ; do\n"
#define CMDLINE         "root=UUID=1 ro quiet\n"

/* To be freed; NULL when there is no such file. */
static char *get(const char *root, const char *name) {
        char path[4200], *text;
        struct bytes bytes;

        snprintf(path, sizeof(path), "%s%s", root, name);
        if (access(path, F_OK) < 0)
                return NULL;
        bytes = test_read_file(path);
        text = strndup((const char *) bytes.data, bytes.size);
        free((void *) bytes.data);
        return text;
}

static void assert_is(const char *root, const char *name, const char *content) {
        char *text = get(root, name);

        if (!text || !content)
                assert_ptr_equal(text, content);
        else
                assert_string_equal(text, content);
        free(text);
}

static void assert_has(const char *root, const char *name, const char *words) {
        char *text = get(root, name);

        assert_non_null(text);
        test_assert_contains(text, words);
        free(text);
}

/* Plans and does; the number of files that it changed, or the error. */
static int apply(const char *root, bool remove, unsigned mib, struct reason *ret_reason) {
        struct setup setup = { .root = root, .remove = remove, .reserve_mib = mib };
        int r;

        r = setup_plan(&setup, ret_reason);
        if (r == 0)
                r = setup_apply(&setup, ret_reason);
        if (r == 0)
                r = (int) setup_count_changes(&setup);
        setup_free(&setup);
        return r;
}

static void assert_changes(const char *root, bool remove, unsigned mib, int count) {
        struct reason reason = { "" };
        int r = apply(root, remove, mib, &reason);

        if (r != count)
                fail_msg("%d changes, not %d: %s", r, count, reason.text);
}

static char *make_debian(void) {
        char *root = scratch_make();

        scratch_put(root, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
        scratch_put(root, "/usr/sbin/grub-mkconfig", DEBIAN_MKCONFIG);
        return root;
}

static void test_grub(NO_STATE) {
        char *root = make_debian();

        assert_changes(root, false, 80, 2);
        assert_has(root, SETUP_GRUB_PATH,
                   "\nGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=80M\"\n");
        assert_has(root, SETUP_GRUB_PATH, "# Written by 'pstore-fw kdump setup'");
        assert_has(root, SETUP_SYSCTL_PATH, "\nkernel.panic_on_oops = 1\n");
        assert_is(root, SETUP_CMDLINE_PATH, NULL);
        assert_changes(root, false, 80, 0);
        assert_changes(root, false, 96, 1);
        assert_has(root, SETUP_GRUB_PATH, "crashkernel=96M");
        assert_changes(root, true, 0, 2);
        assert_is(root, SETUP_GRUB_PATH, NULL);
        assert_is(root, SETUP_SYSCTL_PATH, NULL);
        assert_changes(root, true, 0, 0);
        assert_is(root, "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
        scratch_remove(root);
}

/* What the shell makes of the drop-in is the parameter behind what was there. */
static void test_grub_as_the_shell_reads_it(NO_STATE) {
        char *root = make_debian(), command[9000], line[256] = "";
        FILE *shell;

        assert_changes(root, false, 72, 2);
        snprintf(command, sizeof(command), ". %s/etc/default/grub; . %s%s; echo $GRUB_CMDLINE_LINUX_DEFAULT",
                 root, root, SETUP_GRUB_PATH);
        shell = popen(command, "r");
        assert_non_null(shell);
        assert_non_null(fgets(line, sizeof(line), shell));
        assert_int_equal(pclose(shell), 0);
        assert_string_equal(line, "quiet crashkernel=72M\n");
        scratch_remove(root);
}

static void test_kernel_install(NO_STATE) {
        char *root = scratch_make();

        scratch_put(root, SETUP_CMDLINE_PATH, CMDLINE);
        assert_changes(root, false, 80, 2);
        assert_is(root, SETUP_CMDLINE_PATH, CMDLINE "pstore_fw.setup=1 crashkernel=80M\n");
        assert_is(root, SETUP_GRUB_PATH, NULL);
        assert_changes(root, false, 80, 0);
        assert_changes(root, false, 64, 1);
        assert_is(root, SETUP_CMDLINE_PATH, CMDLINE "pstore_fw.setup=1 crashkernel=64M\n");
        assert_changes(root, true, 0, 2);
        assert_is(root, SETUP_CMDLINE_PATH, CMDLINE);
        scratch_remove(root);
}

/* Every byte is again as it was, whatever the last line ends in. */
/* proxmox-boot-tool takes the first line and no other; what stands behind "--" is init's. */
static void test_one_line(NO_STATE) {
        static const struct {
                const char *before, *with_80;
        } rows[] = {
                { "root=ZFS=x boot=zfs\n", "root=ZFS=x boot=zfs pstore_fw.setup=1 crashkernel=80M\n" },
                { "root=ZFS=x", "root=ZFS=x pstore_fw.setup=1 crashkernel=80M" },
                { "root=ZFS=x \nsecond\n\n", "root=ZFS=x  pstore_fw.setup=1 crashkernel=80M\nsecond\n\n" },
                { "root=x crashkernel=1M -- single\n",
                  "root=x crashkernel=1M pstore_fw.setup=1 crashkernel=80M -- single\n" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char *root = scratch_make();

                scratch_put(root, "/etc/kernel/proxmox-boot-uuids", "ABCD-1234\n");
                scratch_put(root, SETUP_CMDLINE_PATH, rows[i].before);
                assert_changes(root, false, 100, 2);
                assert_changes(root, false, 80, 1);
                assert_is(root, SETUP_CMDLINE_PATH, rows[i].with_80);
                assert_changes(root, false, 80, 0);
                assert_changes(root, true, 0, 2);
                assert_is(root, SETUP_CMDLINE_PATH, rows[i].before);
                assert_changes(root, true, 0, 0);
                scratch_remove(root);
        }
}

/* What an earlier run has put where nobody reads it goes. */
static void test_one_line_after_a_line_of_ours(NO_STATE) {
        char *root = scratch_make();

        scratch_put(root, SETUP_PROXMOX_TOOL, "");
        scratch_put(root, SETUP_CMDLINE_PATH, "root=x\n" SETUP_MARKER " crashkernel=64M\n");
        assert_changes(root, false, 80, 2);
        assert_is(root, SETUP_CMDLINE_PATH, "root=x pstore_fw.setup=1 crashkernel=80M\n");
        scratch_remove(root);
}

/* Such a line boots nothing, and proxmox-boot-tool says so. */
static void test_one_line_that_is_no_command_line(NO_STATE) {
        static const char *const lines[] = { "", "\n", "\nroot=x\n", "quiet\n" };

        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                char *root = scratch_make();
                struct reason reason = { "" };

                scratch_put(root, SETUP_PROXMOX_TOOL, "");
                scratch_put(root, SETUP_CMDLINE_PATH, lines[i]);
                assert_error(apply(root, false, 80, &reason), ERR_VALUE);
                test_assert_contains(reason.text,
                                     "its first line, which proxmox-boot-tool takes, has no root=");
                assert_is(root, SETUP_CMDLINE_PATH, lines[i]);
                assert_is(root, SETUP_SYSCTL_PATH, NULL);
                assert_changes(root, true, 0, 0);
                scratch_remove(root);
        }
}

static void test_removal_leaves_the_line_ends(NO_STATE) {
        static const char *const files[] = {
                "",
                "root=/dev/sda1",
                "root=/dev/sda1\n",
                "root=/dev/sda1\nquiet",
                "root=/dev/sda1\n\n",
                "pstore_fw.setup=10 quiet\n",
                "quiet pstore_fw.setup=1\n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                char *root = scratch_make();

                scratch_put(root, SETUP_CMDLINE_PATH, files[i]);
                assert_changes(root, false, 80, 2);
                assert_has(root, SETUP_CMDLINE_PATH, "pstore_fw.setup=1 crashkernel=80M");
                assert_has(root, SETUP_CMDLINE_PATH, files[i]);
                assert_changes(root, false, 80, 0);
                assert_changes(root, true, 0, 2);
                assert_is(root, SETUP_CMDLINE_PATH, files[i]);
                scratch_remove(root);
        }
}

static void test_both(NO_STATE) {
        char *root = make_debian();

        scratch_put(root, SETUP_CMDLINE_PATH, CMDLINE);
        assert_changes(root, false, 80, 3);
        assert_changes(root, true, 0, 3);
        assert_is(root, SETUP_CMDLINE_PATH, CMDLINE);
        scratch_remove(root);
}

static void test_neither(NO_STATE) {
        struct reason reason = { "" };
        char *root = scratch_make();

        assert_error(apply(root, false, 80, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "neither /etc/default/grub nor /etc/kernel/cmdline");
        test_assert_contains(reason.text, "crashkernel=80M");
        assert_is(root, SETUP_SYSCTL_PATH, NULL);
        assert_changes(root, true, 0, 0);
        scratch_remove(root);
}

/* Fedora's and Arch's grub-mkconfig: a drop-in would do nothing. */
static void test_grub_without_drop_ins(NO_STATE) {
        struct reason reason = { "" };
        char *root = make_debian();

        scratch_put(root, "/usr/sbin/grub-mkconfig", "if test -f ${sysconfdir}/default/grub ; then\n");
        assert_error(apply(root, false, 80, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "does not read /etc/default/grub.d");
        assert_is(root, SETUP_GRUB_PATH, NULL);
        scratch_remove(root);
}

/* Our line alone would be the whole command line: root= would be gone. */
static void test_entries_without_a_command_line(NO_STATE) {
        struct reason reason = { "" };
        char *root = scratch_make();

        scratch_put(root, "/boot/loader/entries/debian.conf", "options root=/dev/sda1\n");
        assert_error(apply(root, false, 80, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "there is no /etc/kernel/cmdline");
        assert_is(root, SETUP_CMDLINE_PATH, NULL);
        scratch_remove(root);
}

/* A file that somebody else wrote stops it before anything is changed. */
static void test_foreign_files(NO_STATE) {
        static const char *const paths[] = { SETUP_GRUB_PATH, SETUP_SYSCTL_PATH };

        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                struct reason reason = { "" };
                char *root = make_debian();

                scratch_put(root, SETUP_CMDLINE_PATH, CMDLINE);
                scratch_put(root, paths[i], "# mine\n");
                for (int remove = 0; remove < 2; remove++) {
                        assert_error(apply(root, remove, 80, &reason), ERR_EXISTS);
                        test_assert_contains(reason.text, paths[i]);
                        assert_is(root, paths[i], "# mine\n");
                        assert_is(root, paths[1 - i], NULL);
                        assert_is(root, SETUP_CMDLINE_PATH, CMDLINE);
                }
                scratch_remove(root);
        }
}

static void test_a_link_is_not_replaced(NO_STATE) {
        struct reason reason = { "" };
        char *root = make_debian();

        scratch_put(root, "/usr/lib/kernel/cmdline", CMDLINE);
        scratch_put(root, "/etc/kernel/x", "");
        assert_int_equal(symlink("../../usr/lib/kernel/cmdline", scratch_path(root, "etc/kernel/cmdline")),
                         0);
        assert_error(apply(root, false, 80, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "/etc/kernel/cmdline");
        assert_is(root, SETUP_GRUB_PATH, NULL);
        scratch_remove(root);
}

static void test_mode_and_owner_stay(NO_STATE) {
        char *root = scratch_make();
        struct stat status;

        scratch_put(root, SETUP_CMDLINE_PATH, CMDLINE);
        assert_int_equal(chmod(scratch_path(root, "etc/kernel/cmdline"), 0640), 0);
        if (geteuid() == 0)
                assert_int_equal(chown(scratch_path(root, "etc/kernel/cmdline"), 1, 2), 0);
        assert_changes(root, false, 80, 2);
        assert_int_equal(stat(scratch_path(root, "etc/kernel/cmdline"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0640);
        if (geteuid() == 0) {
                assert_int_equal(status.st_uid, 1);
                assert_int_equal(status.st_gid, 2);
        }
        assert_int_equal(stat(scratch_path(root, "etc/sysctl.d/60-pstore-fw.conf"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0644);
        assert_int_equal(scratch_count_files(scratch_path(root, "etc")), 2); /* no temporary file stays */
        scratch_remove(root);
}

/* Set, changed and taken back: each is on the disk when it is told. */
static void test_changes_are_flushed(NO_STATE) {
        char *root = make_debian();

        scratch_put(root, SETUP_CMDLINE_PATH, CMDLINE);
        flush_log_start();
        assert_changes(root, false, 80, 3);
        (void) flush_log_assert_made(scratch_path(root, "etc/sysctl.d"));
        (void) flush_log_assert_durable(scratch_path(root, "etc/kernel/cmdline"));
        (void) flush_log_assert_durable(scratch_path(root, "etc/sysctl.d/60-pstore-fw.conf"));
        assert_changes(root, true, 0, 3);
        (void) flush_log_stop();
        (void) flush_log_assert_durable(scratch_path(root, "etc/kernel/cmdline"));
        (void) flush_log_assert_removed(scratch_path(root, "etc/sysctl.d/60-pstore-fw.conf"));
        scratch_remove(root);
}

struct others {
        size_t count;
        char text[1024];
};

static void note_other(void *context, const char *where, struct bytes parameter) {
        struct others *others = context;
        size_t length = strlen(others->text);

        others->count++;
        snprintf(others->text + length, sizeof(others->text) - length, "%s %.*s\n", where,
                 (int) parameter.size, (const char *) parameter.data);
}

static void test_other_reservations(NO_STATE) {
        char *root = make_debian();
        struct setup setup = { .root = root, .reserve_mib = 80 };
        struct reason reason;
        struct others others = { 0 };

        scratch_put(root, "/etc/default/grub",
                    "# crashkernel=1M\nX=\"a crashkernel=2M,high crashkernel=3M\" # mycrashkernel=4M\n");
        scratch_put(root, "/etc/default/grub.d/kdump-tools.cfg", "A=\"$A crashkernel=384M-:128M\"\n");
        scratch_put(root, "/etc/default/grub.d/kdump-tools.cfg.old", "A=\"$A crashkernel=5M\"\n");
        scratch_put(root, SETUP_CMDLINE_PATH, "crashkernel=6M quiet\n");
        scratch_put(root, "/proc/cmdline", "quiet crashkernel=7M " SETUP_MARKER " crashkernel=8M\n");
        assert_changes(root, false, 80, 3);
        assert_ok(setup_plan(&setup, &reason));
        setup_find_others(&setup, note_other, &others);
        setup_free(&setup);
        assert_string_equal(others.text, "/etc/default/grub crashkernel=2M,high\n"
                                         "/etc/default/grub crashkernel=3M\n"
                                         "/etc/default/grub.d/kdump-tools.cfg crashkernel=384M-:128M\n"
                                         "/etc/kernel/cmdline crashkernel=6M\n"
                                         "/proc/cmdline crashkernel=7M\n");
        scratch_remove(root);
}

/* Each line is a comment or a setting, and each setting has a reason above it. */
static void test_sysctl_file(NO_STATE) {
        struct bytes file = sysctl_file();
        char *text = strndup((const char *) file.data, file.size), *rest = text, *line;
        bool reason = false;
        size_t count = 0;

        assert_int_equal(file.data[file.size - 1], '\n');
        while ((line = strsep(&rest, "\n"))) {
                if (line[0] == '#') {
                        reason = true;
                } else if (line[0] == '\0') {
                        reason = false;
                } else {
                        assert_true(reason);
                        if (!strstr(line, "kernel.") || !strstr(line, " = "))
                                fail_msg("no setting: %s", line);
                        count++;
                }
        }
        assert_true(count >= 5);
        free(text);
}

static bool is_stale(const char *root, bool remove, unsigned mib, bool (*ask)(const struct setup *setup)) {
        struct setup setup = { .root = root, .remove = remove, .reserve_mib = mib };
        struct reason reason;
        bool stale;

        assert_ok(setup_plan(&setup, &reason));
        stale = ask(&setup);
        setup_free(&setup);
        return stale;
}

static bool entries_are_stale(const struct setup *setup) {
        return setup_entries_are_stale(setup, "6.1");
}

/* After a run whose grub-mkconfig failed the settings are as wanted, and what boots is not. */
static void test_what_grub_has_not_taken(NO_STATE) {
        char *root = make_debian();

        scratch_put(root, SETUP_GRUB_OUTPUT "/x", ""); /* no file: nothing is known */
        assert_false(is_stale(root, false, 80, setup_grub_is_stale));
        scratch_remove(root);
        root = make_debian();
        assert_false(is_stale(root, false, 80, setup_grub_is_stale));
        scratch_put(root, SETUP_GRUB_OUTPUT, "linux /vmlinuz quiet\n");
        assert_true(is_stale(root, false, 80, setup_grub_is_stale));
        assert_false(is_stale(root, true, 0, setup_grub_is_stale));
        scratch_put(root, SETUP_GRUB_OUTPUT, "linux /vmlinuz quiet crashkernel=80M\n");
        assert_false(is_stale(root, false, 80, setup_grub_is_stale));
        assert_true(is_stale(root, false, 8, setup_grub_is_stale));
        assert_true(is_stale(root, true, 0, setup_grub_is_stale));
        scratch_put(root, "/etc/default/grub.d/other.cfg",
                    "X=\"crashkernel=80M\"\n"); /* then it is of that */
        assert_false(is_stale(root, true, 0, setup_grub_is_stale));
        scratch_remove(root);
}

static void test_what_the_entries_have_not_taken(NO_STATE) {
        char *root = scratch_make();

        scratch_put(root, SETUP_CMDLINE_PATH, CMDLINE);
        assert_false(is_stale(root, false, 80, entries_are_stale)); /* no entries at all */
        scratch_put(root, "/boot/loader/entries/id-6.1.conf", "options root=UUID=1 ro quiet\n");
        assert_true(is_stale(root, false, 80, entries_are_stale));
        assert_false(is_stale(root, true, 0, entries_are_stale));
        scratch_put(root, "/boot/loader/entries/id-6.1.conf",
                    "options root=UUID=1 ro quiet pstore_fw.setup=1 crashkernel=80M \n");
        assert_false(is_stale(root, false, 80, entries_are_stale));
        assert_true(is_stale(root, false, 64, entries_are_stale));
        assert_true(is_stale(root, true, 0, entries_are_stale));
        scratch_put(root, "/boot/loader/entries/id-5.10.conf", "options root=UUID=1 ro quiet\n");
        assert_false(is_stale(root, false, 80, entries_are_stale)); /* another kernel's */
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_grub_has_not_taken),
                cmocka_unit_test(test_what_the_entries_have_not_taken),
                cmocka_unit_test(test_grub),
                cmocka_unit_test(test_grub_as_the_shell_reads_it),
                cmocka_unit_test(test_kernel_install),
                cmocka_unit_test(test_one_line),
                cmocka_unit_test(test_one_line_after_a_line_of_ours),
                cmocka_unit_test(test_one_line_that_is_no_command_line),
                cmocka_unit_test(test_removal_leaves_the_line_ends),
                cmocka_unit_test(test_both),
                cmocka_unit_test(test_neither),
                cmocka_unit_test(test_grub_without_drop_ins),
                cmocka_unit_test(test_entries_without_a_command_line),
                cmocka_unit_test(test_foreign_files),
                cmocka_unit_test(test_a_link_is_not_replaced),
                cmocka_unit_test(test_mode_and_owner_stay),
                cmocka_unit_test(test_changes_are_flushed),
                cmocka_unit_test(test_other_reservations),
                cmocka_unit_test(test_sysctl_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
