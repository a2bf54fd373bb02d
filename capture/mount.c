/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/mount.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "base/text.h"

/* With the paths of as many disks as a set has, which are short ones. */
#define OPTIONS_SIZE 1024

/* mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS" */
static const char *const generic[] = {
        "defaults", "rw",         "ro",          "noatime",       "atime",      "nodiratime", "diratime",
        "relatime", "norelatime", "strictatime", "nostrictatime", "lazytime",   "nolazytime", "sync",
        "async",    "dirsync",    "nosuid",      "suid",          "nodev",      "dev",        "noexec",
        "exec",     "auto",       "noauto",      "user",          "nouser",     "users",      "owner",
        "group",    "nofail",     "_netdev",     "iversion",      "noiversion", "mand",       "nomand",
        "silent",   "loud",       NULL,
};

static bool is_generic(const char *option) {
        return strncmp(option, "x-", 2) == 0 || strncmp(option, "X-", 2) == 0 ||
               strncmp(option, "comment=", 8) == 0 || text_is_among(option, generic);
}

void mount_data(const char *options, char *ret_data, size_t size) {
        char copy[OPTIONS_SIZE];
        char *rest = NULL;
        size_t length = 0;

        snprintf(copy, sizeof(copy), "%s", options);
        ret_data[0] = '\0';
        for (char *option = strtok_r(copy, ",", &rest); option; option = strtok_r(NULL, ",", &rest)) {
                /* Two more: the comma and the NUL. */
                if (is_generic(option) || length + strlen(option) + 2 > size)
                        continue;
                length += (size_t) snprintf(ret_data + length, size - length, "%s%s", length > 0 ? "," : "",
                                            option);
        }
}

/* btrfs(5): "device=", once for each. */
static bool put_disks(const struct disk_set *set, const char *options, struct text *text) {
        text_put(text, options);
        for (size_t i = 0; i < set->count && set->count > 1; i++)
                text_format(text, "%sdevice=%s", text->length > 0 ? "," : "", set->disks[i].path);
        return !text->truncated;
}

int mount_disks(const struct disk_set *set, const char *mount_point, const char *file_system,
                const char *options) {
        const unsigned long flags = MS_NODEV | MS_NOSUID | MS_NOATIME;
        const char *device = set->disks[0].path;
        char data[OPTIONS_SIZE], all[OPTIONS_SIZE];
        struct text text = TEXT_ON(all);

        if (!put_disks(set, options, &text))
                return -E2BIG;
        mount_data(all, data, sizeof(data));
        if (mount(device, mount_point, file_system, flags, data) == 0)
                return 0;
        /* Better without them than not at all. */
        if (data[0] && mount(device, mount_point, file_system, flags, NULL) == 0)
                return 0;
        return -errno;
}
