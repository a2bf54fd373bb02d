/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Block devices, as /sys shows them; `root` goes before it. */

/* "/dev/vda1" of a number; false when there is none. */
bool block_device_name(const char *root, unsigned major, unsigned minor, char *ret_name, size_t size);

/* The number of "/dev/vda1", of which links are followed. */
bool block_device_number(const char *root, const char *name, unsigned *ret_major, unsigned *ret_minor);

/*
 * What stands between this device and a plain partition of a plain disk, in words; NULL when nothing does.
 * Static storage.
 */
const char *block_device_above(const char *root, unsigned major, unsigned minor);

/*
 * Whether it is one that the kernel puts together of others: a volume of the device mapper, an array of MD or
 * a partition of one.
 */
bool block_device_is_stacked(const char *root, unsigned major, unsigned minor);

/*
 * Calls `visit` with the directory in sysfs of the device and of each one above it, up to /sys/devices; those
 * of all controllers for an NVMe disk of more than one path. Stops at an error of `visit` and returns it.
 * ERR_NOT_FOUND when there is no such device.
 */
int block_device_walk(const char *root, unsigned major, unsigned minor,
                      int (*visit)(void *context, const char *directory), void *context);

/*
 * The same from a directory of sysfs on that is no block device's, or from a link to one, such as
 * "/sys/class/net/eth0/device".
 */
int device_walk(const char *root, const char *name, int (*visit)(void *context, const char *directory),
                void *context);
