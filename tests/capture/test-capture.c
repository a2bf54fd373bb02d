/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/delivery.h"
#include "capture/disk.h"
#include "capture/guard.h"
#include "capture/mount.h"
#include "posix/clock.h"
#include "tests/support/emulated.h"
#include "tests/support/fake-collector.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"
#include "tests/support/vmcore-builder.h"

#define NAME        "20261121T151320Z-kdump-panic1"

#define SECOND_NAME "20261121T151320Z-kdump-panic2"

struct machine {
        char *root;
        char disk[4200], console[4200], vmcore[4200], tools[4200];
        struct capture capture;
};

static void write_tool(const char *path, const char *script) {
        scratch_write(path, text_view(script));
        assert_int_equal(chmod(path, 0700), 0);
}

/* As in the initramfs: a tool is unpacked where it is needed. */
static void pack_tool(const struct machine *machine) {
        char command[4300];

        snprintf(command, sizeof(command), "gzip %s/vmcore-dmesg", machine->tools);
        assert_int_equal(system(command), 0);
}

static int setup(void **state) {
        struct machine *machine = calloc(1, sizeof(*machine));
        struct capture *capture = &machine->capture;
        struct vmcore_built core;

        machine->root = scratch_make();
        snprintf(machine->disk, sizeof(machine->disk), "%s/disk", machine->root);
        snprintf(machine->console, sizeof(machine->console), "%s/console", machine->root);
        snprintf(machine->vmcore, sizeof(machine->vmcore), "%s/vmcore", machine->root);
        snprintf(machine->tools, sizeof(machine->tools), "%s/tools", machine->root);
        assert_int_equal(mkdir(machine->disk, 0700), 0);
        assert_int_equal(mkdir(machine->tools, 0700), 0);
        scratch_write(machine->console, text_view(""));
        vmcore_build(&core, "CRASHTIME=1795274000\n");
        scratch_write(machine->vmcore, bytes_of(core.data, core.size));
        write_tool(scratch_path(machine->tools, "vmcore-dmesg"), "#!/bin/sh\necho the log\n");
        *capture = (struct capture){
                .plan = capture_plan_default,
                .deadline_ms = clock_ms() + 60000,
                .vmcore = machine->vmcore,
                .tools = machine->tools,
                .console = machine->console,
                .temporary = machine->root,
        };
        snprintf(capture->plan.directory, sizeof(capture->plan.directory), "/var/lib/dumps");
        snprintf(capture->plan.log_tool, sizeof(capture->plan.log_tool), "vmcore-dmesg");
        steps_init(&capture->steps, -1, false);
        meminfo_start(&capture->meminfo, "/proc/meminfo");
        *state = machine;
        return 0;
}

static int teardown(void **state) {
        struct machine *machine = *state;

        scratch_remove(machine->root);
        free(machine);
        return 0;
}

static bool step_failed(const struct machine *machine, const char *name, const char *why) {
        const struct steps *steps = &machine->capture.steps;

        for (size_t i = 0; i < steps->count; i++)
                if (strcmp(steps->rows[i].name, name) == 0 && strstr(steps->rows[i].result, why))
                        return true;
        return false;
}

