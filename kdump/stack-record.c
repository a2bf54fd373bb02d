/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/stack-record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/block.h"
#include "kdump/recorder.h"
#include "linux/block-device.h"
#include "linux/system-file.h"
#include "posix/errno.h"

/* --- for the parts ------------------------------------------------------------------------------ */

int recorder_refuse(const struct recorder *recorder, const char *what, const char *format, ...) {
        char why[256];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, sizeof(why), format, arguments);
        va_end(arguments);
        return reason_set(recorder->reason, ERR_NOT_SUPPORTED, "%s: %s", what, why);
}

int recorder_fail(const struct recorder *recorder, const char *what, int error) {
        return reason_set(recorder->reason, error, "%s: %s", what, error_text(error));
}

static void attribute_path(dev_t device, const char *name, char ret_path[PATH_MAX]) {
        snprintf(ret_path, PATH_MAX, "/sys/dev/block/%u:%u/%s", major(device), minor(device), name);
}

bool recorder_read(const struct recorder *recorder, dev_t device, const char *name, char *ret_line,
                   size_t size) {
        char path[PATH_MAX];

        attribute_path(device, name, path);
        return system_file_line(recorder->root, path, ret_line, size);
}

static bool has(const struct recorder *recorder, dev_t device, const char *name) {
        char path[PATH_MAX];

        attribute_path(device, name, path);
        return system_file_exists(recorder->root, path);
}

void recorder_name(const struct recorder *recorder, dev_t device, char ret_name[RECORDER_NAME_SIZE]) {
        if (!block_device_name(recorder->root, major(device), minor(device), ret_name, RECORDER_NAME_SIZE))
                snprintf(ret_name, RECORDER_NAME_SIZE, "%u:%u", major(device), minor(device));
}

/*
 * The kernel writes superblocks past the cache of the device's file, and would show here what was there when
 * somebody read it last.
 */
int recorder_open(const struct recorder *recorder, dev_t device) {
        char name[RECORDER_NAME_SIZE], path[PATH_MAX];
        int fd;

        recorder_name(recorder, device, name);
        if (!system_file_path(recorder->root, name, path))
                return ERR_TOO_LARGE;
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return errno_to_error(errno);
        (void) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        return fd;
}

static int read_number(const struct recorder *recorder, dev_t device, const char *attribute,
                       uint64_t *ret_number) {
        char line[32], name[RECORDER_NAME_SIZE];
        size_t offset = 0;

        if (recorder_read(recorder, device, attribute, line, sizeof(line)) &&
            decimal_parse(text_view(line), &offset, UINT64_MAX, ret_number) == 0)
                return 0;
        recorder_name(recorder, device, name);
        return reason_set(recorder->reason, ERR_NOT_FOUND, "%s: /sys does not tell its %s", name, attribute);
}

int recorder_add_device(struct recorder *recorder, enum stack_kind kind, dev_t device, size_t *ret_index) {
        struct stack *stack = &recorder->record->stack;
        struct stack_device *added;
        char name[RECORDER_NAME_SIZE];
        uint64_t sectors;
        int r;

        r = read_number(recorder, device, "size", &sectors);
        if (r < 0)
                return r;
        added = stack_add_device(stack, kind);
        if (!added) {
                recorder_name(recorder, device, name);
                return recorder_refuse(recorder, name, "more than %d devices are below it",
                                       STACK_DEVICES_MAX);
        }
        added->sectors = sectors;
        *ret_index = stack->device_count - 1;
        recorder->record->numbers[*ret_index] = device;
        return 0;
}

/* --- disks and partitions ----------------------------------------------------------------------- */

