/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/block.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

void block_path(const char *root, const char *name, char ret_path[BLOCK_PATH_SIZE]) {
        size_t start = (size_t) snprintf(ret_path, BLOCK_PATH_SIZE, "%s/dev/", root);

        if (start >= BLOCK_PATH_SIZE)
                return;
        snprintf(ret_path + start, BLOCK_PATH_SIZE - start, "%s", name);
        for (char *c = ret_path + start; *c; c++)
                if (*c == '!')
                        *c = '/';
}

int block_each(const char *root, int (*visit)(void *context, const char *name), void *context) {
        _cleanup_closedir_ DIR *devices = NULL;
        char path[BLOCK_PATH_SIZE];
        const struct dirent *entry;
        int r = 0;

        snprintf(path, sizeof(path), "%s/sys/class/block", root);
        devices = opendir(path);
        while (devices && r == 0 && (entry = readdir(devices)))
                if (entry->d_name[0] != '.' && strlen(entry->d_name) < BLOCK_NAME_SIZE)
                        r = visit(context, entry->d_name);
        return r;
}

static void take(blkid_probe probe, const char *name, char *ret_value, size_t size) {
        const char *value;

        snprintf(ret_value, size, "%s",
                 blkid_probe_lookup_value(probe, name, &value, NULL) == 0 ? value : "");
}

int block_read_signature(const char *path, struct block_signature *ret_signature) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        blkid_probe probe;
        int r = ERR_NOT_FOUND;

        if (fd < 0)
                return errno_to_error(errno);
        probe = blkid_new_probe();
        if (!probe)
                return ERR_NO_MEMORY;
        if (blkid_probe_set_device(probe, fd, 0, 0) == 0 && blkid_probe_enable_superblocks(probe, 1) == 0 &&
            blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE) == 0 &&
            blkid_do_safeprobe(probe) == 0) {
                take(probe, "TYPE", ret_signature->type, sizeof(ret_signature->type));
                take(probe, "UUID", ret_signature->uuid, sizeof(ret_signature->uuid));
                take(probe, "UUID_SUB", ret_signature->own_uuid, sizeof(ret_signature->own_uuid));
                r = 0;
        }
        blkid_free_probe(probe);
        return r;
}