/* What of the directory is not there is made, for its owner only. */
static void test_missing_directory(void **state) {
        struct machine *machine = *state;
        struct stat stat_of;

        pack_tool(machine);
        assert_ok(capture_to_disk(&machine->capture, machine->disk));
        assert_int_equal(access(scratch_path(machine->disk, "var/lib/dumps/" NAME "/dmesg.txt"), F_OK), 0);
        assert_int_equal(stat(scratch_path(machine->disk, "var/lib/dumps"), &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 0777, 0700);
}

/* The plan's directory had no links when it was made: one of now leads out of the disk, into memory. */
static void test_a_link_in_the_directory(void **state) {
        struct machine *machine = *state;

        assert_int_equal(symlink(machine->root, scratch_path(machine->disk, "var")), 0);
        assert_true(capture_to_disk(&machine->capture, machine->disk) < 0);
        assert_true(step_failed(machine, "directory", "/var/lib/dumps: "));
        assert_int_equal(access(scratch_path(machine->root, "lib"), F_OK), -1);
}

static void test_new_directories_are_flushed(void **state) {
        struct machine *machine = *state;
        int fd;

        flush_log_start();
        fd = capture_open_directory(machine->disk, "/var/lib/dumps", false);
        (void) flush_log_stop();
        assert_true(fd >= 0);
        close(fd);
        (void) flush_log_assert_made(scratch_path(machine->disk, "var"));
        (void) flush_log_assert_made(scratch_path(machine->disk, "var/lib"));
        (void) flush_log_assert_made(scratch_path(machine->disk, "var/lib/dumps"));
}

/* However long the settings wait for the disk: there has to be time for the console. */
static void test_time_for_the_disk(void **state) {
        struct machine *machine = *state;
        struct capture *capture = &machine->capture;
        uint64_t now = clock_ms();

        capture->plan.disk_seconds = 10;
        capture->deadline_ms = now + 60000;
        assert_uint_in_range(capture_disk_deadline(capture) - now, 10000, 10500);
        capture->plan.disk_seconds = 100;
        assert_uint_in_range(capture_disk_deadline(capture) - now, 29000, 30500);
        capture->deadline_ms = now;
        assert_uint_in_range(capture_disk_deadline(capture) - now, 0, 500);
}

/* What lies on a share is others': it is not run. What came along is unpacked beside the log's tool. */
static void test_tools_of_a_share(void **state) {
        struct machine *machine = *state;
        struct capture *capture = &machine->capture;
        char image_tools[4200], command[9000];
        struct bytes content;

        snprintf(image_tools, sizeof(image_tools), "%s/image-tools", machine->root);
        strcpy(capture->plan.network.server, "10.0.9.9");
        strcpy(capture->plan.image_tool, "makedumpfile");
        capture->image_tools = image_tools;
        scratch_put(machine->disk, "/var/lib/dumps/.pstore-fw-tools/makedumpfile", "");
        write_tool(scratch_path(machine->disk, "var/lib/dumps/.pstore-fw-tools/makedumpfile"),
                   "#!/bin/sh\necho from the share > \"$7\"\n");
        assert_ok(capture_to_disk(capture, machine->disk));
        assert_int_equal(access(scratch_path(machine->disk, "var/lib/dumps/" NAME "/dmesg.txt"), F_OK), 0);
        assert_int_equal(access(scratch_path(machine->disk, "var/lib/dumps/" NAME "/vmcore"), F_OK), -1);
        scratch_put(machine->root, "/image-tools/makedumpfile",
                    "#!/bin/sh\n[ -s dmesg.txt ] && echo from the initramfs > \"$7\"\n");
        snprintf(command, sizeof(command), "gzip %s/makedumpfile", image_tools);
        assert_int_equal(system(command), 0);
        assert_ok(capture_to_disk(capture, machine->disk));
        content = test_read_file(scratch_path(machine->disk, "var/lib/dumps/" SECOND_NAME "/vmcore"));
        assert_true(bytes_equal(content, text_view("from the initramfs\n")));
        free((void *) (uintptr_t) content.data);
        assert_int_equal(access(scratch_path(machine->tools, "makedumpfile"), X_OK), 0);
}

static void test_tools_of_the_disk(void **state) {
        struct machine *machine = *state;
        struct capture *capture = &machine->capture;
        int fd;

        snprintf(capture->plan.image_tool, sizeof(capture->plan.image_tool), "makedumpfile");
        assert_ok(capture_to_disk(capture, machine->disk));
        assert_true(step_failed(machine, "image", "makedumpfile is not in "));
        fd = capture_open_directory(machine->disk, "/var/lib/dumps/.pstore-fw-tools", false);
        assert_true(fd >= 0);
        close(fd);
        write_tool(scratch_path(machine->disk, "var/lib/dumps/.pstore-fw-tools/makedumpfile"),
                   "#!/bin/sh\nprintf image > \"$7\"\n");
        assert_ok(capture_to_disk(capture, machine->disk));
        assert_int_equal(
                access(scratch_path(machine->disk, "var/lib/dumps/20261121T151320Z-kdump-panic2/vmcore"),
                       F_OK),
                0);
}

/* As a mount that is read-only does. */
static void test_a_disk_that_takes_nothing(void **state) {
        struct machine *machine = *state;

        assert_true(capture_to_disk(&machine->capture, "/proc") < 0);
        assert_true(step_failed(machine, "directory", "/var/lib/dumps: "));
        assert_true(capture_to_disk(&machine->capture, "/no/such/mount") < 0);
}

static void test_no_vmcore(void **state) {
        struct machine *machine = *state;

        assert_int_equal(unlink(machine->vmcore), 0);
        assert_error(capture_to_disk(&machine->capture, machine->disk), ERR_NO_STORE);
        assert_true(step_failed(machine, "vmcore", "there is no "));
        assert_error(capture_to_console(&machine->capture), ERR_NO_STORE);
}

static void test_console(void **state) {
        struct machine *machine = *state;
        struct bytes said;

        pack_tool(machine);
        assert_ok(capture_to_console(&machine->capture));
        said = test_read_file(machine->console);
        assert_int_equal(said.size, 8);
        assert_memory_equal(said.data, "the log\n", said.size);
        free((void *) (uintptr_t) said.data);
        assert_int_equal(access(scratch_path(machine->root, "dmesg.txt"), F_OK), -1);
}

static void test_no_console(void **state) {
        struct machine *machine = *state;

        machine->capture.console = machine->root;
        assert_error(capture_to_console(&machine->capture), ERR_IO);
        assert_true(step_failed(machine, "console", "Is a directory"));
}

/* A log that is only begun is better on the console than nowhere. */
static void test_console_gets_what_there_is(void **state) {
        struct machine *machine = *state;
        struct bytes said;

        write_tool(scratch_path(machine->tools, "vmcore-dmesg"), "#!/bin/sh\necho half\nexit 1\n");
        assert_error(capture_to_console(&machine->capture), ERR_FAILED);
        said = test_read_file(machine->console);
        assert_int_equal(said.size, 5);
        free((void *) (uintptr_t) said.data);
        assert_int_equal(access(scratch_path(machine->root, "dmesg.txt.part"), F_OK), -1);
}

static void test_mount_options(NO_STATE) {
        static const struct {
                const char *options, *data;
        } rows[] = {
                { "", "" },
                { "rw,relatime", "" },
                { "rw,noatime,subvol=/@,x-systemd.growfs,compress=zstd:3,nofail",
                  "subvol=/@,compress=zstd:3" },
                { "data=ordered,errors=remount-ro", "data=ordered,errors=remount-ro" },
        };
        char data[64];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                mount_data(rows[i].options, data, sizeof(data));
                assert_string_equal(data, rows[i].data);
        }
        mount_data("aaaa,bbbb,cc", data, 8);
        assert_string_equal(data, "aaaa,cc");
}