int recorder_read_signature(const struct recorder *recorder, dev_t device,
                            struct block_signature *ret_signature) {
        char name[RECORDER_NAME_SIZE], path[PATH_MAX];
        int r;

        recorder_name(recorder, device, name);
        r = system_file_path(recorder->root, name, path) ? block_read_signature(path, ret_signature)
                                                         : ERR_TOO_LARGE;
        if (r == ERR_NOT_FOUND)
                return recorder_refuse(recorder, name, "a disk that has no signature of LVM's or MD's");
        return r < 0 ? recorder_fail(recorder, name, r) : 0;
}

/* What of a signature tells this disk from all others; NULL for what neither LVM nor MD has made. */
static const char *uuid_of(const struct block_signature *signature) {
        if (strcmp(signature->type, "LVM2_member") == 0 && signature->uuid[0])
                return signature->uuid;
        if (strcmp(signature->type, "linux_raid_member") == 0 && signature->own_uuid[0])
                return signature->own_uuid;
        return NULL;
}

static int add_disk(struct recorder *recorder, dev_t device, size_t *ret_index) {
        const char *words = block_device_above(recorder->root, major(device), minor(device));
        struct block_signature signature = { 0 };
        struct stack_device *disk;
        char name[RECORDER_NAME_SIZE];
        const char *uuid;
        int r;

        recorder_name(recorder, device, name);
        if (words)
                return recorder_refuse(recorder, name, "%s", words);
        r = recorder_read_signature(recorder, device, &signature);
        if (r < 0)
                return r;
        uuid = uuid_of(&signature);
        if (!uuid)
                return recorder_refuse(recorder, name, "a disk with %s on it", signature.type);
        r = recorder_add_device(recorder, STACK_DISK, device, ret_index);
        if (r < 0)
                return r;
        disk = &recorder->record->stack.devices[*ret_index];
        snprintf(disk->disk.type, sizeof(disk->disk.type), "%s", signature.type);
        snprintf(disk->uuid, sizeof(disk->uuid), "%s", uuid);
        return 0;
}

/* Where "/sys/dev/block/259:1/.." leads, as the kernel has no link for it. */
static int add_part(struct recorder *recorder, dev_t device, size_t *ret_index) {
        uint64_t start, number;
        struct stack_device *part;
        unsigned whole_major, whole_minor;
        char name[RECORDER_NAME_SIZE], line[32];
        size_t below;
        int r;

        recorder_name(recorder, device, name);
        if (!recorder_read(recorder, device, "../dev", line, sizeof(line)) ||
            sscanf(line, "%u:%u", &whole_major, &whole_minor) != 2)
                return recorder_fail(recorder, name, ERR_NOT_FOUND);
        r = recorder_add(recorder, makedev(whole_major, whole_minor), &below);
        if (r == 0)
                r = read_number(recorder, device, "start", &start);
        if (r == 0)
                r = read_number(recorder, device, "partition", &number);
        if (r == 0)
                r = recorder_add_device(recorder, STACK_PART, device, ret_index);
        if (r < 0)
                return r;
        part = &recorder->record->stack.devices[*ret_index];
        part->part.below = below;
        part->part.number = (unsigned) number;
        part->part.start = start;
        return 0;
}

/* --- the walk ----------------------------------------------------------------------------------- */

/* The first that fits, by what is in the device's directory. */
static const struct {
        const char *member;
        int (*add)(struct recorder *recorder, dev_t device, size_t *ret_index);
} kinds[] = {
        { "dm", recorder_add_volume },
        { "md", recorder_add_array },
        { "../md", add_part },
        { "size", add_disk },
};

int recorder_add(struct recorder *recorder, dev_t device, size_t *ret_index) {
        const struct stack_record *record = recorder->record;
        char name[RECORDER_NAME_SIZE];
        int r = ERR_NOT_FOUND;

        for (size_t i = 0; i < record->stack.device_count; i++)
                if (record->numbers[i] == device) {
                        *ret_index = i;
                        return 0;
                }
        recorder_name(recorder, device, name);
        if (recorder->depth == STACK_DEVICES_MAX)
                return recorder_fail(recorder, name, ERR_LOOP);
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                if (!has(recorder, device, kinds[i].member))
                        continue;
                recorder->depth++;
                r = kinds[i].add(recorder, device, ret_index);
                recorder->depth--;
                return r;
        }
        return recorder_fail(recorder, name, r);
}

