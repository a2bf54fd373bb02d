/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/device-mapper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define CONTROL "/dev/mapper/" DM_CONTROL_NODE

/* The kernel's ALIGN_MASK of a struct dm_target_spec. */
#define ALIGNMENT       ((size_t) 8)
#define PARAMETERS_SIZE ((size_t) 8 * 1024)

static int open_control(const struct stack_site *site, struct reason *ret_reason) {
        char path[BLOCK_PATH_SIZE];
        int fd;

        snprintf(path, sizeof(path), "%s" CONTROL, site->root);
        fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
                return reason_set(ret_reason, errno_to_error(errno), CONTROL ": %s", strerror(errno));
        return fd;
}

/* The device is known by its number once it is there, and then by nothing else. */
static struct dm_ioctl begin(uint64_t number, uint32_t flags, size_t data_size) {
        return (struct dm_ioctl){
                .version = { 4, 0, 0 },
                .data_size = (uint32_t) (sizeof(struct dm_ioctl) + data_size),
                .data_start = sizeof(struct dm_ioctl),
                .flags = flags,
                .dev = number,
        };
}

static int ask(const struct stack_site *site, int fd, unsigned long request, struct dm_ioctl *argument) {
        return site->control(site->context, fd, request, argument);
}

static bool fill(char *field, size_t size, const char *value) {
        struct text text = text_on(field, size);

        text_put(&text, value);
        return !text.truncated;
}

static int create(const struct stack_site *site, int fd, const struct stack_device *device,
                  uint64_t *ret_number) {
        struct dm_ioctl request = begin(0, 0, 0);
        int r;

        if (!fill(request.name, sizeof(request.name), device->volume.name) ||
            !fill(request.uuid, sizeof(request.uuid), device->uuid))
                return -ENAMETOOLONG;
        r = ask(site, fd, DM_DEV_CREATE, &request);
        *ret_number = request.dev;
        return r;
}

static int discard(const struct stack_site *site, int fd, uint64_t number) {
        struct dm_ioctl request = begin(number, 0, 0);

        return ask(site, fd, DM_DEV_REMOVE, &request);
}

/* Without DM_SUSPEND_FLAG that is what it does, and the table that was loaded becomes the device's. */
static int resume(const struct stack_site *site, int fd, uint64_t number) {
        struct dm_ioctl request = begin(number, 0, 0);

        return ask(site, fd, DM_DEV_SUSPEND, &request);
}

/* --- tables ------------------------------------------------------------------------------------- */

static void put_number(void *context, size_t below, struct text *text) {
        dev_t number;

        /* Of what has no number the kernel refuses the text. */
        if (stack_site_read_device(context, below, &number) < 0)
                text_put_char(text, '?');
        else
                text_format(text, "%u:%u", major(number), minor(number));
}

/* A specification of the target, the text with its NUL, and what is missing to the next one. */
static int append_target(struct stack_site *site, size_t device, const struct stack_target *target,
                         struct buffer *table) {
        static const uint8_t zeros[ALIGNMENT];
        struct dm_target_spec spec = { .sector_start = target->start, .length = target->sectors };
        char parameters[PARAMETERS_SIZE];
        struct text text = TEXT_ON(parameters);
        size_t size;
        int r;

        if (!fill(spec.target_type, sizeof(spec.target_type), target->type))
                return -ENAMETOOLONG;
        r = stack_put_parameters(site->stack, target, device, put_number, site, &text);
        if (r < 0)
                return -E2BIG;
        size = sizeof(spec) + text.length + 1;
        /* From this specification to the next (K6.1 drivers/md/dm-ioctl.c:1419, next_target()). */
        spec.next = (uint32_t) ((size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        buffer_append(table, bytes_of(&spec, sizeof(spec)));
        buffer_append(table, bytes_of(parameters, text.length + 1));
        buffer_append(table, bytes_of(zeros, spec.next - size));
        return 0;
}

static int load_table(struct stack_site *site, int fd, size_t index, uint64_t number) {
        const struct stack_device *device = &site->stack->devices[index];
        const struct stack_volume *volume = &device->volume;
        _cleanup_buffer_ struct buffer table;
        struct dm_ioctl request = { 0 };
        int r = 0;

        buffer_init(&table, &system_allocator);
        buffer_append(&table, bytes_of(&request, sizeof(request))); /* its place */
        for (size_t i = 0; i < volume->target_count && r == 0; i++)
                r = append_target(site, index, &site->stack->targets[volume->first_target + i], &table);
        if (r == 0 && buffer_error(&table) < 0)
                r = -ENOMEM;
        if (r < 0)
                return r;
        request = begin(number, volume->read_only ? DM_READONLY_FLAG : 0, table.size - sizeof(request));
        request.target_count = (uint32_t) volume->target_count;
        memcpy(table.data, &request, sizeof(request));
        return ask(site, fd, DM_TABLE_LOAD, (struct dm_ioctl *) (void *) table.data);
}

/* --- volumes ------------------------------------------------------------------------------------ */

static int fail(const struct stack_site *site, size_t device, const char *step, int number,
                struct reason *ret_reason) {
        return reason_set(ret_reason, errno_to_error(-number), "%s: %s: %s",
                          site->stack->devices[device].volume.name, step, strerror(-number));
}

int device_mapper_make(struct stack_site *site, size_t device, struct reason *ret_reason) {
        _cleanup_close_ int fd = open_control(site, ret_reason);
        const char *step = "DM_DEV_CREATE";
        uint64_t number;
        int r;

        if (fd < 0)
                return fd;
        r = create(site, fd, &site->stack->devices[device], &number);
        if (r < 0)
                return fail(site, device, step, r, ret_reason);
        step = "DM_TABLE_LOAD";
        r = load_table(site, fd, device, number);
        if (r == 0) {
                step = "DM_DEV_SUSPEND";
                r = resume(site, fd, number);
        }
        if (r < 0) {
                (void) discard(site, fd, number);
                return fail(site, device, step, r, ret_reason);
        }
        snprintf(site->names[device], BLOCK_NAME_SIZE, "dm-%u", minor(number));
        return 0;
}

int device_mapper_remove(struct stack_site *site, size_t device, struct reason *ret_reason) {
        _cleanup_close_ int fd = open_control(site, ret_reason);
        dev_t number;
        int r;

        if (fd < 0)
                return fd;
        r = stack_site_read_device(site, device, &number);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", site->names[device], error_text(r));
        r = discard(site, fd, number);
        return r < 0 ? fail(site, device, "DM_DEV_REMOVE", r, ret_reason) : 0;
}
