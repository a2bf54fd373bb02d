/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/block.h"
#include "capture/pv-header.h"
#include "kdump/recorder.h"
#include "linux/system-file.h"
#include "posix/memory.h"

/*
 * Volumes of LVM: the tables that the device mapper has of them. What the tables say is LVM's; that they are
 * still right after the crash, only the headers of its physical volumes tell.
 */

#define SECTOR_SIZE     512
#define PARAMETERS_SIZE ((size_t) 8 * 1024)
#define WORD_SIZE       256

/* "LVM-", and the UUID of the volume group without its dashes (LVM2 2.03, lib/activate/dev_manager.c). */
#define LVM_PREFIX   "LVM-"
#define GROUP_LENGTH (sizeof(LVM_PREFIX) - 1 + 32)

struct volume {
        struct mapped_device table, status;
        dev_t below[STACK_DEVICES_MAX];
        size_t indexes[STACK_DEVICES_MAX]; /* in the stack */
        size_t below_count;
};

/* --- words -------------------------------------------------------------------------------------- */

/* The next word of a text, and *text behind it; false at the end. What is longer than the room is cut. */
static bool next_word(const char **text, char ret_word[WORD_SIZE]) {
        size_t length;

        *text += strspn(*text, " ");
        length = strcspn(*text, " ");
        snprintf(ret_word, WORD_SIZE, "%.*s", (int) length, *text);
        *text += length;
        return length > 0;
}

static bool has_word(const char *text, const char *wanted) {
        char word[WORD_SIZE];

        while (next_word(&text, word))
                if (strcmp(word, wanted) == 0)
                        return true;
        return false;
}

/* --- targets ------------------------------------------------------------------------------------ */

/* "0 METADATA/TOTAL DATA/TOTAL ROOT rw …" (Linux, Documentation/admin-guide/device-mapper/
 * thin-provisioning.rst), of a pool whose table is "METADATA DATA BLOCK …". */
static int check_pool(const struct recorder *recorder, const char *name, const char *table,
                      const char *status) {
        unsigned long long used, total, metadata_used, metadata_total, block;
        char mode[WORD_SIZE];
        uint64_t room;

        if (sscanf(table, "%*s %*s %llu", &block) != 1 ||
            sscanf(status, "%*u %llu/%llu %llu/%llu %*s %255s", &metadata_used, &metadata_total, &used,
                   &total, mode) != 5)
                return recorder_refuse(recorder, name, "a thin pool that failed (%.64s)", status);
        if (strcmp(mode, "rw") != 0)
                return recorder_refuse(recorder, name, "a thin pool that takes no writes (%s)", mode);
        if (has_word(status, "needs_check"))
                return recorder_refuse(recorder, name, "a thin pool that has to be checked (needs_check)");
        if (used >= total || metadata_used >= metadata_total)
                return recorder_refuse(recorder, name, "a thin pool that is full");
        room = (total - used) * block * SECTOR_SIZE;
        if (room < recorder->record->room_bytes)
                recorder->record->room_bytes = room;
        return 0;
}

/* "POOL ID", and a third word of a volume that begins as a copy of another one. */
static int check_thin(const struct recorder *recorder, const char *name, const char *table,
                      const char *status) {
        char origin[2];

        if (sscanf(table, "%*s %*s %1s", origin) == 1)
                return recorder_refuse(recorder, name, "a thin volume with an external origin");
        if (has_word(status, "Fail"))
                return recorder_refuse(recorder, name, "a thin volume that failed");
        return 0;
}

/* "LEVEL LEGS HEALTH DONE/TOTAL ACTION …" (dm-raid.rst), of a table that begins with the level. */
static int check_raid(const struct recorder *recorder, const char *name, const char *table,
                      const char *status) {
        char level[WORD_SIZE] = "", health[WORD_SIZE] = "", action[WORD_SIZE] = "";
        unsigned long long done, total;

        (void) next_word(&table, level);
        if (strcmp(level, "raid1") != 0)
                return recorder_refuse(recorder, name, "a volume of the level %s", level);
        if (has_word(table, "rebuild") || has_word(table, "delta_disks") || has_word(table, "-"))
                return recorder_refuse(recorder, name, "a mirror that lacks a leg, or gets one");
        if (sscanf(status, "%*s %*u %255s %llu/%llu %255s", health, &done, &total, action) != 4)
                return recorder_refuse(recorder, name, "a mirror of which the state is not known");
        if (health[strspn(health, "A")])
                return recorder_refuse(recorder, name, "a mirror that is not whole (%s)", health);
        if (done != total || (strcmp(action, "idle") != 0 && strcmp(action, "check") != 0))
                return recorder_refuse(recorder, name, "a mirror that is being synchronised (%s)", action);
        return 0;
}

