/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/disk.h"

#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

#include "base/error.h"
#include "posix/clock.h"

#define POLL_MS 100

static bool has_copy(const struct disk_set *set, const struct disk *disk) {
        for (size_t i = 0; i < set->count; i++)
                if (strcasecmp(set->disks[i].own_uuid, disk->own_uuid) == 0)
                        return true;
        return false;
}

struct search {
        const char *root, *uuid;
        size_t limit;
        struct disk_set *set;
};

/* 1 when there are as many as are looked for. */
static int look_at(void *context, const char *name) {
        const struct search *search = context;
        struct disk_set *set = search->set;
        struct block_signature signature;
        struct disk disk;

        block_path(search->root, name, disk.path);
        if (block_read_signature(disk.path, &signature) < 0 || strcasecmp(signature.uuid, search->uuid) != 0)
                return 0;
        snprintf(disk.own_uuid, sizeof(disk.own_uuid), "%s", signature.own_uuid);
        if (has_copy(set, &disk))
                return ERR_EXISTS;
        if (set->count == DISK_SET_MAX)
                return ERR_TOO_LARGE;
        set->disks[set->count++] = disk;
        return set->count == search->limit;
}

/* The first `limit` of them. */
static int find(const char *root, const char *uuid, size_t limit, struct disk_set *set) {
        struct search search = { root, uuid, limit, set };
        int r;

        set->count = 0;
        r = block_each(root, look_at, &search);
        return r < 0 ? r : 0;
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
