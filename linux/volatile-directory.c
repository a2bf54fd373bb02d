/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/volatile-directory.h"

#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "linux/mount-table.h"

/* Of the path, the longest beginning that is there, without links. */
static bool find_existing(const char *path, char ret_real[PATH_MAX]) {
        char head[PATH_MAX];

        if ((size_t) snprintf(head, sizeof(head), "%s", path) >= sizeof(head))
                return false;
        while (!realpath(head[0] ? head : ".", ret_real)) {
                char *slash = strrchr(head, '/');

                if (!head[0] || strcmp(head, "/") == 0)
                        return false;
                if (slash == head)
                        slash++;
                *(slash ? slash : head) = '\0';
        }
        return true;
}

/* Where an overlay's new files go. */
static bool find_upper(const char *directory, char ret_upper[PATH_MAX]) {
        struct mount_row row;
        const char *upper;

        if (mount_table_read("", directory, &row) < 0)
                return false;
        upper = mount_option_find(row.options, "upperdir=");
        if (!upper)
                return false;
        snprintf(ret_upper, PATH_MAX, "%.*s", (int) strcspn(upper, ","), upper);
        return true;
}

static bool is_memory(long type) {
        return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

bool volatile_directory(const char *path) {
        char directory[PATH_MAX], upper[PATH_MAX];
        struct statfs status;

        if (!find_existing(path, directory) || statfs(directory, &status) < 0)
                return false;
        if (status.f_type != OVERLAYFS_SUPER_MAGIC)
                return is_memory(status.f_type);
        return !find_upper(directory, upper) || statfs(upper, &status) < 0 || is_memory(status.f_type) ||
               status.f_type == OVERLAYFS_SUPER_MAGIC;
}