/* --- copies ------------------------------------------------------------------------------------- */

/*
 * A disk of a driver, with a medium. In the crash kernel there are no others than that until it makes some;
 * and a volume without a path to its disk would be waited for without end.
 */
static bool is_disk(const struct recorder *recorder, dev_t device) {
        char size[32];

        return recorder_read(recorder, device, "size", size, sizeof(size)) && strcmp(size, "0") != 0 &&
               !block_device_above(recorder->root, major(device), minor(device));
}

static int compare_with_disks(const struct recorder *recorder, dev_t device, const char *uuid) {
        const struct stack_record *record = recorder->record;

        for (size_t i = 0; i < record->stack.device_count; i++) {
                char name[RECORDER_NAME_SIZE], other[RECORDER_NAME_SIZE];
                const struct stack_device *disk = &record->stack.devices[i];

                if (disk->kind != STACK_DISK || record->numbers[i] == device || strcmp(disk->uuid, uuid) != 0)
                        continue;
                recorder_name(recorder, record->numbers[i], name);
                recorder_name(recorder, device, other);
                return reason_set(recorder->reason, ERR_EXISTS,
                                  "%s and %s: both are the %s %s: which of them the crash kernel would write "
                                  "to cannot be told",
                                  name, other, disk->disk.type, uuid);
        }
        return 0;
}

/* Another path to a disk that was recorded, or a clone of it. */
static int check_for_copy(void *context, const char *name) {
        const struct recorder *recorder = context;
        struct block_signature signature = { 0 };
        char path[BLOCK_PATH_SIZE], attribute[64], line[32];
        unsigned major_number, minor_number;

        snprintf(attribute, sizeof(attribute), "/sys/class/block/%s/dev", name);
        if (!system_file_line(recorder->root, attribute, line, sizeof(line)) ||
            sscanf(line, "%u:%u", &major_number, &minor_number) != 2 ||
            !is_disk(recorder, makedev(major_number, minor_number)))
                return 0;
        block_path(recorder->root, name, path);
        if (block_read_signature(path, &signature) < 0 || !uuid_of(&signature))
                return 0;
        return compare_with_disks(recorder, makedev(major_number, minor_number), uuid_of(&signature));
}

int stack_record_make(const char *root, const struct device_mapper *mapper, dev_t device,
                      struct stack_record *ret_record, struct reason *ret_reason) {
        struct recorder recorder = { root, mapper, ret_record, 0, ret_reason };
        char name[RECORDER_NAME_SIZE], error[STACK_ERROR_SIZE];
        struct text text = TEXT_ON(ret_record->text);
        size_t index;
        int r;

        *ret_record = (struct stack_record){ .room_bytes = UINT64_MAX };
        r = recorder_add(&recorder, device, &index);
        if (r == 0)
                r = block_each(root, check_for_copy, &recorder);
        if (r < 0)
                return r;
        r = stack_print(&ret_record->stack, &text, error);
        if (r == 0)
                return 0;
        recorder_name(&recorder, device, name);
        return reason_set(ret_reason, r, "%s: %s", name, r == ERR_VALUE ? error : error_text(r));
}

int kdump_target_record(const char *root, const struct kdump_target *target, struct stack_record *ret_record,
                        struct reason *ret_reason) {
        _cleanup_device_mapper_ struct device_mapper mapper;
        struct reason why;
        int r;

        /* Where there is none, nothing of the stack is its. */
        (void) device_mapper_open(root, &mapper);
        r = stack_record_make(root, &mapper, makedev(target->major, target->minor), ret_record, &why);
        if (r == 0)
                return 0;
        return reason_set(ret_reason, r,
                          "%s: lies on %s, of which the crash kernel cannot use this: %s: choose a directory "
                          "elsewhere, or initramfs = distribution",
                          target->directory, target->above, why.text);
}

