/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "capture/disk.h"
#include "capture/mount.h"
#include "capture/network.h"
#include "capture/share.h"
#include "capture/stack-build.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/* The disks that the file system lies on, all of them. */
static int await_disks(struct capture *capture, struct disk_set *ret_set) {
        const struct capture_plan *plan = &capture->plan;
        uint64_t start_ms = clock_ms();
        int r = disk_wait("", plan->uuid, plan->devices, capture_disk_deadline(capture), ret_set);

        if (r == ERR_NOT_FOUND && ret_set->count > 0)
                steps_failed(&capture->steps, "disk", "%zu of %u have the file system %s after %llu s",
                             ret_set->count, plan->devices, plan->uuid,
                             (unsigned long long) ((clock_ms() - start_ms) / 1000));
        else if (r == ERR_NOT_FOUND)
                steps_failed(&capture->steps, "disk", "none has the file system %s after %llu s", plan->uuid,
                             (unsigned long long) ((clock_ms() - start_ms) / 1000));
        else if (r < 0)
                steps_failed(&capture->steps, "disk", "more than %u have the file system %s: one is a copy",
                             plan->devices, plan->uuid);
        else
                steps_done(&capture->steps, "disk");
        return r;
}

/* What the file system stands on, where that is no plain disk. No other machine touches these 60 KiB. */
static struct {
        struct stack stack;
        struct stack_site site;
} built;

static int read_stack(struct capture *capture) {
        char error[STACK_ERROR_SIZE] = "";
        _cleanup_buffer_ struct buffer text;
        int r;

        buffer_init(&text, &system_allocator);
        r = file_read_at(AT_FDCWD, STACK_PATH, STACK_TEXT_SIZE, &text);
        if (r == 0)
                r = stack_parse(buffer_bytes(&text), &built.stack, error);
        if (r < 0)
                steps_failed(&capture->steps, "stack", STACK_PATH ": %s", error[0] ? error : error_text(r));
        return r;
}

static int build_stack(struct capture *capture, char ret_device[BLOCK_PATH_SIZE]) {
        struct reason reason;
        int r;

        r = read_stack(capture);
        if (r < 0)
                return r;
        stack_site_init(&built.site, &built.stack);
        r = stack_build(&built.site, capture->plan.uuid, capture_disk_deadline(capture), ret_device, &reason);
        if (r < 0)
                steps_failed(&capture->steps, "stack", "%s", reason.text);
        else
                steps_done(&capture->steps, "stack");
        return r;
}

static void take_down_stack(struct capture *capture) {
        struct reason reason;

        if (built.site.stack && stack_take_down(&built.site, &reason) < 0)
                steps_failed(&capture->steps, "stack", "%s", reason.text);
}

/* What is mounted: what was built, and nothing else, where there is something to be built. */
static int find_disks(struct capture *capture, struct disk_set *ret_set) {
        int r;

        if (access(STACK_PATH, F_OK) < 0)
                return await_disks(capture, ret_set);
        r = build_stack(capture, ret_set->disks[0].path);
        ret_set->count = r == 0;
        return r;
}

static int mount_share(struct capture *capture, const char *mount_point) {
        uint64_t deadline_ms = capture_disk_deadline(capture);
        int r = network_up(&capture->plan.network, deadline_ms, &capture->steps);

        return r < 0 ? r : share_mount(&capture->plan, mount_point, deadline_ms, &capture->steps);
}

static int mount_on_disk(struct capture *capture, const char *mount_point) {
        const struct capture_plan *plan = &capture->plan;
        struct disk_set set;
        int r;

        r = find_disks(capture, &set);
        if (r < 0)
                return r;
        r = mount_disks(&set, mount_point, plan->file_system, plan->mount_options);
        if (r < 0) {
                steps_failed(&capture->steps, "mount", "%s: %s", set.disks[0].path, strerror(-r));
                take_down_stack(capture);
                return errno_to_error(-r);
        }
        steps_done(&capture->steps, "mount");
        return 0;
}

int target_mount(struct capture *capture, const char *mount_point) {
        (void) mkdir(mount_point, 0700);
        return capture_plan_is_share(&capture->plan) ? mount_share(capture, mount_point)
                                                     : mount_on_disk(capture, mount_point);
}

void target_unmount(struct capture *capture, const char *mount_point) {
        if (umount(mount_point) < 0)
                steps_failed(&capture->steps, "umount", "%s", strerror(errno));
        take_down_stack(capture);
}
