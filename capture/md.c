/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/md.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/md-superblock.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define NEW_ARRAY "/sys/module/md_mod/parameters/new_array"

/* --- members ------------------------------------------------------------------------------------ */

static int read_superblock(const struct stack_site *site, unsigned metadata_minor, size_t member,
                           struct md_superblock *ret_superblock) {
        _cleanup_close_ int fd = stack_site_open(site, member, O_RDONLY);

        if (fd < 0)
                return fd;
        return md_superblock_read(fd, metadata_minor, site->stack->devices[member].sectors, ret_superblock);
}

/* However its hexadecimal digits are divided. */
static bool uuid_is(const uint8_t uuid[16], const char *text) {
        size_t digits = 0;

        for (; *text; text++) {
                int value = hex_value(*text);

                if (value < 0)
                        continue;
                if (digits == 32 || (uuid[digits / 2] >> (digits % 2 ? 0 : 4) & 0xf) != value)
                        return false;
                digits++;
        }
        return digits == 32;
}

/* Of those members that are there. */
struct members {
        struct md_superblock superblocks[STACK_MEMBERS_MAX];
        bool in_use[STACK_MEMBERS_MAX];
        uint64_t events; /* of the newest */
        size_t count;    /* of those in use */
        bool clean;      /* all of those */
};

static int read_member(const struct stack_site *site, const struct stack_device *device, size_t i,
                       struct members *members, struct reason *ret_reason) {
        size_t member = device->array.members[i];
        struct md_superblock *superblock = &members->superblocks[i];
        int r;

        if (!site->names[member][0])
                return 0;
        r = read_superblock(site, device->array.metadata_minor, member, superblock);
        if (r < 0)
                return reason_set(ret_reason, r, "/dev/%s: superblock: %s", site->names[member],
                                  error_text(r));
        if (!uuid_is(superblock->uuid, device->uuid))
                return reason_set(ret_reason, ERR_CHANGED, "/dev/%s: is of another array by now",
                                  site->names[member]);
        /* One less where the array was being written to then, and came to rest (md_update_sb(), events--). */
        if (superblock->events + 1 < device->array.events)
                return reason_set(ret_reason, ERR_CHANGED,
                                  "/dev/%s: is older than at the load: it has %llu events, and had %llu",
                                  site->names[member], (unsigned long long) superblock->events,
                                  (unsigned long long) device->array.events);
        members->in_use[i] = true;
        if (superblock->events > members->events)
                members->events = superblock->events;
        return 0;
}

/* One event less is what a loss of power leaves, and what the kernel takes (super_1_validate()). */
static void leave_out_those_behind(struct members *members) {
        members->clean = true;
        for (size_t i = 0; i < STACK_MEMBERS_MAX; i++) {
                if (members->in_use[i] && members->superblocks[i].events + 1 < members->events)
                        members->in_use[i] = false;
                if (!members->in_use[i])
                        continue;
                members->count++;
                members->clean = members->clean && members->superblocks[i].clean;
        }
}

static bool may_lack_one(const char *level) {
        return text_equal(level, "raid1") || text_equal(level, "raid10");
}

static int choose_members(const struct stack_site *site, const struct stack_device *device,
                          struct members *ret_members, struct reason *ret_reason) {
        const struct stack_array *array = &device->array;
        int r = 0;

        memset(ret_members, 0, sizeof(*ret_members));
        for (size_t i = 0; i < array->member_count && r == 0; i++)
                r = read_member(site, device, i, ret_members, ret_reason);
        if (r < 0)
                return r;
        leave_out_those_behind(ret_members);
        if (ret_members->count == array->member_count)
                return 0;
        if (ret_members->count == 0 || !may_lack_one(array->level))
                return reason_set(ret_reason, ERR_NOT_FOUND, "%s %s: %zu of %zu members are there",
                                  array->level, device->uuid, ret_members->count, array->member_count);
        if (!ret_members->clean)
                return reason_set(ret_reason, ERR_NOT_FOUND,
                                  "%s %s: %zu of %zu members are there, and the array is not clean",
                                  array->level, device->uuid, ret_members->count, array->member_count);
        return 0;
}

/* --- arrays ------------------------------------------------------------------------------------- */

static int fail(const struct stack_site *site, size_t device, const char *step, int number,
                struct reason *ret_reason) {
        const struct stack_device *array = &site->stack->devices[device];

        return reason_set(ret_reason, errno_to_error(-number), "%s %s: %s: %s", array->array.level,
                          array->uuid, step, strerror(-number));
}

/* A number that is free; that the kernel makes the device by itself when its file is opened is an option. */
static int make_device(struct stack_site *site, size_t device) {
        char path[BLOCK_PATH_SIZE];

        for (unsigned number = 127; number > 0; number--) {
                snprintf(site->names[device], BLOCK_NAME_SIZE, "md%u", number);
                snprintf(path, sizeof(path), "%s/sys/class/block/%s", site->root, site->names[device]);
                if (access(path, F_OK) < 0)
                        return stack_site_write(site, NEW_ARRAY, site->names[device]);
        }
        return -ENFILE;
}

