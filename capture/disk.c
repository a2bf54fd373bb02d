/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/disk.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/clock.h"
#include "posix/memory.h"

#define POLL_MS 100

/* In sysfs a '!' stands for a '/' ("cciss!c0d0"). */
static void device_path(const char *root, const char *name, char ret_path[DISK_PATH_SIZE]) {
        size_t start = (size_t) snprintf(ret_path, DISK_PATH_SIZE, "%s/dev/", root);

        if (start >= DISK_PATH_SIZE)
                return;
        snprintf(ret_path + start, DISK_PATH_SIZE - start, "%s", name);
        for (char *c = ret_path + start; *c; c++)
                if (*c == '!')
                        *c = '/';
}

static bool is_value(blkid_probe probe, const char *name, const char *wanted) {
        const char *found;

        return blkid_probe_lookup_value(probe, name, &found, NULL) == 0 && strcasecmp(found, wanted) == 0;
}

static bool device_holds(const char *path, const char *uuid, struct disk *ret_disk) {
        /* Without O_NONBLOCK an empty drive is waited for. */
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        const char *own_uuid = "";
        blkid_probe probe;
        bool holds;

        if (fd < 0)
                return false;
        probe = blkid_new_probe();
        if (!probe)
                return false;
        /* Two file systems in one place are an answer that blkid refuses to give: < 0. */
        holds = blkid_probe_set_device(probe, fd, 0, 0) == 0 &&
                blkid_probe_enable_superblocks(probe, 1) == 0 &&
                blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_UUID) == 0 &&
                blkid_do_safeprobe(probe) == 0 && is_value(probe, "UUID", uuid);
        if (holds) {
                (void) blkid_probe_lookup_value(probe, "UUID_SUB", &own_uuid, NULL);
                snprintf(ret_disk->path, sizeof(ret_disk->path), "%s", path);
                snprintf(ret_disk->own_uuid, sizeof(ret_disk->own_uuid), "%s", own_uuid);
        }
        blkid_free_probe(probe);
        return holds;
}

static bool has_copy(const struct disk_set *set, const struct disk *disk) {
        for (size_t i = 0; i < set->count; i++)
                if (strcasecmp(set->disks[i].own_uuid, disk->own_uuid) == 0)
                        return true;
        return false;
}

/* The first `limit` of them. */
static int find(const char *root, const char *uuid, size_t limit, struct disk_set *set) {
        _cleanup_closedir_ DIR *devices = NULL;
        char path[DISK_PATH_SIZE];
        const struct dirent *entry;
        struct disk disk;

        set->count = 0;
        snprintf(path, sizeof(path), "%s/sys/class/block", root);
        devices = opendir(path);
        while (devices && set->count < limit && (entry = readdir(devices))) {
                if (entry->d_name[0] == '.')
                        continue;
                device_path(root, entry->d_name, path);
                if (!device_holds(path, uuid, &disk))
                        continue;
                if (has_copy(set, &disk))
                        return ERR_EXISTS;
                if (set->count == DISK_SET_MAX)
                        return ERR_TOO_LARGE;
                set->disks[set->count++] = disk;
        }
        return 0;
}

int disk_find_all(const char *root, const char *uuid, struct disk_set *ret_set) {
        return find(root, uuid, SIZE_MAX, ret_set);
}

int disk_wait(const char *root, const char *uuid, size_t wanted, uint64_t deadline_ms,
              struct disk_set *ret_set) {
        size_t limit = wanted == 1 ? 1 : SIZE_MAX;
        int r;

        while ((r = find(root, uuid, limit, ret_set)) == 0 && ret_set->count < wanted) {
                if (clock_left_ms(deadline_ms) == 0)
                        return ERR_NOT_FOUND;
                clock_sleep_ms(POLL_MS);
        }
        return r == 0 && ret_set->count > wanted ? ERR_TOO_LARGE : r;
}
