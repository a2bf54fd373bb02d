/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/md-superblock.h"
#include "kdump/recorder.h"
#include "linux/system-file.h"
#include "posix/memory.h"

/* Arrays of MD, by their files in /sys/block/mdN/md (Linux, Documentation/admin-guide/md.rst). */

#define LINE_SIZE 64

struct array {
        char name[RECORDER_NAME_SIZE];
        char level[LINE_SIZE];
        unsigned metadata_minor;
        dev_t members[STACK_MEMBERS_MAX];
        size_t member_count; /* its raid_disks */
};

static bool read_file(const struct recorder *recorder, dev_t device, const char *name,
                      char ret_line[LINE_SIZE]) {
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "md/%s", name);
        return recorder_read(recorder, device, path, ret_line, LINE_SIZE);
}

/* --- what it is --------------------------------------------------------------------------------- */

static int read_level(const struct recorder *recorder, dev_t device, struct array *array) {
        static const char *const proven[] = { "raid1", "raid5", "raid10", NULL };

        if (!read_file(recorder, device, "level", array->level))
                return recorder_fail(recorder, array->name, ERR_NOT_FOUND);
        if (text_is_among(array->level, proven))
                return 0;
        return recorder_refuse(recorder, array->name, "an array of the level %s", array->level);
}

static int read_metadata(const struct recorder *recorder, dev_t device, struct array *array) {
        char version[LINE_SIZE] = "";

        (void) read_file(recorder, device, "metadata_version", version);
        if (strncmp(version, "external:", 9) == 0)
                return recorder_refuse(recorder, array->name,
                                       "an array with metadata of a firmware (IMSM, DDF)");
        if (sscanf(version, "1.%u", &array->metadata_minor) == 1 && array->metadata_minor <= 2)
                return 0;
        return recorder_refuse(recorder, array->name, "an array with metadata %s", version);
}

/* --- how it is ---------------------------------------------------------------------------------- */

/* What has to be so, or the array may need what the crash kernel does not do. */
static const struct {
        const char *file;
        const char *good[4]; /* with the NULL */
        const char *words;   /* of any other line */
} states[] = {
        { "degraded", { "0" }, "has lost a disk" },
        { "resync_start", { "none" }, "is not in sync" },
        { "reshape_position", { "none" }, "is being reshaped" },
        { "sync_action", { "idle", "check", "frozen" }, "is being synchronised" },
        { "consistency_policy", { "resync", "bitmap" }, "has a journal (or a partial parity log)" },
};

static int check_state(const struct recorder *recorder, dev_t device, const struct array *array) {
        char line[LINE_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(states); i++)
                if (read_file(recorder, device, states[i].file, line) && !text_is_among(line, states[i].good))
                        return recorder_refuse(recorder, array->name, "an array that %s (%s: %s)",
                                               states[i].words, states[i].file, line);
        return 0;
}

/* --- members ------------------------------------------------------------------------------------ */

static bool list_has(const char *list, const char *word) {
        size_t length = strlen(word);

        for (const char *at = list; (at = strstr(at, word)); at += length)
                if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
                        return true;
        return false;
}

/* Spares, and those that failed, are none: they come back with the next boot. */
static bool read_member(const struct recorder *recorder, dev_t device, const char *entry, size_t *ret_slot,
                        dev_t *ret_member) {
        char name[NAME_MAX + 16], line[LINE_SIZE];
        unsigned member_major, member_minor;

        snprintf(name, sizeof(name), "%s/state", entry);
        if (!read_file(recorder, device, name, line) || !list_has(line, "in_sync"))
                return false;
        snprintf(name, sizeof(name), "%s/slot", entry);
        if (!read_file(recorder, device, name, line) || sscanf(line, "%zu", ret_slot) != 1)
                return false;
        snprintf(name, sizeof(name), "%s/block/dev", entry);
        if (!read_file(recorder, device, name, line) ||
            sscanf(line, "%u:%u", &member_major, &member_minor) != 2)
                return false;
        *ret_member = makedev(member_major, member_minor);
        return true;
}

