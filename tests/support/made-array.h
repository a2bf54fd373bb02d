/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "tests/support/made-disk.h"

/* Block devices of a made-up machine below a scratch directory, and an array of two of them. */

#define MADE_DEVICE_SECTORS 8192

/* The device as /sys shows it, with an empty file in /dev. `directory` is absolute, and ends in its name. */
void made_device_put(const char *root, const char *directory, unsigned major, unsigned minor,
                     unsigned sectors);

/* What is at the beginning of a device's file, which gets MADE_DEVICE_SECTORS. */
void made_device_fill(const char *root, const char *name, const uint8_t content[MADE_DISK_SIZE]);

/* vda, vdb and so on: 254:0, 254:16 … */
void made_virtio_disks_put(const char *root, unsigned count);

/*
 * RAID1 of vda and vdb, 9:0, as the kernel shows one that is whole; and one file in its directory "md", or a
 * further member, the disk of that number.
 */
#define MADE_ARRAY "/sys/devices/virtual/block/md0"
void made_array_put(const char *root);
void made_array_put_file(const char *root, const char *name, const char *content);
void made_array_put_member(const char *root, unsigned disk, const char *state);
