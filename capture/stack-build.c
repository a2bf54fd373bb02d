/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/stack-build.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "capture/device-mapper.h"
#include "capture/md.h"
#include "capture/pv-header.h"
#include "posix/clock.h"
#include "posix/memory.h"

#define POLL_MS 100

/* --- disks -------------------------------------------------------------------------------------- */

static int check_size(const struct stack_site *site, size_t device, struct reason *ret_reason) {
        uint64_t wanted = site->stack->devices[device].sectors, sectors = 0;

        (void) stack_site_read_number(site, device, "size", &sectors);
        if (sectors == wanted)
                return 0;
        return reason_set(ret_reason, ERR_CHANGED, "/dev/%s: has %llu sectors, and had %llu at the load",
                          site->names[device], (unsigned long long) sectors, (unsigned long long) wanted);
}

struct search {
        struct stack_site *site;
        struct reason *reason;
};

static bool is_disk(const struct stack_device *disk, const struct block_signature *signature) {
        const char *uuid =
                text_equal(disk->disk.type, "linux_raid_member") ? signature->own_uuid : signature->uuid;

        return text_equal(signature->type, disk->disk.type) && strcasecmp(uuid, disk->uuid) == 0;
}

static int take(const struct search *search, size_t device, const char *name) {
        const struct stack_device *disk = &search->site->stack->devices[device];
        char *place = search->site->names[device];

        if (place[0])
                return reason_set(search->reason, ERR_EXISTS, "/dev/%s and /dev/%s: both are the %s %s",
                                  place, name, disk->disk.type, disk->uuid);
        snprintf(place, BLOCK_NAME_SIZE, "%s", name);
        return check_size(search->site, device, search->reason);
}

static int look_at(void *context, const char *name) {
        const struct search *search = context;
        const struct stack *stack = search->site->stack;
        struct block_signature signature;
        char path[BLOCK_PATH_SIZE];

        block_path(search->site->root, name, path);
        if (block_read_signature(path, &signature) < 0)
                return 0;
        for (size_t i = 0; i < stack->device_count; i++)
                if (stack->devices[i].kind == STACK_DISK && is_disk(&stack->devices[i], &signature))
                        return take(search, i, name);
        return 0;
}

/* The first disk that is not there, or none. */
static const struct stack_device *missing_disk(const struct stack_site *site, bool members_count) {
        for (size_t i = 0; i < site->stack->device_count; i++) {
                const struct stack_device *device = &site->stack->devices[i];

                if (device->kind == STACK_DISK && !site->names[i][0] &&
                    (members_count || !text_equal(device->disk.type, "linux_raid_member")))
                        return device;
        }
        return NULL;
}

static int find_disks(struct stack_site *site, uint64_t deadline_ms, struct reason *ret_reason) {
        struct search search = { site, ret_reason };
        const struct stack_device *missing;
        int r;

        for (;;) {
                /* All of them anew each time: a name may be another's by now, and a copy may have come. */
                memset(site->names, 0, sizeof(site->names));
                r = block_each(site->root, look_at, &search);
                if (r < 0 || !missing_disk(site, true))
                        return r;
                if (clock_left_ms(deadline_ms) == 0)
                        break;
                clock_sleep_ms(POLL_MS);
        }
        /* Of a member its array judges. */
        missing = missing_disk(site, false);
        if (!missing)
                return 0;
        return reason_set(ret_reason, ERR_NOT_FOUND, "no disk is the %s %s", missing->disk.type,
                          missing->uuid);
}

/* --- as it was recorded ------------------------------------------------------------------------- */

static int check_header(const struct stack_site *site, size_t device, struct reason *ret_reason) {
        const struct stack_device *volume = &site->stack->devices[device];
        _cleanup_close_ int fd = -1;
        uint8_t digest[SHA256_SIZE];
        struct reason why;
        int r;

        if (!volume->has_header)
                return 0;
        fd = stack_site_open(site, device, O_RDONLY);
        if (fd < 0)
                return reason_set(ret_reason, fd, "/dev/%s: %s", site->names[device], error_text(fd));
        r = pv_header_digest(fd, digest, &why);
        if (r < 0)
                return reason_set(ret_reason, r, "/dev/%s: %s", site->names[device], why.text);
        if (memcmp(digest, volume->header, sizeof(digest)) == 0)
                return 0;
        return reason_set(ret_reason, ERR_CHANGED,
                          "/dev/%s: the volume group changed since the load: nothing is written there",
                          site->names[device]);
}

