/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/device-mapper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define CONTROL     "/dev/mapper/" DM_CONTROL_NODE

#define ANSWER_SIZE ((size_t) 16 * 1024)
#define ANSWER_MAX  ((size_t) 1024 * 1024)

static int control(void *context, unsigned long request, void *argument) {
        const struct device_mapper *mapper = context;

        return ioctl(mapper->fd, request, argument) < 0 ? errno_to_error(errno) : 0;
}

int device_mapper_open(const char *root, struct device_mapper *ret_mapper) {
        char path[PATH_MAX];

        *ret_mapper = (struct device_mapper){ control, ret_mapper, -1 };
        if (!system_file_path(root, CONTROL, path))
                return ERR_TOO_LARGE;
        ret_mapper->fd = open(path, O_RDWR | O_CLOEXEC);
        return ret_mapper->fd < 0 ? errno_to_error(errno) : 0;
}

void device_mapper_close(struct device_mapper *mapper) {
        if (mapper->fd >= 0)
                (void) close(mapper->fd);
        mapper->fd = -1;
}

/* By its number alone: the kernel wants name and UUID empty then (K6.1 drivers/md/dm-ioctl.c:910). */
static struct dm_ioctl make_request(dev_t device, uint32_t flags, size_t size) {
        return (struct dm_ioctl){
                .version = { 4, 0, 0 },
                .data_size = (uint32_t) size,
                .data_start = sizeof(struct dm_ioctl),
                .flags = flags,
                .dev = device,
        };
}

static const struct dm_ioctl *header_of(const struct buffer *answer) {
        return (const struct dm_ioctl *) (const void *) answer->data;
}

/* What fits is in the answer, and a flag says that there is more: then with twice the room. */
static int ask(const struct device_mapper *mapper, unsigned long request, dev_t device, uint32_t flags,
               struct buffer *answer) {
        for (size_t size = ANSWER_SIZE; size <= ANSWER_MAX; size *= 2) {
                const struct dm_ioctl header = make_request(device, flags, size);
                int r;

                r = buffer_reserve(answer, size);
                if (r < 0)
                        return r;
                memset(answer->data, 0, size);
                memcpy(answer->data, &header, sizeof(header));
                r = mapper->control(mapper->context, request, answer->data);
                if (r < 0)
                        return r;
                if (header_of(answer)->flags & DM_BUFFER_FULL_FLAG)
                        continue;
                answer->size = header_of(answer)->data_size;
                return answer->size <= size && header_of(answer)->data_start <= answer->size ? 0 : ERR_VALUE;
        }
        return ERR_TOO_LARGE;
}

static struct bytes data_of(const struct buffer *answer) {
        return bytes_from(buffer_bytes(answer), header_of(answer)->data_start);
}

int device_mapper_find_below(const struct device_mapper *mapper, dev_t device, dev_t *ret_below, size_t max,
                             size_t *ret_count) {
        _cleanup_buffer_ struct buffer answer;
        struct dm_target_deps head;
        struct bytes data;
        int r;

        buffer_init(&answer, &system_allocator);
        r = ask(mapper, DM_TABLE_DEPS, device, 0, &answer);
        if (r < 0)
                return r;
        data = data_of(&answer);
        if (data.size < sizeof(head))
                return ERR_VALUE;
        memcpy(&head, data.data, sizeof(head));
        if (head.count > max)
                return ERR_TOO_LARGE;
        if (!bytes_contain(data, sizeof(head), head.count * sizeof(head.dev[0])))
                return ERR_VALUE;
        for (size_t i = 0; i < head.count; i++) {
                uint64_t number;

                memcpy(&number, data.data + sizeof(head) + i * sizeof(number), sizeof(number));
                ret_below[i] = (dev_t) number;
        }
        *ret_count = head.count;
        return 0;
}

/* --- tables ------------------------------------------------------------------------------------- */

/* A specification and its text; `next` of it counts from the first specification on. */
static int read_target(struct bytes data, size_t *offset, struct mapped_target *ret_target) {
        struct dm_target_spec spec;
        struct bytes text;

        if (!bytes_contain(data, *offset, sizeof(spec)))
                return ERR_VALUE;
        memcpy(&spec, data.data + *offset, sizeof(spec));
        text = bytes_from(data, *offset + sizeof(spec));
        if (!memchr(spec.target_type, '\0', sizeof(spec.target_type)) || text.size == 0 ||
            !memchr(text.data, '\0', text.size))
                return ERR_VALUE;
        *ret_target = (struct mapped_target){
                .start = spec.sector_start,
                .sectors = spec.length,
                .type = (const char *) data.data + *offset + offsetof(struct dm_target_spec, target_type),
                .text = (const char *) text.data,
        };
        *offset = spec.next;
        return 0;
}

void mapped_device_next(const struct mapped_device *device, size_t *offset,
                        struct mapped_target *ret_target) {
        (void) read_target(data_of(&device->answer), offset, ret_target); /* which check_targets() has seen */
}

static int check_targets(const struct mapped_device *device) {
        struct bytes data = data_of(&device->answer);
        struct mapped_target target;
        size_t offset = 0;
        int r = 0;

        for (size_t i = 0; i < device->target_count && r == 0; i++)
                r = read_target(data, &offset, &target);
        return r;
}

static int fill(const struct dm_ioctl *header, struct mapped_device *device) {
        if (!memchr(header->name, '\0', sizeof(header->name)) ||
            !memchr(header->uuid, '\0', sizeof(header->uuid)))
                return ERR_VALUE;
        snprintf(device->name, sizeof(device->name), "%s", header->name);
        snprintf(device->uuid, sizeof(device->uuid), "%s", header->uuid);
        device->read_only = header->flags & DM_READONLY_FLAG;
        device->suspended = header->flags & DM_SUSPEND_FLAG;
        device->changing = header->flags & DM_INACTIVE_PRESENT_FLAG;
        device->target_count = header->target_count;
        return check_targets(device);
}

int mapped_device_read(const struct device_mapper *mapper, dev_t device, enum mapped_text kind,
                       struct mapped_device *ret_device) {
        uint32_t flags = DM_NOFLUSH_FLAG | (kind == MAPPED_TABLE ? DM_STATUS_TABLE_FLAG : 0);
        int r;

        *ret_device = (struct mapped_device){ 0 };
        buffer_init(&ret_device->answer, &system_allocator);
        r = ask(mapper, DM_TABLE_STATUS, device, flags, &ret_device->answer);
        if (r == 0)
                r = fill(header_of(&ret_device->answer), ret_device);
        if (r < 0)
                mapped_device_free(ret_device);
        return r;
}

void mapped_device_free(struct mapped_device *device) {
        buffer_free(&device->answer);
}
