/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/block-device.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/system-file.h"
#include "posix/memory.h"

#define NUMBER_PATH_SIZE 64

/* The directory of the device, without links. */
static bool find_directory(const char *root, unsigned major, unsigned minor, char ret_directory[PATH_MAX]) {
        char link[NUMBER_PATH_SIZE], path[PATH_MAX];

        snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major, minor);
        return system_file_path(root, link, path) && realpath(path, ret_directory);
}

bool block_device_name(const char *root, unsigned major, unsigned minor, char *ret_name, size_t size) {
        char directory[PATH_MAX];

        /* sysfs has '!' where a name has '/' (K6.1 lib/kobject.c, kobject_set_name_vargs()). */
        if (!find_directory(root, major, minor, directory) ||
            (size_t) snprintf(ret_name, size, "/dev/%s", strrchr(directory, '/') + 1) >= size)
                return false;
        for (char *c = ret_name; *c; c++)
                *c = *c == '!' ? '/' : *c;
        return true;
}

bool block_device_number(const char *root, const char *name, unsigned *ret_major, unsigned *ret_minor) {
        char path[PATH_MAX], real_name[PATH_MAX], number[32];
        unsigned major, minor;

        if (!system_file_path(root, name, path) || !realpath(path, real_name))
                return false;
        /* The mapper's names and those in /dev/disk are links to what the kernel calls the device. */
        if (!system_file_path("/sys/class/block", strrchr(real_name, '/'), path) ||
            strlen(path) + sizeof("/dev") > sizeof(path))
                return false;
        strcat(path, "/dev");
        if (!system_file_line(root, path, number, sizeof(number)) ||
            sscanf(number, "%u:%u", &major, &minor) != 2)
                return false;
        *ret_major = major;
        *ret_minor = minor;
        return true;
}

struct layer {
        const char *member;   /* of the device's directory; NULL: any */
        const char *contains; /* part of the first line of `member`, or of the directory's name without one */
        const char *words;
};

/* The first that fits counts. */
static const struct layer layers[] = {
        { "/dm/uuid", "LVM-", "LVM" },
        { "/dm/uuid", "CRYPT-", "an encrypted disk" },
        { "/dm/uuid", "mpath-", "device mapper multipath" },
        { "/dm", NULL, "the device mapper" },
        { "/md", NULL, "software RAID" },
        { "/loop", NULL, "a loop device" },
        { "/bcache", NULL, "bcache" },
        { NULL, "/block/loop", "a loop device" },
        { NULL, "/block/nbd", "a network block device" },
        { NULL, "/block/rbd", "a network block device" },
        { NULL, "/block/drbd", "DRBD" },
        { NULL, "/block/zram", "memory" },
        { NULL, "/block/ram", "memory" },
        { NULL, "/nvme-fabrics/", "NVMe over a network" },
        { NULL, "/session", "iSCSI" },
};

static bool layer_fits(const struct layer *layer, const char *directory) {
        char line[256];

        if (!layer->member)
                return strstr(directory, layer->contains) != NULL;
        if (!layer->contains)
                return system_file_exists(directory, layer->member);
        return system_file_line(directory, layer->member, line, sizeof(line)) &&
               strstr(line, layer->contains) != NULL;
}

static int look_for_layer(void *context, const char *directory) {
        for (size_t i = 0; i < ARRAY_SIZE(layers); i++)
                if (layer_fits(&layers[i], directory)) {
                        *(const char **) context = layers[i].words;
                        return ERR_EXISTS; /* stops the walk */
                }
        return 0;
}

const char *block_device_above(const char *root, unsigned major, unsigned minor) {
        const char *words = NULL;

        (void) block_device_walk(root, major, minor, look_for_layer, &words);
        return words;
}

bool block_device_is_stacked(const char *root, unsigned major, unsigned minor) {
        static const char *const members[] = { "/dm", "/md", "/../md" };
        char directory[PATH_MAX];

        if (!find_directory(root, major, minor, directory))
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(members); i++)
                if (system_file_exists(directory, members[i]))
                        return true;
        return false;
}

static int walk_up(char *directory, const char *top, int (*visit)(void *, const char *), void *context) {
        int r = 0;

        while (r == 0 && strlen(directory) > strlen(top)) {
                r = visit(context, directory);
                *strrchr(directory, '/') = '\0';
        }
        return r;
}

/*
 * With native multipath the disk hangs below a virtual subsystem, which has a link to each controller (K6.1
 * drivers/nvme/host/core.c, nvme_init_subsystem()).
 */
static int walk_controllers(const char *directory, const char *top, int (*visit)(void *, const char *),
                            void *context) {
        char subsystem[PATH_MAX], path[PATH_MAX], controller[PATH_MAX], *end;
        _cleanup_closedir_ DIR *links = NULL;
        const struct dirent *entry;
        unsigned number;
        int r = 0;

        (void) system_file_path("", directory, subsystem);
        end = strstr(subsystem, "/nvme-subsystem/");
        end = end ? strchr(end + strlen("/nvme-subsystem/"), '/') : NULL;
        if (!end)
                return 0;
        *end = '\0';
        links = opendir(subsystem);
        while (links && r == 0 && (entry = readdir(links))) {
                if (entry->d_type != DT_LNK || sscanf(entry->d_name, "nvme%u", &number) != 1)
                        continue;
                if ((size_t) snprintf(path, sizeof(path), "%s/%s", subsystem, entry->d_name) < sizeof(path) &&
                    realpath(path, controller))
                        r = walk_up(controller, top, visit, context);
        }
        return r;
}

/* walk_up() compares lengths alone: what lies elsewhere would have no end there. */
static bool find_top(const char *root, const char *directory, char ret_top[PATH_MAX]) {
        char path[PATH_MAX];

        return system_file_path(root, "/sys/devices", path) && realpath(path, ret_top) &&
               strncmp(directory, ret_top, strlen(ret_top)) == 0;
}

int block_device_walk(const char *root, unsigned major, unsigned minor,
                      int (*visit)(void *context, const char *directory), void *context) {
        char directory[PATH_MAX], top[PATH_MAX];
        int r;

        if (!find_directory(root, major, minor, directory) || !find_top(root, directory, top))
                return ERR_NOT_FOUND;
        r = walk_controllers(directory, top, visit, context);
        return r < 0 ? r : walk_up(directory, top, visit, context);
}

int device_walk(const char *root, const char *name, int (*visit)(void *context, const char *directory),
                void *context) {
        char path[PATH_MAX], directory[PATH_MAX], top[PATH_MAX];

        if (!system_file_path(root, name, path) || !realpath(path, directory) ||
            !find_top(root, directory, top))
                return ERR_NOT_FOUND;
        return walk_up(directory, top, visit, context);
}