static int check_disks(const struct stack_site *site, struct reason *ret_reason) {
        int r = 0;

        for (size_t i = 0; i < site->stack->device_count && r == 0; i++)
                if (site->stack->devices[i].kind == STACK_DISK && site->names[i][0])
                        r = check_header(site, i, ret_reason);
        return r;
}

static int check_file_system(const struct stack_site *site, const char *uuid, const char *path,
                             struct reason *ret_reason) {
        struct block_signature signature;
        int r;

        r = block_read_signature(path, &signature);
        if (r == 0 && strcasecmp(signature.uuid, uuid) == 0)
                return 0;
        return reason_set(ret_reason, ERR_CHANGED, "%s: does not hold the file system %s",
                          site->names[site->stack->device_count - 1], uuid);
}

/* --- devices ------------------------------------------------------------------------------------ */

/* In the order of enum stack_kind; NULL where there is nothing to do. */
static const struct {
        int (*make)(struct stack_site *site, size_t device, struct reason *ret_reason);
        void (*use)(struct stack_site *site, size_t device); /* once it is known that it is the one */
        int (*remove)(struct stack_site *site, size_t device, struct reason *ret_reason);
} makers[] = {
        [STACK_DISK] = { 0 },
        [STACK_PART] = { .make = md_find_partition },
        [STACK_ARRAY] = { md_make, md_use, md_stop },
        [STACK_VOLUME] = { .make = device_mapper_make, .remove = device_mapper_remove },
};

static int make(struct stack_site *site, size_t device, struct reason *ret_reason) {
        const enum stack_kind kind = site->stack->devices[device].kind;
        int r;

        if (!makers[kind].make)
                return 0;
        r = makers[kind].make(site, device, ret_reason);
        if (r < 0) {
                site->names[device][0] = '\0';
                return r;
        }
        r = check_size(site, device, ret_reason);
        return r < 0 ? r : check_header(site, device, ret_reason);
}

static int make_all(struct stack_site *site, bool volumes, struct reason *ret_reason) {
        int r = 0;

        for (size_t i = 0; i < site->stack->device_count && r == 0; i++)
                if ((site->stack->devices[i].kind == STACK_VOLUME) == volumes)
                        r = make(site, i, ret_reason);
        return r;
}

static void use_all(struct stack_site *site) {
        for (size_t i = 0; i < site->stack->device_count; i++)
                if (makers[site->stack->devices[i].kind].use)
                        makers[site->stack->devices[i].kind].use(site, i);
}

int stack_build(struct stack_site *site, const char *uuid, uint64_t deadline_ms,
                char ret_path[BLOCK_PATH_SIZE], struct reason *ret_reason) {
        struct reason ignored;
        int r;

        r = find_disks(site, deadline_ms, ret_reason);
        if (r == 0)
                r = check_disks(site, ret_reason);
        /* All that holds physical volumes, so that each of these is compared before the first volume is made.
         */
        if (r == 0)
                r = make_all(site, false, ret_reason);
        if (r == 0) {
                use_all(site);
                r = make_all(site, true, ret_reason);
        }
        if (r == 0) {
                block_path(site->root, site->names[site->stack->device_count - 1], ret_path);
                r = check_file_system(site, uuid, ret_path, ret_reason);
        }
        if (r < 0)
                (void) stack_take_down(site, &ignored);
        return r;
}

int stack_take_down(struct stack_site *site, struct reason *ret_reason) {
        int r = 0;

        for (size_t i = site->stack->device_count; i-- > 0 && r == 0;) {
                const enum stack_kind kind = site->stack->devices[i].kind;

                if (makers[kind].remove && site->names[i][0])
                        r = makers[kind].remove(site, i, ret_reason);
                if (r == 0)
                        site->names[i][0] = '\0';
        }
        return r;
}
