/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "capture/disk.h"
#include "capture/network.h"
#include "posix/reason.h"

struct kdump_device {
        unsigned major, minor;
};

/* Where dumps go, and how the crash kernel gets there. */
struct kdump_target {
        char directory[PATH_MAX];   /* as the running system sees it, without links; need not exist yet */
        char mount_point[PATH_MAX]; /* "/var" */
        char device[PATH_MAX];      /* "/dev/vda1", as it is mounted; of a share "server:/export" */
        unsigned major, minor;      /* of the block device */
        /* All of a btrfs, when it has more than one; else 0. The one above is among them. */
        struct kdump_device devices[DISK_SET_MAX];
        size_t device_count;
        struct capture_network network; /* to a share of NFS; without a server it is none */
        char card[NETWORK_NAME_SIZE];   /* that the server is reached by now, "eth0" */
        char uuid[64];                  /* of the file system; empty when unknown */
        char file_system[16];           /* "ext4" */
        char mount_options[128];        /* that the crash kernel has to give; empty for none */
        char path[PATH_MAX];            /* of the directory, seen from the file system's root */
        uint64_t free_bytes;            /* that root may use */
        bool read_only;
        /*
         * Others than root can write there, or in the directory above that exists; or one further up is
         * theirs, so that they can put another in its place. Which one it is, as the running system sees it.
         */
        bool open_to_others;
        char open_directory[PATH_MAX];
        bool may_hold_others; /* of a share: the same as for a disk, where what lies there is run */

        /*
         * What stands between the file system and a plain partition, in words ("LVM", "software RAID", "an
         * encrypted disk", "a network file system" …); empty when it is plain. With anything there the crash
         * kernel needs the distribution's initramfs, but where it is a stack of devices that ours can build,
         * which kdump/stack-record.h tells.
         */
        char above[64];
        bool is_stacked;

        /* What else keeps any crash kernel from it, in words; empty when nothing does. */
        char refusal[160];
};

/* Whether it is a share of NFS: nothing that lies there is run. */
static inline bool kdump_target_is_share(const struct kdump_target *target) {
        return target->network.server[0];
}

/* Whether others than root, and whoever runs this, can put something into a directory of this status. */
bool kdump_others_can_write(const struct stat *directory);

/*
 * Finds what holds the directory, or the nearest directory above it that exists. `root` goes before /proc
 * and /sys. 0 also for a target that cannot be used, which kdump_target_check() tells. ERR_INVALID_ARGUMENT
 * for what cannot be a directory, ERR_NOT_FOUND, or what the system says.
 */
int kdump_target_find(const char *root, const char *directory, struct kdump_target *ret_target,
                      struct reason *ret_reason);

/*
 * 0 when the crash kernel, with an initramfs of ours, can mount it, once it has built what it is stacked on,
 * and has room for a dump of `needed_bytes`, and only root can write there; ERR_NOT_SUPPORTED, ERR_READ_ONLY,
 * ERR_NO_SPACE or ERR_PERMISSION.
 */
int kdump_target_check(const struct kdump_target *target, uint64_t needed_bytes, struct reason *ret_reason);

/* The same with the distribution's initramfs, which mounts the root file system, whatever it is, and no
 * other. */
int kdump_target_check_mounted(const struct kdump_target *target, uint64_t needed_bytes,
                               struct reason *ret_reason);
