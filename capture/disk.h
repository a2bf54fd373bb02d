/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#define DISK_PATH_SIZE 320

/*
 * Waits until the deadline for a block device that holds the file system with this UUID, as libblkid prints
 * it. Block devices are those of ROOT/sys/class/block, their files lie in ROOT/dev; `root` is "" but in
 * tests. ERR_NOT_FOUND when it did not come.
 */
int disk_wait(const char *root, const char *uuid, uint64_t deadline_ms, char ret_path[DISK_PATH_SIZE]);