#define UUID "11111111-2222-3333-4444-555555555555"

static void make_empty(const struct machine *machine, const char *name) {
        scratch_write(scratch_path(machine->root, name), text_view(""));
}

static void make_directory(const struct machine *machine, const char *name) {
        int fd = capture_open_directory(machine->root, name, false);

        assert_true(fd >= 0);
        close(fd);
}

static void test_disk_by_uuid(void **state) {
        struct machine *machine = *state;
        struct disk_set set;
        char command[9000];

        make_directory(machine, "/sys/class/block");
        make_directory(machine, "/dev/cciss");
        make_empty(machine, "sys/class/block/sda");
        make_empty(machine, "sys/class/block/gone");
        make_empty(machine, "sys/class/block/cciss!c0d0");
        make_empty(machine, "dev/sda");
        assert_error(disk_wait(machine->root, UUID, 1, clock_ms() + 300, &set), ERR_NOT_FOUND);
        snprintf(command, sizeof(command),
                 "PATH=$PATH:/sbin:/usr/sbin; command -v mke2fs > /dev/null || exit 77;"
                 "truncate -s 1M %s/dev/cciss/c0d0 && mke2fs -q -F -U " UUID " %s/dev/cciss/c0d0",
                 machine->root, machine->root);
        if (WEXITSTATUS(system(command)) == 77)
                skip();
        assert_ok(disk_wait(machine->root, UUID, 1, clock_ms() + 10000, &set));
        test_assert_contains(set.disks[0].path, "/dev/cciss/c0d0");
        assert_int_equal(set.count, 1);
        assert_error(disk_wait(machine->root, "other", 1, clock_ms(), &set), ERR_NOT_FOUND);
}