static int check_nothing(const struct recorder *recorder, const char *name, const char *table,
                         const char *status) {
        (void) recorder, (void) name, (void) table, (void) status;
        return 0;
}

/* What was built in a crash kernel, and came back whole. */
static const struct {
        const char *type;
        int (*check)(const struct recorder *recorder, const char *name, const char *table,
                     const char *status);
} proven[] = {
        { "linear", check_nothing }, { "striped", check_nothing }, { "thin", check_thin },
        { "thin-pool", check_pool }, { "raid", check_raid },
};

/* Others, in words; of those that have none the type has to do. */
static const struct {
        const char *type, *words;
} refused[] = {
        { "crypt", "an encrypted disk (dm-crypt)" },
        { "snapshot-origin", "a volume that has thick snapshots" },
        { "snapshot", "a thick snapshot" },
        { "snapshot-merge", "a thick snapshot that is being merged" },
        { "cache", "a cache (dm-cache)" },
        { "writecache", "a cache (dm-writecache)" },
        { "integrity", "a volume with checksums (dm-integrity)" },
        { "vdo", "a volume that is deduplicated (VDO)" },
        { "multipath", "a disk of several paths (multipath)" },
        { "mirror", "a mirror as pvmove makes it (dm-mirror)" },
        { "error", "a disk that is missing" },
};

static int refuse_type(const struct recorder *recorder, const char *name, const char *type) {
        for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
                if (strcmp(type, refused[i].type) == 0)
                        return recorder_refuse(recorder, name, "%s", refused[i].words);
        return recorder_refuse(recorder, name, "a target of the device mapper's, %s", type);
}

static int check_target(const struct recorder *recorder, const char *name, const struct mapped_target *table,
                        const struct mapped_target *status) {
        for (size_t i = 0; i < ARRAY_SIZE(proven); i++)
                if (strcmp(table->type, proven[i].type) == 0)
                        return proven[i].check(recorder, name, table->text, status->text);
        return refuse_type(recorder, name, table->type);
}

static int check_targets(const struct recorder *recorder, const struct volume *volume) {
        struct mapped_target table, status;
        size_t table_offset = 0, status_offset = 0;
        int r = 0;

        for (size_t i = 0; i < volume->table.target_count && r == 0; i++) {
                mapped_device_next(&volume->table, &table_offset, &table);
                mapped_device_next(&volume->status, &status_offset, &status);
                r = check_target(recorder, volume->table.name, &table, &status);
        }
        return r;
}

/* Its targets before its name: dm-crypt is told as such, whoever made the volume. */
static int check_volume(const struct recorder *recorder, const struct volume *volume) {
        const struct mapped_device *table = &volume->table;
        int r;

        if (table->suspended)
                return recorder_refuse(recorder, table->name, "a volume that is suspended");
        if (table->changing || table->target_count == 0 || table->target_count != volume->status.target_count)
                return recorder_refuse(recorder, table->name, "a volume that is being changed");
        r = check_targets(recorder, volume);
        if (r == 0 && strncmp(table->uuid, LVM_PREFIX, strlen(LVM_PREFIX)) != 0)
                return recorder_refuse(recorder, table->name,
                                       "a volume of the device mapper's that is not LVM's");
        return r;
}

/* --- below -------------------------------------------------------------------------------------- */

/* A PV, which tells of each change of its volume group. */
static int add_header(const struct recorder *recorder, size_t index) {
        struct stack_device *device = &recorder->record->stack.devices[index];
        dev_t number = recorder->record->numbers[index];
        struct block_signature signature = { 0 };
        char name[RECORDER_NAME_SIZE], path[PATH_MAX];
        _cleanup_close_ int fd = -1;
        struct reason why;
        int r;

        if (device->has_header)
                return 0;
        recorder_name(recorder, number, name);
        if (!system_file_path(recorder->root, name, path) || block_read_signature(path, &signature) < 0 ||
            strcmp(signature.type, "LVM2_member") != 0)
                return recorder_refuse(recorder, name,
                                       "is below a volume, and is no physical volume of LVM's");
        fd = recorder_open(recorder, number);
        if (fd < 0)
                return recorder_fail(recorder, name, fd);
        r = pv_header_digest(fd, device->header, &why);
        if (r < 0)
                return reason_set(recorder->reason, r, "%s: %s", name, why.text);
        device->has_header = true;
        return 0;
}

/* A volume below is a part of this one, as a pool's data are; not a PV of another volume group. */
static int check_below(const struct recorder *recorder, const struct volume *volume, size_t index) {
        const struct stack_device *below = &recorder->record->stack.devices[index];

        if (below->kind != STACK_VOLUME)
                return add_header(recorder, index);
        if (strncmp(below->uuid, volume->table.uuid, GROUP_LENGTH) == 0)
                return 0;
        return recorder_refuse(recorder, volume->table.name, "a volume over one of another volume group");
}

