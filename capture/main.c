/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/capture.h"
#include "capture/guard.h"
#include "capture/module.h"
#include "capture/target.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "posix/memory.h"

/*
 * /init of the crash kernel, without arguments; or, with --mounted DIR, the same in an initramfs of the
 * distribution's, which has mounted the file system for dumps at DIR. However it goes, a machine that runs
 * the crash kernel is restarted.
 */

#define TARGET        "/target"
#define PLAN_SIZE_MAX ((size_t) 64 * 1024)

/* So long before the guard acts the capture stops by itself; and so long after it the machine is reset. */
#define MARGIN_MS 5000
#define RESET_MS  30000

static const struct {
        const char *type, *place;
} kernel_file_systems[] = {
        { "proc", "/proc" },
        { "sysfs", "/sys" },
        { "devtmpfs", "/dev" },
};

struct reset {
        int kmsg, sysrq;
};

static void restart_late(void *context) {
        const struct reset *reset = context;

        (void) file_write_all(reset->kmsg, text_view("<3>pstore-fw: guard: not done in time: restarting\n"));
        (void) reboot(RB_AUTOBOOT);
}

/* Documentation/admin-guide/sysrq.rst: at once, without a sync and without asking drivers. */
static void reset_now(void *context) {
        const struct reset *reset = context;

        (void) file_write_all(reset->sysrq, text_view("b"));
}

/* An initramfs without /dev/console leaves us without standard files, whose numbers others would get then. */
static void open_standard_files(void) {
        int fd;

        do
                fd = open("/dev/null", O_RDWR);
        while (fd >= 0 && fd < STDERR_FILENO);
        if (fd > STDERR_FILENO)
                (void) close(fd);
}

static void mount_kernel_file_systems(void) {
        for (size_t i = 0; i < ARRAY_SIZE(kernel_file_systems); i++) {
                (void) mkdir(kernel_file_systems[i].place, 0755);
                (void) mount(kernel_file_systems[i].type, kernel_file_systems[i].place,
                             kernel_file_systems[i].type, 0, NULL);
        }
}

static int read_plan(struct capture *capture) {
        char error[SETTINGS_ERROR_SIZE] = "";
        _cleanup_buffer_ struct buffer text;
        int r;

        buffer_init(&text, &system_allocator);
        r = file_read_at(AT_FDCWD, CAPTURE_PLAN_PATH, PLAN_SIZE_MAX, &text);
        if (r == 0)
                r = capture_plan_parse(buffer_bytes(&text), &capture->plan, error);
        if (r < 0)
                steps_failed(&capture->steps, "plan", CAPTURE_PLAN_PATH ": %s",
                             error[0] ? error : error_text(r));
        return r;
}

static int save_alone(void *context, atomic_bool *log_is_safe) {
        struct capture *capture = context;
        int r;

        capture->log_is_safe = log_is_safe;
        module_load_all(CAPTURE_MODULES_PATH, &capture->steps);
        if (!capture_plan_has_place(&capture->plan))
                return ERR_NOT_FOUND; /* as was told at the load */
        r = target_mount(capture, TARGET);
        if (r < 0)
                return r;
        r = capture_to_disk(capture, TARGET);
        target_unmount(capture, TARGET);
        return r;
}

struct mounted {
        struct capture *capture;
        const char *mount_point;
};

static int save_mounted(void *context, atomic_bool *log_is_safe) {
        const struct mounted *mounted = context;
        int r;

        mounted->capture->log_is_safe = log_is_safe;
        r = capture_to_disk(mounted->capture, mounted->mount_point);
        sync(); /* nobody unmounts it before the restart */
        return r;
}

static void set_bound(struct capture *capture, struct reset *reset, unsigned seconds, pid_t *guard_pid) {
        const uint64_t bound_ms = (uint64_t) seconds * 1000;
        const struct guard guard = {
                .stages = { { bound_ms, restart_late }, { bound_ms + RESET_MS, reset_now } },
                .context = reset,
                .watchdog = capture->plan.watchdog,
        };
        pid_t pid;

        /* The new one first: without a process for it the earlier one stays. */
        pid = guard_start(&guard);
        if (pid < 0)
                steps_failed(&capture->steps, "guard", "%s", error_text(pid));
        if (pid > 0 && *guard_pid > 0)
                guard_stop(*guard_pid);
        if (pid > 0)
                *guard_pid = pid;
        capture->deadline_ms = clock_ms() + bound_ms - MARGIN_MS;
}

static void capture_all(struct capture *capture, struct reset *reset, const char *mount_point,
                        pid_t *guard_pid) {
        struct mounted mounted = { .capture = capture, .mount_point = mount_point };

        /* The plan may be missing: a bound there is from the start. */
        set_bound(capture, reset, capture_plan_default.bound_seconds, guard_pid);
        if (access(capture->vmcore, F_OK) < 0) {
                steps_failed(&capture->steps, "vmcore", "there is no %s: this is no crash kernel",
                             capture->vmcore);
                return;
        }
        if (read_plan(capture) < 0) {
                /* Nothing says where the disk is: the console is left. */
                snprintf(capture->plan.log_tool, sizeof(capture->plan.log_tool), "vmcore-dmesg");
                (void) capture_to_console(capture);
                return;
        }
        set_bound(capture, reset, capture->plan.bound_seconds, guard_pid);
        if (mount_point)
                (void) capture_save(capture, save_mounted, &mounted);
        else
                (void) capture_save(capture, save_alone, capture);
}

static int usage(void) {
        static const char text[] = "usage: pstore-fw-capture [--mounted DIR]\n"
                                   "Runs in a crash kernel, as its /init or with the file system for dumps\n"
                                   "mounted at DIR; saves what the crashed kernel left, and restarts.\n";

        (void) file_write_all(STDERR_FILENO, text_view(text));
        return 2;
}

int main(int argc, char **argv) {
        const char *mount_point = argc == 3 && strcmp(argv[1], "--mounted") == 0 ? argv[2] : NULL;
        struct capture capture = {
                .plan = capture_plan_default,
                .vmcore = "/proc/vmcore",
                .tools = CAPTURE_TOOLS_PATH,
                .image_tools = CAPTURE_IMAGE_TOOLS_PATH,
                .console = "/dev/console",
                .temporary = "/",
        };
        struct reset reset;
        pid_t guard_pid = 0;

        /* Words of the kernel's command line that the kernel does not know are arguments of its init. */
        if (!mount_point && getpid() != 1)
                return usage();
        if (!mount_point)
                mount_kernel_file_systems();
        open_standard_files();
        /* Somebody tries it on a machine that is well: that is no reason to restart it. */
        if (mount_point && access(capture.vmcore, F_OK) < 0)
                return usage();
        /* makedumpfile writes the few kilobytes of its vmcoreinfo there. */
        (void) mkdir("/tmp", 0700);
        /* Now, so that the guard needs no more than a write when the time is up. */
        reset.kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
        reset.sysrq = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
        steps_init(&capture.steps, reset.kmsg, true);
        meminfo_start(&capture.meminfo, "/proc/meminfo");
        steps_say(&capture.steps, "capture starts");
        capture_all(&capture, &reset, mount_point, &guard_pid);
        steps_say(&capture.steps, "restarting");
        if (guard_pid > 0)
                guard_end(guard_pid);
        /* All is flushed where it can be. Drivers may wait for a broken disk: then the guard restarts. */
        (void) reboot(RB_AUTOBOOT);
        /* It does not come back when it works. */
        reset_now(&reset);
        return 1;
}
