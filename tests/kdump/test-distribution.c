/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* The distribution's initramfs, with a mkinitramfs and a dracut of our own making. */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/plan.h"
#include "kdump/distribution.h"
#include "linux/command.h"
#include "posix/process.h"
#include "tests/support/scratch.h"

#define MKINITRAMFS        "usr/sbin/mkinitramfs"
#define MKINITRAMFS_SCRIPT "usr/share/initramfs-tools/scripts/local-bottom/pstore-fw-kdump"
#define DRACUT             "usr/bin/dracut"
#define DRACUT_SCRIPT      "usr/lib/dracut/modules.d/95pstore-fw-kdump/module-setup.sh"

struct fixture {
        char *root;
        struct buffer initramfs;
        struct reason reason;
};

static void put_file(const struct fixture *fixture, const char *path, const char *content) {
        char directory[256];

        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                snprintf(directory, sizeof(directory), "%.*s", (int) (slash - path), path);
                (void) mkdir(scratch_path(fixture->root, directory), 0755);
        }
        scratch_write(scratch_path(fixture->root, path), text_view(content));
        assert_int_equal(chmod(scratch_path(fixture->root, path), 0755), 0);
}

static int setup(void **state) {
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        fixture->root = scratch_make();
        buffer_init(&fixture->initramfs, &system_allocator);
        put_file(fixture, "var/tmp/other", "");
        *state = fixture;
        return 0;
}

static int teardown(void **state) {
        struct fixture *fixture = *state;

        buffer_free(&fixture->initramfs);
        scratch_remove(fixture->root);
        free(fixture);
        return 0;
}

static int build(struct fixture *fixture) {
        return kdump_distribution_build(fixture->root, "6.1.0-56-amd64", &fixture->initramfs,
                                        &fixture->reason);
}

/* Nothing of a build is left behind. */
static void assert_clean(const struct fixture *fixture) {
        assert_int_equal(scratch_count_files(scratch_path(fixture->root, "var/tmp")), 1);
}

static void assert_built(struct fixture *fixture, const char *wanted) {
        assert_ok(build(fixture));
        assert_true(bytes_equal(buffer_bytes(&fixture->initramfs), text_view(wanted)));
        assert_clean(fixture);
}

static void assert_fails(struct fixture *fixture, int error, const char *named) {
        assert_error(build(fixture), error);
        test_assert_contains(fixture->reason.text, named);
        assert_int_equal(fixture->initramfs.size, 0);
        assert_clean(fixture);
}

static void test_mkinitramfs(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS_SCRIPT, "");
        put_file(fixture, MKINITRAMFS,
                 "#!/bin/sh\n"
                 "[ \"$#\" = 3 ] && [ \"$1\" = -o ] && [ -d \"$TMPDIR\" ] || exit 1\n"
                 "echo left > \"$TMPDIR/left\"\n"
                 "printf '%s' \"$3 $PSTORE_FW_KDUMP\" > \"$2\"\n");
        assert_built(fixture, "6.1.0-56-amd64 1");
}

static void test_dracut(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, DRACUT_SCRIPT, "");
        put_file(fixture, DRACUT,
                 "#!/bin/sh\n"
                 "while [ \"$#\" -gt 1 ]; do\n"
                 "  case $1 in\n"
                 "  --kver) kver=$2; shift ;;\n"
                 "  --add) add=$2; shift ;;\n"
                 "  --tmpdir) [ -d \"$2\" ] || exit 1; shift ;;\n"
                 "  esac\n"
                 "  shift\n"
                 "done\n"
                 "printf '%s' \"$kver $add $PSTORE_FW_KDUMP\" > \"$1\"\n");
        assert_built(fixture, "6.1.0-56-amd64 pstore-fw-kdump 1");
}

/* A library of somebody's own would go into the initramfs, at a path where nothing looks for it. */
static void test_the_environment_is_not_handed_on(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS_SCRIPT, "");
        put_file(fixture, MKINITRAMFS,
                 "#!/bin/sh\nprintf '%s' \"[$LD_LIBRARY_PATH$CONFDIR]$LC_ALL\" > \"$2\"\n");
        assert_int_equal(setenv("LD_LIBRARY_PATH", "/root/lib", true), 0);
        assert_int_equal(setenv("CONFDIR", "/tmp", true), 0);
        assert_built(fixture, "[]C");
        assert_int_equal(unsetenv("LD_LIBRARY_PATH"), 0);
        assert_int_equal(unsetenv("CONFDIR"), 0);
}

