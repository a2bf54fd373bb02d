/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * Block devices: those of ROOT/sys/class/block, whose files lie in ROOT/dev; `root` is "" but in tests. Their
 * names are those of sysfs, where a '!' stands for a '/' ("cciss!c0d0").
 */

#define BLOCK_NAME_SIZE 32 /* the kernel's BDEVNAME_SIZE */
#define BLOCK_PATH_SIZE 256

void block_path(const char *root, const char *name, char ret_path[BLOCK_PATH_SIZE]);

/* Each of them, in no order; one that comes meanwhile may be missed. Ends with what is not 0 of `visit`. */
int block_each(const char *root, int (*visit)(void *context, const char *name), void *context);

/* What lies on a device, as libblkid tells it. */
struct block_signature {
        char type[32];     /* "LVM2_member" */
        char uuid[64];     /* of a linux_raid_member the array's */
        char own_uuid[64]; /* UUID_SUB, of this one among those that hold the same; empty: it has none */
};

/*
 * ERR_NOT_FOUND where nothing is found, or two things in one place, as libblkid does not choose then; or what
 * the system says. An empty drive is not waited for.
 */
int block_read_signature(const char *path, struct block_signature *ret_signature);