/* Three of a btrfs: all have to be there, no more, and no copy of one in the place of the other. */
static void test_disks_of_one_file_system(void **state) {
        struct machine *machine = *state;
        struct disk_set set;
        char command[9000];

        make_directory(machine, "/sys/class/block");
        make_directory(machine, "/dev");
        make_empty(machine, "sys/class/block/sda");
        make_empty(machine, "sys/class/block/sdb");
        make_empty(machine, "sys/class/block/sdc");
        snprintf(command, sizeof(command),
                 "PATH=$PATH:/sbin:/usr/sbin; command -v mkfs.btrfs > /dev/null || exit 77; cd %s/dev &&"
                 "truncate -s 140M sda sdb sdc && mkfs.btrfs -q -U " UUID " -d raid0 -m raid1 sda sdb sdc",
                 machine->root);
        if (WEXITSTATUS(system(command)) == 77)
                skip();
        assert_ok(disk_wait(machine->root, UUID, 3, clock_ms(), &set));
        assert_int_equal(set.count, 3);
        assert_string_not_equal(set.disks[0].own_uuid, set.disks[1].own_uuid);
        assert_error(disk_wait(machine->root, UUID, 4, clock_ms(), &set), ERR_NOT_FOUND);
        assert_int_equal(set.count, 3);
        assert_error(disk_wait(machine->root, UUID, 2, clock_ms(), &set), ERR_TOO_LARGE);
        assert_ok(disk_wait(machine->root, UUID, 1, clock_ms(), &set));
        assert_ok(disk_find_all(machine->root, UUID, &set));
        assert_int_equal(set.count, 3);
        make_empty(machine, "sys/class/block/sdd");
        snprintf(command, sizeof(command), "cd %s/dev && cp --sparse=always sdb sdd", machine->root);
        assert_int_equal(system(command), 0);
        assert_error(disk_wait(machine->root, UUID, 3, clock_ms(), &set), ERR_EXISTS);
        assert_error(disk_find_all(machine->root, UUID, &set), ERR_EXISTS);
        /* With the copy there are as many as are wanted. */
        assert_int_equal(unlink(scratch_path(machine->root, "dev/sda")), 0);
        assert_error(disk_wait(machine->root, UUID, 3, clock_ms(), &set), ERR_EXISTS);
}

/* Each stage writes its letter to a pipe, when it is due. */
struct stages {
        int pipe[2];
};

static void first_stage(void *context) {
        struct stages *stages = context;

        assert_int_equal(write(stages->pipe[1], "1", 1), 1);
}

static void second_stage(void *context) {
        struct stages *stages = context;

        assert_int_equal(write(stages->pipe[1], "2", 1), 1);
}

static void test_guard_acts_in_two_stages(NO_STATE) {
        struct stages stages;
        const struct guard guard = { { { 300, first_stage }, { 2000, second_stage } }, &stages, "" };
        uint64_t start = clock_ms();
        char letter;
        pid_t pid;

        assert_int_equal(pipe(stages.pipe), 0);
        pid = guard_start(&guard);
        assert_true(pid > 0);
        close(stages.pipe[1]);
        assert_int_equal(read(stages.pipe[0], &letter, 1), 1);
        assert_int_equal(letter, '1');
        assert_true(clock_ms() - start >= 300);
        assert_int_equal(read(stages.pipe[0], &letter, 1), 1);
        assert_int_equal(letter, '2');
        assert_true(clock_ms() - start >= 2000);
        guard_stop(pid);
        close(stages.pipe[0]);
}

/* Both processes are gone: the pipe ends, and nobody wrote to it. */
static void test_guard_is_taken_back(NO_STATE) {
        struct stages stages;
        const struct guard guard = { { { 60000, first_stage }, { 60000, second_stage } }, &stages, "" };
        char letter;
        pid_t pid;

        assert_int_equal(pipe(stages.pipe), 0);
        pid = guard_start(&guard);
        clock_sleep_ms(200);
        close(stages.pipe[1]);
        guard_stop(pid);
        assert_int_equal(read(stages.pipe[0], &letter, 1), 0);
        close(stages.pipe[0]);
}

#define HANG_MS 4000

/* What a process has to do that saves to a disk, or to one that hangs. */
struct disk_work {
        struct machine *machine;
        bool saves, hangs;
        int result;
};

static int do_disk_work(void *context, atomic_bool *log_is_safe) {
        struct disk_work *work = context;

        work->machine->capture.log_is_safe = log_is_safe;
        if (work->saves)
                work->result = capture_to_disk(&work->machine->capture, work->machine->disk);
        if (work->hangs)
                clock_sleep_ms(HANG_MS);
        return work->result;
}

static size_t console_size(const struct machine *machine) {
        struct stat stat_of_console;

        assert_int_equal(stat(machine->console, &stat_of_console), 0);
        return (size_t) stat_of_console.st_size;
}

static void await_children(void) {
        while (waitpid(-1, NULL, 0) > 0)
                ;
}

static void test_what_is_safe_needs_no_console(void **state) {
        struct disk_work work = { .machine = *state, .saves = true };

        assert_ok(capture_save(&work.machine->capture, do_disk_work, &work));
        assert_int_equal(console_size(work.machine), 0);
}