static void test_the_tool_that_has_our_scripts(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS, "#!/bin/sh\nexit 1\n");
        put_file(fixture, DRACUT_SCRIPT, "");
        put_file(fixture, DRACUT, "#!/bin/sh\nwhile [ \"$#\" -gt 1 ]; do shift; done\nprintf d > \"$1\"\n");
        assert_built(fixture, "d");
}

static void test_no_tool(void **state) {
        assert_fails(*state, ERR_NOT_SUPPORTED, "neither mkinitramfs nor dracut");
}

static void test_no_script(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS, "#!/bin/sh\nexit 1\n");
        assert_fails(fixture, ERR_NOT_SUPPORTED, MKINITRAMFS_SCRIPT);
}

/* The last line that the tool printed says why, and cannot play with the terminal. */
static void test_a_tool_that_fails(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS_SCRIPT, "");
        put_file(fixture, MKINITRAMFS,
                 "#!/bin/sh\necho first; printf 'E: no \\033[31mbusybox\\n\\n' >&2; exit 3\n");
        assert_fails(fixture, ERR_FAILED, "mkinitramfs: ended with status 3: E: no \\x1b[31mbusybox");
        assert_null(strstr(fixture->reason.text, "first"));
}

static void test_a_tool_that_makes_nothing(void **state) {
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS_SCRIPT, "");
        put_file(fixture, MKINITRAMFS, "#!/bin/sh\nexit 0\n");
        assert_fails(fixture, ERR_NOT_FOUND, "mkinitramfs: its initramfs");
        put_file(fixture, MKINITRAMFS, "#!/bin/sh\n: > \"$2\"\n");
        assert_fails(fixture, ERR_TRUNCATED, "mkinitramfs: its initramfs");
}

static void test_what_is_no_release(void **state) {
        static const char *const releases[] = { "", "-k", "../6.1", "6.1/..", "." };
        struct fixture *fixture = *state;

        put_file(fixture, MKINITRAMFS_SCRIPT, "");
        put_file(fixture, MKINITRAMFS, "#!/bin/sh\nprintf x > \"$2\"\n");
        for (size_t i = 0; i < ARRAY_SIZE(releases); i++)
                assert_error(kdump_distribution_build(fixture->root, releases[i], &fixture->initramfs,
                                                      &fixture->reason),
                             ERR_VALUE);
}

static int run_shell(const struct fixture *fixture, const char *script, unsigned seconds) {
        const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
        const struct command command = {
                .arguments = arguments,
                .log = scratch_path(fixture->root, "log"),
                .seconds = seconds,
        };

        return command_run(&command);
}

static void test_command_status(void **state) {
        static const char *const nobody[] = { "/no/such/program", NULL };
        struct fixture *fixture = *state;
        struct bytes log;

        assert_int_equal(run_shell(fixture, "exit 7", 10), 7);
        assert_int_equal(run_shell(fixture, "kill -9 $$", 10), 128 + 9);
        assert_int_equal(run_shell(fixture, "read line && exit 1; echo out; echo err >&2", 10), 0);
        log = test_read_file(scratch_path(fixture->root, "log"));
        assert_true(bytes_equal(log, text_view("out\nerr\n")));
        free((void *) log.data);
        assert_int_equal(command_run(&(struct command){ .arguments = nobody,
                                                        .log = scratch_path(fixture->root, "log"),
                                                        .seconds = 10 }),
                         127);
}

/* With what it has started, too: that would go on writing. Some of it ignores the first signal. */
static void test_command_bound(void **state) {
        static const char *const scripts[] = {
                "(sleep 3; echo late > %s/late) & wait",
                "(trap '' TERM; sleep 3; echo late > %s/late) & wait",
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
                char script[4400];
                time_t start = time(NULL);

                snprintf(script, sizeof(script), scripts[i], fixture->root);
                assert_error(run_shell(fixture, script, 1), ERR_TIMEOUT);
                assert_true(time(NULL) - start < 20);
                sleep(3);
                assert_int_not_equal(access(scratch_path(fixture->root, "late"), F_OK), 0);
        }
}

static void test_command_that_ignores_the_first_signal(void **state) {
        time_t start = time(NULL);

        assert_error(run_shell(*state, "trap '' TERM; while :; do sleep 1; done", 1), ERR_TIMEOUT);
        assert_true(time(NULL) - start < 30);
}