static int add_members(struct stack_site *site, size_t device, int fd, const struct members *members) {
        const struct stack_array *array = &site->stack->devices[device].array;
        int r = 0;

        for (size_t i = 0; i < array->member_count && r == 0; i++) {
                mdu_disk_info_t disk = { 0 };
                dev_t number;

                if (!members->in_use[i])
                        continue;
                if (stack_site_read_device(site, array->members[i], &number) < 0)
                        return -ENODEV;
                disk.major = (int) major(number);
                disk.minor = (int) minor(number);
                r = site->control(site->context, fd, ADD_NEW_DISK, &disk);
        }
        return r;
}

static int write_attribute(const struct stack_site *site, size_t device, const char *attribute,
                           const char *text) {
        char path[BLOCK_PATH_SIZE];

        snprintf(path, sizeof(path), "/sys/class/block/%s/md/%s", site->names[device], attribute);
        return stack_site_write(site, path, text);
}

/*
 * "read-auto" is RUN_ARRAY, but that neither a superblock is written nor a resync begins before the first
 * write to the array.
 */
static int start(struct stack_site *site, size_t device, int fd, const struct members *members,
                 const char **ret_step) {
        /* Without a number of disks it is the version of the superblocks alone (K6.1 drivers/md/md.c:7226).
         */
        mdu_array_info_t version = {
                .major_version = 1,
                .minor_version = (int) site->stack->devices[device].array.metadata_minor,
        };
        int r;

        *ret_step = "SET_ARRAY_INFO";
        r = site->control(site->context, fd, SET_ARRAY_INFO, &version);
        if (r < 0)
                return r;
        *ret_step = "ADD_NEW_DISK";
        r = add_members(site, device, fd, members);
        if (r < 0)
                return r;
        *ret_step = "array_state";
        return write_attribute(site, device, "array_state", "read-auto");
}

static int check_level(const struct stack_site *site, size_t device, struct reason *ret_reason) {
        const struct stack_device *array = &site->stack->devices[device];
        char level[STACK_ATTRIBUTE_SIZE] = "";

        (void) stack_site_read(site, device, "md/level", level);
        if (text_equal(level, array->array.level))
                return 0;
        return reason_set(ret_reason, ERR_CHANGED, "%s %s: is %s by now", array->array.level, array->uuid,
                          level);
}

int md_make(struct stack_site *site, size_t device, struct reason *ret_reason) {
        _cleanup_close_ int fd = -1;
        struct members members;
        const char *step;
        int r;

        r = choose_members(site, &site->stack->devices[device], &members, ret_reason);
        if (r < 0)
                return r;
        r = make_device(site, device);
        if (r < 0)
                return fail(site, device, NEW_ARRAY, r, ret_reason);
        fd = stack_site_open(site, device, O_RDWR);
        if (fd < 0)
                return reason_set(ret_reason, fd, "/dev/%s: %s", site->names[device], error_text(fd));
        r = start(site, device, fd, &members, &step);
        r = r < 0 ? fail(site, device, step, r, ret_reason) : check_level(site, device, ret_reason);
        if (r < 0)
                (void) site->control(site->context, fd, STOP_ARRAY, NULL);
        return r;
}

void md_use(struct stack_site *site, size_t device) {
        (void) write_attribute(site, device, "sync_action", "frozen"); /* which raid0 does not have */
}

int md_stop(struct stack_site *site, size_t device, struct reason *ret_reason) {
        _cleanup_close_ int fd = stack_site_open(site, device, O_RDWR);
        int r;

        if (fd < 0)
                return reason_set(ret_reason, fd, "/dev/%s: %s", site->names[device], error_text(fd));
        r = site->control(site->context, fd, STOP_ARRAY, NULL);
        return r < 0 ? fail(site, device, "STOP_ARRAY", r, ret_reason) : 0;
}

int md_find_partition(struct stack_site *site, size_t device, struct reason *ret_reason) {
        const struct stack_part *part = &site->stack->devices[device].part;
        struct text name = TEXT_ON(site->names[device]);
        uint64_t start;
        int fd;

        /* The kernel reads the table when the array is opened for the first time that it runs. */
        fd = stack_site_open(site, part->below, O_RDONLY);
        if (fd >= 0)
                (void) close(fd);
        text_format(&name, "%sp%u", site->names[part->below], part->number);
        if (stack_site_read_number(site, device, "start", &start) == 0 && start == part->start)
                return 0;
        return reason_set(ret_reason, ERR_NOT_FOUND, "/dev/%s: is no partition that begins at %llu",
                          site->names[device], (unsigned long long) part->start);
}