int kdump_target_check_room(const struct kdump_target *target, const struct stack_record *record,
                            uint64_t needed_bytes, struct reason *ret_reason) {
        if (record->room_bytes >= needed_bytes)
                return 0;
        return reason_set(ret_reason, ERR_NO_SPACE,
                          "%s: the thin pool below it has %llu MiB left, and a dump of this machine may take "
                          "%llu",
                          target->directory, (unsigned long long) (record->room_bytes >> 20),
                          (unsigned long long) (needed_bytes >> 20));
}

/* --- what has changed --------------------------------------------------------------------------- */

static bool disk_is_same(const struct stack *then, const struct stack *now, size_t i) {
        return strcmp(then->devices[i].disk.type, now->devices[i].disk.type) == 0;
}

static bool part_is_same(const struct stack *then, const struct stack *now, size_t i) {
        const struct stack_part *left = &then->devices[i].part, *right = &now->devices[i].part;

        return left->below == right->below && left->number == right->number && left->start == right->start;
}

static bool array_is_same(const struct stack *then, const struct stack *now, size_t i) {
        const struct stack_array *left = &then->devices[i].array, *right = &now->devices[i].array;

        return strcmp(left->level, right->level) == 0 && left->metadata_minor == right->metadata_minor &&
               left->member_count == right->member_count &&
               memcmp(left->members, right->members, left->member_count * sizeof(left->members[0])) == 0;
}

static bool volume_is_same(const struct stack *then, const struct stack *now, size_t i) {
        const struct stack_volume *left = &then->devices[i].volume, *right = &now->devices[i].volume;

        if (strcmp(left->name, right->name) != 0 || left->read_only != right->read_only ||
            left->target_count != right->target_count)
                return false;
        for (size_t j = 0; j < left->target_count; j++) {
                const struct stack_target *old = &then->targets[left->first_target + j];
                const struct stack_target *new = &now->targets[right->first_target + j];

                if (old->start != new->start || old->sectors != new->sectors ||
                    strcmp(old->type, new->type) != 0 ||
                    strcmp(stack_parameters(then, old), stack_parameters(now, new)) != 0)
                        return false;
        }
        return true;
}

static bool is_same(const struct stack *then, const struct stack *now, size_t i) {
        static bool (*const same[])(const struct stack *then, const struct stack *now, size_t i) = {
                [STACK_DISK] = disk_is_same,
                [STACK_PART] = part_is_same,
                [STACK_ARRAY] = array_is_same,
                [STACK_VOLUME] = volume_is_same,
        };
        const struct stack_device *left = &then->devices[i], *right = &now->devices[i];

        return left->kind == right->kind && strcmp(left->uuid, right->uuid) == 0 &&
               left->sectors == right->sectors && left->has_header == right->has_header &&
               memcmp(left->header, right->header, sizeof(left->header)) == 0 &&
               same[left->kind](then, now, i);
}

const struct stack_device *stack_record_find_change(const struct stack *then, const struct stack *now) {
        for (size_t i = 0; i < then->device_count; i++)
                if (i == now->device_count || !is_same(then, now, i))
                        return &then->devices[i];
        return then->device_count < now->device_count ? &then->devices[then->device_count - 1] : NULL;
}

void stack_device_label(const struct stack_device *device, char ret_label[STACK_LABEL_SIZE]) {
        struct text text = text_on(ret_label, STACK_LABEL_SIZE);

        if (device->kind == STACK_VOLUME)
                text_put(&text, device->volume.name);
        else if (device->kind == STACK_PART)
                text_format(&text, "partition %u of an array", device->part.number);
        else
                text_format(&text, "the %s %s", device->kind == STACK_ARRAY ? "array" : device->disk.type,
                            device->uuid);
}