static void put_scripts(const struct fixture *fixture) {
        put_file(fixture, "scripts/init-top/pstore-fw-kdump", "");
        put_file(fixture, "scripts/local-bottom/pstore-fw-kdump", "");
        put_file(fixture, "scripts/nfs-bottom/pstore-fw-kdump", "");
        put_file(fixture, "scripts/pstore-fw-kdump.sh", "");
        put_file(fixture, "scripts/local-bottom/other", "");
}

/* mkinitramfs puts them into every initramfs; ours are for one alone. */
static void run_hook(const struct fixture *fixture, const char *wanted) {
        const char *const arguments[] = { "/bin/sh", "services/initramfs-tools/hooks/pstore-fw-kdump", NULL };
        char directory[PATH_MAX], own[64];
        const char *const environment[] = { PROCESS_ENVIRONMENT, directory, own, NULL };
        const struct command command = {
                .arguments = arguments,
                .environment = environment,
                .log = scratch_path(fixture->root, "log"),
                .seconds = 10,
        };

        snprintf(directory, sizeof(directory), "DESTDIR=%s", fixture->root);
        snprintf(own, sizeof(own), "PSTORE_FW_KDUMP=%s", wanted);
        assert_int_equal(command_run(&command), 0);
}

static void test_hook(void **state) {
        struct fixture *fixture = *state;

        put_scripts(fixture);
        run_hook(fixture, "");
        assert_int_equal(scratch_count_files(scratch_path(fixture->root, "scripts")), 1);
        put_scripts(fixture);
        run_hook(fixture, "1");
        assert_int_equal(scratch_count_files(scratch_path(fixture->root, "scripts")), 5);
}

/* The scripts read the plan as our own program prints it. */
static void test_scripts_read_the_plan(void **state) {
        struct capture_plan plan = capture_plan_default;
        struct fixture *fixture = *state;
        char text[CAPTURE_PLAN_SIZE], script[4800];
        struct bytes log;

        strcpy(plan.uuid, "1234-ABCD");
        strcpy(plan.file_system, "btrfs");
        strcpy(plan.mount_options, "subvolid=5,a b");
        strcpy(plan.directory, "/@/var/crash");
        strcpy(plan.log_tool, "vmcore-dmesg");
        assert_ok(capture_plan_print(&plan, text));
        put_file(fixture, "plan", text);
        snprintf(script, sizeof(script),
                 ". services/pstore-fw-kdump.sh; PSTORE_FW_PLAN=%s; for name in uuid file_system "
                 "mount_options "
                 "none bound_seconds; do pstore_fw_setting $name; done",
                 scratch_path(fixture->root, "plan"));
        assert_int_equal(run_shell(fixture, script, 10), 0);
        log = test_read_file(scratch_path(fixture->root, "log"));
        snprintf(script, sizeof(script), "1234-ABCD\nbtrfs\nsubvolid=5,a b\n%u\n", plan.bound_seconds);
        assert_true(bytes_equal(log, text_view(script)));
        free((void *) log.data);
}

/*
 * Runs `script` behind services/pstore-fw-kdump.sh, with files for what it would do to this machine and tools
 * that do not come back. Looks at what is written to sysrq's trigger meanwhile.
 */
static void run_where_tools_hang(struct fixture *fixture, const char *tools, const char *script,
                                 const char *wanted) {
        const char *root = fixture->root;
        char text[4800];
        struct bytes trigger;

        put_file(fixture, "plan", "bound_seconds = 1\n");
        put_file(fixture, "trigger", "");
        put_file(fixture, "bin/x", "");
        put_file(fixture, "run/x", "");
        snprintf(text, sizeof(text),
                 "sed 's,/proc/sysrq-trigger,%s/trigger,g; s,/dev/kmsg,%s/kmsg,g; s,=/,=%s/,; "
                 "s,pstore-fw-capture,bin/capture,' services/pstore-fw-kdump.sh > %s/script.sh\n"
                 "cd %s && ! grep -q '/proc/sys' script.sh || exit 1\n"
                 "tell() { printf '#!/bin/sh\\nexec %%s\\n' \"$2\" > \"bin/$1\"; chmod 755 \"bin/$1\"; }\n"
                 "for tool in mount lvm udevadm capture; do tell $tool true; done\n"
                 "for tool in umount sync; do tell $tool true; done\n"
                 "for tool in %s; do tell $tool '/bin/sleep 30'; done\n"
                 "tell sleep '/bin/sleep 0.5'\n"
                 "PATH=%s/bin:$PATH; . ./script.sh\n"
                 "{ %s; } > said 2>&1 < /dev/null &\n"
                 "for tenth in $(seq %d); do [ -s trigger ] && break; /bin/sleep 0.1; done",
                 root, root, root, root, root, tools, root, script, wanted[0] ? 100 : 20);
        assert_int_equal(run_shell(fixture, text, 20), 0);
        trigger = test_read_file(scratch_path(root, "trigger"));
        assert_true(bytes_equal(trigger, text_view(wanted)));
        free((void *) trigger.data);
}

