/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "capture/block.h"

/* The block devices that hold a file system. UUIDs are as libblkid prints them. */

#define DISK_SET_MAX 16

struct disk {
        char path[BLOCK_PATH_SIZE];
        char own_uuid[64]; /* of this one among those of the file system (UUID_SUB); empty: it has none */
};

/* More than one only of a file system that spreads over several, as btrfs does. */
struct disk_set {
        struct disk disks[DISK_SET_MAX];
        size_t count;
};

/*
 * All that are there now, and it may be none. ERR_EXISTS when two of them claim to be the same one of the
 * file system: a copy. ERR_TOO_LARGE for more than DISK_SET_MAX.
 */
int disk_find_all(const char *root, const char *uuid, struct disk_set *ret_set);

/*
 * Waits until the deadline for as many as are wanted. ERR_NOT_FOUND when they did not come, with those that
 * did in `ret_set`. Of one that is wanted it is the first that is found; of several all are looked at:
 * ERR_EXISTS as above, and ERR_TOO_LARGE when there are more than wanted.
 */
int disk_wait(const char *root, const char *uuid, size_t wanted, uint64_t deadline_ms,
              struct disk_set *ret_set);
