/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/allocator.h"
#include "base/bytes.h"

/* What the device mapper tells of its devices (Linux, include/uapi/linux/dm-ioctl.h). Only reads. */

struct device_mapper {
        /* ioctl() of /dev/mapper/control, but an error is one of ours. Tests have one of their own. */
        int (*control)(void *context, unsigned long request, void *argument);
        void *context;
        int fd; /* that of device_mapper_open(), else -1 */
};

/* `root` goes before /dev/mapper/control. The mapper may not be moved, and is to be closed. */
int device_mapper_open(const char *root, struct device_mapper *ret_mapper);
void device_mapper_close(struct device_mapper *mapper);

#define _cleanup_device_mapper_ __attribute__((cleanup(device_mapper_close)))

/* The devices that a device stands on. ERR_TOO_LARGE for more than `max`; or what the system says. */
int device_mapper_find_below(const struct device_mapper *mapper, dev_t device, dev_t *ret_below, size_t max,
                             size_t *ret_count);

/* A device, and for each of its targets a line of text. */
struct mapped_device {
        char name[128];
        char uuid[132];
        bool read_only;
        bool suspended; /* reading from it may wait without end */
        bool changing;  /* another table was loaded already, and counts soon */
        struct buffer answer;
        size_t target_count;
};

enum mapped_text {
        MAPPED_TABLE,  /* the parameters, as they are loaded */
        MAPPED_STATUS, /* how the target is */
};

/*
 * Without making a thin pool write its metadata (DM_NOFLUSH_FLAG). ERR_VALUE when the answer makes no sense.
 * The device is to be freed.
 */
int mapped_device_read(const struct device_mapper *mapper, dev_t device, enum mapped_text kind,
                       struct mapped_device *ret_device);
void mapped_device_free(struct mapped_device *device);

#define _cleanup_mapped_device_ __attribute__((cleanup(mapped_device_free)))

struct mapped_target {
        uint64_t start, sectors;
        const char *type, *text; /* of the device's answer */
};

/* The next of its .target_count targets: *offset is 0 before the first one. */
void mapped_device_next(const struct mapped_device *device, size_t *offset, struct mapped_target *ret_target);