/* It is there for a disk that hangs, for which sync waits as long. */
static void test_guard_waits_for_nothing(void **state) {
        run_where_tools_hang(*state, "sync umount", "pstore_fw_start_guard", "b\n");
}

static void test_guard_that_is_stopped(void **state) {
        run_where_tools_hang(*state, "", "pstore_fw_start_guard; pstore_fw_stop_guard", "");
}

/* What was saved is saved: a file system that does not come to rest holds nobody. */
static void test_capture_that_cannot_unmount(void **state) {
        run_where_tools_hang(*state, "umount", "pstore_fw_start_guard; pstore_fw_capture mounted", "b\n");
}

static void test_capture_that_cannot_sync(void **state) {
        run_where_tools_hang(*state, "sync", "pstore_fw_start_guard; pstore_fw_capture mounted", "b\n");
}

static void assert_parameters(const char *running, const char *wanted) {
        char line[512], whole[512];
        struct text text = TEXT_ON(line);

        kdump_distribution_put_parameters(running, &text);
        snprintf(whole, sizeof(whole),
                 "%snoresume rd.shell=0 rd.emergency=reboot fsck.mode=skip pstore_fw.capture", wanted);
        assert_string_equal(line, whole);
}

static void test_parameters(NO_STATE) {
        assert_parameters("", "");
        assert_parameters("BOOT_IMAGE=/vmlinuz root=/dev/mapper/vg-root ro quiet\n",
                          "root=/dev/mapper/vg-root ro quiet ");
        assert_parameters("root=UUID=1 crashkernel=512M-:192M  resume=/dev/vg/swap rd.lvm.lv=vg/root",
                          "root=UUID=1 rd.lvm.lv=vg/root ");
        assert_parameters("cryptdevice=UUID=2:c initcall_blacklist=x single init=/bin/sh singlet",
                          "cryptdevice=UUID=2:c initcall_blacklist=x singlet ");
        assert_parameters("dyndbg=\"file a +p crashkernel=1\" root=LABEL=r",
                          "dyndbg=\"file a +p crashkernel=1\" "
                          "root=LABEL=r ");
        assert_parameters("root=/dev/sda1 -- root=/dev/sdb1", "root=/dev/sda1 ");
        /* Or what is added would be in the quote. */
        assert_parameters("a=\"not ended ", "a=\"not ended \" ");
        assert_parameters("sysctl.kernel.panic=0 sysctl.kernel.panic_on_oops=1 panic=0",
                          "sysctl.kernel.panic_on_oops=1 ");
}

static void test_parameters_that_do_not_fit(NO_STATE) {
        char line[40];
        struct text text = TEXT_ON(line);

        kdump_distribution_put_parameters("root=/dev/mapper/vg-root", &text);
        assert_true(text.truncated);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(mkinitramfs),
                TEST(dracut),
                TEST(the_environment_is_not_handed_on),
                TEST(the_tool_that_has_our_scripts),
                TEST(no_tool),
                TEST(no_script),
                TEST(a_tool_that_fails),
                TEST(a_tool_that_makes_nothing),
                TEST(what_is_no_release),
                TEST(command_status),
                TEST(command_bound),
                TEST(command_that_ignores_the_first_signal),
                TEST(hook),
                TEST(scripts_read_the_plan),
                TEST(guard_waits_for_nothing),
                TEST(guard_that_is_stopped),
                TEST(capture_that_cannot_unmount),
                TEST(capture_that_cannot_sync),
                TEST(parameters),
                TEST(parameters_that_do_not_fit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