static int add_below(struct recorder *recorder, dev_t device, struct volume *volume) {
        int r;

        r = device_mapper_find_below(recorder->mapper, device, volume->below, STACK_DEVICES_MAX,
                                     &volume->below_count);
        if (r < 0)
                return recorder_fail(recorder, volume->table.name, r);
        for (size_t i = 0; i < volume->below_count && r == 0; i++) {
                r = recorder_add(recorder, volume->below[i], &volume->indexes[i]);
                if (r == 0)
                        r = check_below(recorder, volume, volume->indexes[i]);
        }
        return r;
}

/* --- tables ------------------------------------------------------------------------------------- */

/* A device by its place in the stack; ERR_VALUE for one that the volume does not stand on. */
static int put_word(const struct volume *volume, const char *word, struct text *text) {
        unsigned word_major, word_minor;
        int length = 0;

        if (text->length > 0)
                text_put_char(text, ' ');
        if (sscanf(word, "%u:%u%n", &word_major, &word_minor, &length) != 2 || word[length]) {
                text_put(text, word);
                return 0;
        }
        for (size_t i = 0; i < volume->below_count; i++)
                if (volume->below[i] == makedev(word_major, word_minor)) {
                        text_format(text, "@%zu", volume->indexes[i]);
                        return 0;
                }
        return ERR_VALUE;
}

/* Without it a pool that gets full in the crash kernel waits a minute for somebody to enlarge it. */
#define POOL_FEATURE  "error_if_no_space"
#define POOL_FEATURES 4 /* the word that counts them */

static int put_parameters(const struct volume *volume, const struct mapped_target *target,
                          struct text *text) {
        const char *words = target->text;
        bool add = strcmp(target->type, "thin-pool") == 0 && !has_word(words, POOL_FEATURE);
        char word[WORD_SIZE];
        int r = 0;

        for (size_t i = 0; r == 0 && next_word(&words, word); i++) {
                unsigned count;

                if (add && i == POOL_FEATURES && sscanf(word, "%u", &count) == 1)
                        snprintf(word, sizeof(word), "%u", count + 1);
                r = put_word(volume, word, text);
        }
        if (add)
                text_put(text, " " POOL_FEATURE);
        return r == 0 && text->truncated ? ERR_TOO_LARGE : r;
}

static int add_targets(const struct recorder *recorder, const struct volume *volume) {
        char parameters[PARAMETERS_SIZE];
        struct mapped_target target;
        size_t offset = 0;
        int r = 0;

        for (size_t i = 0; i < volume->table.target_count && r == 0; i++) {
                struct text text = TEXT_ON(parameters);

                mapped_device_next(&volume->table, &offset, &target);
                r = put_parameters(volume, &target, &text);
                if (r == 0)
                        r = stack_add_target(&recorder->record->stack, target.start, target.sectors,
                                             target.type, parameters);
        }
        return r < 0 ? recorder_fail(recorder, volume->table.name, r) : 0;
}

static int add_volume(struct recorder *recorder, dev_t device, struct volume *volume, size_t *ret_index) {
        struct stack_device *added;
        int r;

        r = check_volume(recorder, volume);
        if (r == 0)
                r = add_below(recorder, device, volume);
        if (r == 0)
                r = recorder_add_device(recorder, STACK_VOLUME, device, ret_index);
        if (r < 0)
                return r;
        added = &recorder->record->stack.devices[*ret_index];
        snprintf(added->volume.name, sizeof(added->volume.name), "%s", volume->table.name);
        snprintf(added->uuid, sizeof(added->uuid), "%s", volume->table.uuid);
        added->volume.read_only = volume->table.read_only;
        return add_targets(recorder, volume);
}

static void free_volume(struct volume *volume) {
        mapped_device_free(&volume->table);
        mapped_device_free(&volume->status);
}

int recorder_add_volume(struct recorder *recorder, dev_t device, size_t *ret_index) {
        __attribute__((cleanup(free_volume))) struct volume volume = { 0 };
        char name[RECORDER_NAME_SIZE];
        int r;

        r = mapped_device_read(recorder->mapper, device, MAPPED_TABLE, &volume.table);
        if (r == 0)
                r = mapped_device_read(recorder->mapper, device, MAPPED_STATUS, &volume.status);
        if (r == 0)
                return add_volume(recorder, device, &volume, ret_index);
        recorder_name(recorder, device, name);
        return reason_set(recorder->reason, r, "%s: the device mapper does not tell its table: %s", name,
                          error_text(r));
}