static void test_what_fails_goes_to_the_console(void **state) {
        struct disk_work work = { .machine = *state, .result = ERR_READ_ONLY };

        assert_error(capture_save(&work.machine->capture, do_disk_work, &work), ERR_READ_ONLY);
        assert_int_equal(console_size(work.machine), 8);
}

static void test_a_disk_that_hangs_is_not_waited_for(void **state) {
        struct disk_work work = { .machine = *state, .hangs = true };
        uint64_t start_ms = clock_ms();

        if (emulated())
                skip(); /* it leaves a second for a program that takes about one there */
        work.machine->capture.deadline_ms = start_ms + HANG_MS / 2;
        assert_error(capture_save(&work.machine->capture, do_disk_work, &work), ERR_TIMEOUT);
        assert_int_equal(console_size(work.machine), 8);
        assert_true(step_failed(work.machine, "disk", "no answer after 1 s"));
        assert_true(clock_ms() - start_ms < HANG_MS);
        await_children();
}

static void test_a_disk_that_hangs_after_the_log(void **state) {
        struct disk_work work = { .machine = *state, .saves = true, .hangs = true };

        work.machine->capture.deadline_ms = clock_ms() + HANG_MS / 2;
        assert_ok(capture_save(&work.machine->capture, do_disk_work, &work));
        assert_int_equal(console_size(work.machine), 0);
        assert_true(step_failed(work.machine, "disk", "not done in time"));
        await_children();
}

/* Sealed, and then nobody has to read it at the console; but what is not stored is no log that is safe. */
static void test_what_fails_goes_to_the_collector(void **state) {
        struct disk_work work = { .machine = *state, .result = ERR_READ_ONLY };
        struct capture *capture = &work.machine->capture;
        struct seal_key public_key, secret_key;
        struct fake_collector collector;
        struct bytes came;

        assert_ok(seal_key_make(&public_key, &secret_key));
        seal_key_print(&public_key, capture->plan.public_key);
        strcpy(capture->plan.host, "web-7");
        fake_collector_start(&collector, scratch_path(work.machine->root, "came"), DELIVERY_STORED "\n");
        strcpy(capture->plan.collector, collector.address);
        assert_error(capture_save(capture, do_disk_work, &work), ERR_READ_ONLY);
        fake_collector_end(&collector);
        assert_int_equal(console_size(work.machine), 0);
        came = test_read_file(scratch_path(work.machine->root, "came"));
        assert_memory_equal(came.data, "version = 1\nhost = web-7\n", 25);
        free((void *) (uintptr_t) came.data);
        assert_int_equal(access(scratch_path(work.machine->root, "dmesg.txt.sealed"), F_OK), -1);
        fake_collector_start(&collector, scratch_path(work.machine->root, "came"), "refused: no room\n");
        strcpy(capture->plan.collector, collector.address);
        assert_error(capture_save(capture, do_disk_work, &work), ERR_READ_ONLY);
        fake_collector_end(&collector);
        assert_int_equal(console_size(work.machine), 8);
        assert_true(step_failed(work.machine, "collector", "refused: no room"));
}

static int die(void *context, atomic_bool *log_is_safe) {
        (void) context;
        (void) log_is_safe;
        (void) signal(SIGKILL, SIG_DFL);
        return raise(SIGKILL);
}

static void test_a_process_that_is_killed(void **state) {
        struct machine *machine = *state;

        assert_error(capture_save(&machine->capture, die, NULL), ERR_FAILED);
        assert_int_equal(console_size(machine), 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_missing_directory),
                TEST(test_a_link_in_the_directory),
                TEST(test_new_directories_are_flushed),
                TEST(test_time_for_the_disk),
                TEST(test_tools_of_the_disk),
                TEST(test_tools_of_a_share),
                TEST(test_a_disk_that_takes_nothing),
                TEST(test_no_vmcore),
                TEST(test_console),
                TEST(test_no_console),
                TEST(test_console_gets_what_there_is),
                TEST(test_what_is_safe_needs_no_console),
                TEST(test_what_fails_goes_to_the_console),
                TEST(test_what_fails_goes_to_the_collector),
                TEST(test_a_disk_that_hangs_is_not_waited_for),
                TEST(test_a_disk_that_hangs_after_the_log),
                TEST(test_a_process_that_is_killed),
                cmocka_unit_test(test_mount_options),
                TEST(test_disk_by_uuid),
                TEST(test_disks_of_one_file_system),
                cmocka_unit_test(test_guard_acts_in_two_stages),
                cmocka_unit_test(test_guard_is_taken_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