static int read_members(const struct recorder *recorder, dev_t device, struct array *array) {
        _cleanup_closedir_ DIR *files = NULL;
        char path[PATH_MAX], name[64], line[LINE_SIZE];
        const struct dirent *entry;
        size_t found = 0, slot;
        dev_t member;

        if (!read_file(recorder, device, "raid_disks", line) ||
            sscanf(line, "%zu", &array->member_count) != 1 || array->member_count > STACK_MEMBERS_MAX)
                return recorder_refuse(recorder, array->name, "an array of more than %d disks",
                                       STACK_MEMBERS_MAX);
        snprintf(name, sizeof(name), "/sys/dev/block/%u:%u/md", major(device), minor(device));
        if (system_file_path(recorder->root, name, path))
                files = opendir(path);
        while (files && (entry = readdir(files))) {
                if (strncmp(entry->d_name, "dev-", 4) != 0 ||
                    !read_member(recorder, device, entry->d_name, &slot, &member) ||
                    slot >= array->member_count || array->members[slot])
                        continue;
                array->members[slot] = member;
                found++;
        }
        if (found < array->member_count)
                return recorder_refuse(recorder, array->name, "an array that has %zu of %zu disks in sync",
                                       found, array->member_count);
        return 0;
}

/* --- the stack ---------------------------------------------------------------------------------- */

static int add_member(struct recorder *recorder, const struct array *array, dev_t member, size_t *ret_index) {
        const struct stack_device *disk;
        int r;

        r = recorder_add(recorder, member, ret_index);
        if (r < 0)
                return r;
        disk = &recorder->record->stack.devices[*ret_index];
        if (disk->kind == STACK_DISK && strcmp(disk->disk.type, "linux_raid_member") == 0)
                return 0;
        return recorder_refuse(recorder, array->name, "an array over volumes or arrays");
}

static int read_events(const struct recorder *recorder, const struct array *array, dev_t member,
                       uint64_t sectors, uint64_t *ret_events) {
        _cleanup_close_ int fd = recorder_open(recorder, member);
        struct md_superblock superblock = { 0 };
        char name[RECORDER_NAME_SIZE];
        int r;

        r = fd < 0 ? fd : md_superblock_read(fd, array->metadata_minor, sectors, &superblock);
        if (r < 0) {
                recorder_name(recorder, member, name);
                return recorder_fail(recorder, name, r);
        }
        *ret_events = superblock.events;
        return 0;
}

int recorder_add_array(struct recorder *recorder, dev_t device, size_t *ret_index) {
        struct stack_array stacked = { .events = UINT64_MAX };
        const struct stack *stack = &recorder->record->stack;
        struct block_signature signature = { 0 };
        struct array array = { 0 };
        struct stack_device *added;
        int r;

        recorder_name(recorder, device, array.name);
        r = read_level(recorder, device, &array);
        if (r == 0)
                r = read_metadata(recorder, device, &array);
        if (r == 0)
                r = check_state(recorder, device, &array);
        if (r == 0)
                r = read_members(recorder, device, &array);
        for (size_t i = 0; i < array.member_count && r == 0; i++) {
                size_t *index = &stacked.members[stacked.member_count++];
                uint64_t events = UINT64_MAX;

                r = add_member(recorder, &array, array.members[i], index);
                if (r == 0)
                        r = read_events(recorder, &array, array.members[i], stack->devices[*index].sectors,
                                        &events);
                if (events < stacked.events)
                        stacked.events = events;
        }
        /* The array's UUID stands on each of its members, and the kernel has compared them. */
        if (r == 0)
                r = recorder_read_signature(recorder, array.members[0], &signature);
        if (r == 0)
                r = recorder_add_device(recorder, STACK_ARRAY, device, ret_index);
        if (r < 0)
                return r;
        added = &recorder->record->stack.devices[*ret_index];
        snprintf(added->uuid, sizeof(added->uuid), "%s", signature.uuid);
        snprintf(stacked.level, sizeof(stacked.level), "%.15s", array.level);
        stacked.metadata_minor = array.metadata_minor;
        added->array = stacked;
        return 0;
}
