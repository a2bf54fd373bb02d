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

static bool device_holds(const char *path, const char *uuid) {
        /* Without O_NONBLOCK an empty drive is waited for. */
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        const char *found;
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
                blkid_do_safeprobe(probe) == 0 &&
                blkid_probe_lookup_value(probe, "UUID", &found, NULL) == 0 && strcasecmp(found, uuid) == 0;
        blkid_free_probe(probe);
        return holds;
}

static bool find(const char *root, const char *uuid, char ret_path[DISK_PATH_SIZE]) {
        _cleanup_closedir_ DIR *devices = NULL;
        char path[DISK_PATH_SIZE];
        const struct dirent *entry;

        snprintf(path, sizeof(path), "%s/sys/class/block", root);
        devices = opendir(path);
        while (devices && (entry = readdir(devices))) {
                if (entry->d_name[0] == '.')
                        continue;
                device_path(root, entry->d_name, path);
                if (device_holds(path, uuid)) {
                        snprintf(ret_path, DISK_PATH_SIZE, "%s", path);
                        return true;
                }
        }
        return false;
}

int disk_wait(const char *root, const char *uuid, uint64_t deadline_ms, char ret_path[DISK_PATH_SIZE]) {
        while (!find(root, uuid, ret_path)) {
                if (clock_left_ms(deadline_ms) == 0)
                        return ERR_NOT_FOUND;
                clock_sleep_ms(POLL_MS);
        }
        return 0;
}
