/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>

/* One line of /proc/self/mountinfo (proc(5)), without the escapes. */
struct mount_row {
        unsigned major, minor; /* of the file system; 0 of those without a device, and of btrfs */
        char root[PATH_MAX];   /* the part of the file system that is mounted */
        char mount_point[PATH_MAX];
        /* Each cut where it is longer. */
        char file_system[32];
        char source[PATH_MAX]; /* "/dev/vda1", or any text */
        char options[1024];    /* of the file system, each of them whole */
};

/* The mount that holds the path, which is absolute and without links. ERR_NOT_FOUND. `text` is changed. */
int mount_table_find(char *text, const char *path, struct mount_row *ret_row);

/* The same out of the table below `root` ("" is this machine's), or what reading that says. */
int mount_table_read(const char *root, const char *path, struct mount_row *ret_row);

/* The first mount of all that is on this device, or ERR_NOT_FOUND, or what reading the table says. */
int mount_table_read_device(const char *root, unsigned major, unsigned minor, struct mount_row *ret_row);

/* The value of the option NAME=, up to the next comma or the end; NULL when the list has none. `name` with
 * '='. */
const char *mount_option_find(const char *options, const char *name);

/* Whether `path` is `directory` or below it. */
int mount_table_is_below(const char *path, const char *directory);
