/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/esp.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux/block-device.h"
#include "linux/mount-table.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/* UEFI 2.10, 5.3.3, as udev writes it. */
#define ESP_TYPE       "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

#define UDEV_DIRECTORY "/run/udev/data"
#define UDEV_LIMIT     ((size_t) 64 * 1024)
#define UDEV_FILES_MAX 16384 /* of all devices, of which most are no disks */

/* Of which partition the boot loader was started: UTF-16 behind four bytes of attributes (systemd's interface
 * of boot loaders). */
#define LOADER_VARIABLE "/sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define UUID_LENGTH     36

/* In bootctl's order (systemd 252, src/shared/find-esp.c). */
static const char *const esp_directories[] = { "/efi", "/boot", "/boot/efi" };

struct partition {
        unsigned major, minor;
        char type[UUID_LENGTH + 1], uuid[UUID_LENGTH + 1];
};

static void take_property(const char *line, const char *name, char ret_value[UUID_LENGTH + 1]) {
        if (strncmp(line, name, strlen(name)) == 0)
                snprintf(ret_value, UUID_LENGTH + 1, "%s", line + strlen(name));
}

/* What udev has found out about a block device; false when it knows nothing of it. */
static bool read_partition(const char *root, unsigned major, unsigned minor,
                           struct partition *ret_partition) {
        struct partition partition = { .major = major, .minor = minor };
        _cleanup_buffer_ struct buffer content;
        char name[64], path[PATH_MAX], *text, *line;

        buffer_init(&content, &system_allocator);
        snprintf(name, sizeof(name), UDEV_DIRECTORY "/b%u:%u", major, minor);
        if (!system_file_path(root, name, path) || file_read_at(AT_FDCWD, path, UDEV_LIMIT, &content) < 0)
                return false;
        buffer_append(&content, bytes_of("", 1));
        if (buffer_error(&content) < 0)
                return false;
        text = (char *) content.data;
        while ((line = strsep(&text, "\n"))) {
                take_property(line, "E:ID_PART_ENTRY_TYPE=", partition.type);
                take_property(line, "E:ID_PART_ENTRY_UUID=", partition.uuid);
        }
        *ret_partition = partition;
        return true;
}

static bool is_esp(const struct partition *partition) {
        return strcasecmp(partition->type, ESP_TYPE) == 0;
}

/* --- what is mounted ---------------------------------------------------------------------------- */

/* The mount on this directory itself, and all of its file system. */
static bool find_mount(const char *root, const char *directory, struct mount_row *ret_row) {
        return mount_table_read(root, directory, ret_row) == 0 &&
               strcmp(ret_row->mount_point, directory) == 0 && strcmp(ret_row->root, "/") == 0;
}

/* Without udev nothing tells a partition's type to everybody: then what lies there has to. */
static bool holds_esp(const char *root, const struct mount_row *row) {
        struct partition partition;
        char path[PATH_MAX];

        if (strcmp(row->file_system, "vfat") != 0)
                return false;
        if (read_partition(root, row->major, row->minor, &partition))
                return is_esp(&partition);
        return system_file_path(row->mount_point, "/EFI", path) && system_file_exists(root, path);
}

/* --- what is there ------------------------------------------------------------------------------ */

static void read_loader_uuid(const char *root, char ret_uuid[UUID_LENGTH + 1]) {
        _cleanup_buffer_ struct buffer content;
        char path[PATH_MAX];

        ret_uuid[0] = '\0';
        buffer_init(&content, &system_allocator);
        if (!system_file_path(root, LOADER_VARIABLE, path) ||
            file_read_at(AT_FDCWD, path, UDEV_LIMIT, &content) < 0 || content.size < 4 + 2 * UUID_LENGTH)
                return;
        for (size_t i = 0; i < UUID_LENGTH; i++)
                ret_uuid[i] = (char) content.data[4 + 2 * i];
        ret_uuid[UUID_LENGTH] = '\0';
}

/* Of several the one that this system was started from; else the one with the lowest number. */
static bool is_better(const struct partition *partition, const struct partition *other, const char *loader) {
        bool is_loaders = strcasecmp(partition->uuid, loader) == 0;

        if (is_loaders != (strcasecmp(other->uuid, loader) == 0))
                return is_loaders;
        return partition->major != other->major ? partition->major < other->major
                                                : partition->minor < other->minor;
}

/* Calls `visit` for each ESP that udev knows. */
static void walk_partitions(const char *root, void (*visit)(void *context, const struct partition *partition),
                            void *context) {
        _cleanup_closedir_ DIR *directory = NULL;
        char path[PATH_MAX];
        const struct dirent *entry;

        directory = system_file_path(root, UDEV_DIRECTORY, path) ? opendir(path) : NULL;
        for (size_t i = 0; directory && i < UDEV_FILES_MAX && (entry = readdir(directory)); i++) {
                struct partition partition;
                unsigned major, minor;

                if (sscanf(entry->d_name, "b%u:%u", &major, &minor) == 2 &&
                    read_partition(root, major, minor, &partition) && is_esp(&partition))
                        visit(context, &partition);
        }
}

struct search {
        char loader[UUID_LENGTH + 1];
        bool found;
        struct partition best;
};

static void look_for_best(void *context, const struct partition *partition) {
        struct search *search = context;

        if (!search->found || is_better(partition, &search->best, search->loader))
                search->best = *partition;
        search->found = true;
}

static bool find_partition(const char *root, struct partition *ret_partition) {
        struct search search = { 0 };

        read_loader_uuid(root, search.loader);
        walk_partitions(root, look_for_best, &search);
        if (search.found)
                *ret_partition = search.best;
        return search.found;
}

/* --- both --------------------------------------------------------------------------------------- */

/* Whether there is such a directory; what lies below systemd's automounts is not looked at. */
static bool is_there(const char *root, const char *directory) {
        struct mount_row row;

        return (mount_table_read(root, directory, &row) < 0 || strcmp(row.file_system, "autofs") != 0) &&
               system_file_exists(root, directory);
}

/* Where it may be mounted: what is there already, and not /boot, which has the kernels' own files. */
static void choose_directory(const char *root, struct esp *esp) {
        bool has_efi = is_there(root, "/efi"), has_boot_efi = is_there(root, "/boot/efi");

        strcpy(esp->directory, has_boot_efi && !has_efi ? "/boot/efi" : "/efi");
        esp->lacks_directory = !has_efi && !has_boot_efi;
}

void esp_find(const char *root, struct esp *ret_esp) {
        struct esp *esp = ret_esp;
        struct partition partition;
        struct mount_row row;

        *esp = (struct esp){ .state = ESP_ABSENT };
        for (size_t i = 0; i < ARRAY_SIZE(esp_directories); i++) {
                if (!find_mount(root, esp_directories[i], &row))
                        continue;
                if (holds_esp(root, &row)) {
                        esp->state = ESP_MOUNTED;
                        strcpy(esp->directory, esp_directories[i]);
                        (void) block_device_name(root, row.major, row.minor, esp->device,
                                                 sizeof(esp->device));
                        return;
                }
                if (strcmp(row.file_system, "autofs") == 0 && esp->directory[0] == '\0')
                        strcpy(esp->directory, esp_directories[i]);
        }
        if (!find_partition(root, &partition))
                return;
        (void) block_device_name(root, partition.major, partition.minor, esp->device, sizeof(esp->device));
        if (mount_table_read_device(root, partition.major, partition.minor, &row) == 0) {
                esp->state = ESP_ELSEWHERE;
                strcpy(esp->directory, row.mount_point);
        } else if (esp->directory[0]) {
                esp->state = ESP_ASLEEP;
        } else {
                esp->state = ESP_UNMOUNTED;
                choose_directory(root, esp);
        }
}

void esp_describe(const struct esp *esp, char *ret_why, size_t size) {
        static const char partition[] = "the EFI system partition is";

        ret_why[0] = '\0';
        if (esp->state == ESP_UNMOUNTED)
                snprintf(ret_why, size, "%s not mounted (%smount %s %s)", partition,
                         esp->lacks_directory ? "mkdir /efi; " : "", esp->device[0] ? esp->device : "DEVICE",
                         esp->directory);
        else if (esp->state == ESP_ASLEEP)
                snprintf(ret_why, size, "%s not mounted (ls %s mounts it)", partition, esp->directory);
        else if (esp->state == ESP_ELSEWHERE)
                snprintf(ret_why, size, "%s mounted on %s, where it is not looked for", partition,
                         esp->directory);
}

/* --- for a file that firmware is to start ------------------------------------------------------- */

/* Of an array, a mapping and the like no partition's type is told: then what lies there has to. */
static bool may_hold_esp(const char *root, const struct mount_row *row) {
        char path[PATH_MAX];

        return holds_esp(root, row) ||
               (strcmp(row->file_system, "vfat") == 0 && block_device_above(root, row->major, row->minor) &&
                system_file_path(row->mount_point, "/EFI", path) && system_file_exists(root, path));
}

/* The only one. */
static int find_only_mount(const char *root, struct mount_row *ret_row, struct reason *ret_reason) {
        char names[256], why[ESP_WHY_SIZE];
        struct text text = TEXT_ON(names);
        struct esp esp;
        size_t count = 0;

        for (size_t i = 0; i < ARRAY_SIZE(esp_directories); i++) {
                struct mount_row row;

                if (!find_mount(root, esp_directories[i], &row) || !may_hold_esp(root, &row))
                        continue;
                text_format(&text, "%s%s", count > 0 ? " and " : "", row.mount_point);
                *ret_row = row;
                count++;
        }
        if (count > 1)
                return reason_set(ret_reason, ERR_INVALID_ARGUMENT,
                                  "EFI system partitions are mounted on %s: say which by --esp", names);
        if (count == 1)
                return 0;
        esp_find(root, &esp);
        esp_describe(&esp, why, sizeof(why));
        return reason_set(ret_reason, ERR_NOT_FOUND, "%s",
                          why[0] ? why : "no EFI system partition is mounted on /efi, /boot or /boot/efi");
}

static int find_mount_on(const char *root, const char *directory, struct mount_row *ret_row,
                         struct reason *ret_reason) {
        char path[PATH_MAX];
        size_t length;

        snprintf(path, sizeof(path), "%s", directory);
        for (length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
                path[length - 1] = '\0';
        if (find_mount(root, path, ret_row) && strcmp(ret_row->file_system, "vfat") == 0)
                return 0;
        return reason_set(ret_reason, ERR_INVALID_ARGUMENT, "%s: no FAT is mounted there", path);
}

/* The members of an array by name, for who may mount one of them. */
static void put_members(const char *root, const struct mount_row *row, struct text *text) {
        char link[64], path[PATH_MAX];
        _cleanup_closedir_ DIR *directory = NULL;
        const struct dirent *entry;

        snprintf(link, sizeof(link), "/sys/dev/block/%u:%u/slaves", row->major, row->minor);
        directory = system_file_path(root, link, path) ? opendir(path) : NULL;
        while (directory && (entry = readdir(directory)))
                if (entry->d_name[0] != '.')
                        text_format(text, "%s/dev/%s", text->length > 0 ? ", " : "", entry->d_name);
}

static int refuse_layer(const char *root, const struct mount_row *row, const char *layer,
                        struct reason *ret_reason) {
        char members[256];
        struct text text = TEXT_ON(members);

        put_members(root, row, &text);
        return reason_set(
                ret_reason, ERR_NOT_SUPPORTED,
                "%s lies on %s%s%s%s: firmware starts a file from a plain partition alone; mount one, "
                "and name it by --esp",
                row->mount_point, layer, text.length > 0 ? " (of " : "", members, text.length > 0 ? ")" : "");
}

/* The disk's device, and the partition's number on it; as sysfs has them. */
static bool find_disk(const char *root, const struct mount_row *row, char ret_disk[PATH_MAX],
                      uint64_t *ret_number) {
        char link[96], path[PATH_MAX], real_path[PATH_MAX], name[PATH_MAX];
        unsigned major, minor;

        snprintf(link, sizeof(link), "/sys/dev/block/%u:%u/partition", row->major, row->minor);
        if (!system_file_number(root, link, ret_number) || *ret_number == 0 || *ret_number > INT32_MAX)
                return false;
        snprintf(link, sizeof(link), "/sys/dev/block/%u:%u/..", row->major, row->minor);
        return system_file_path(root, link, path) && realpath(path, real_path) &&
               system_file_line(real_path, "/dev", name, sizeof(name)) &&
               sscanf(name, "%u:%u", &major, &minor) == 2 &&
               block_device_name(root, major, minor, name, sizeof(name)) &&
               system_file_path(root, name, ret_disk);
}

/* libblkid counts in 512 bytes, whatever the disk's blocks are. */
static bool take_partition(blkid_probe disk, int number, struct esp_place *place) {
        blkid_partlist list = blkid_probe_get_partitions(disk);
        blkid_partition partition = list ? blkid_partlist_get_partition_by_partno(list, number) : NULL;
        const char *type = partition ? blkid_partition_get_type_string(partition) : NULL;
        const char *uuid = partition ? blkid_partition_get_uuid(partition) : NULL;
        unsigned ratio = blkid_probe_get_sectorsize(disk) / 512;

        if (!type || strcasecmp(type, ESP_TYPE) != 0 || !uuid || ratio == 0 ||
            guid_parse(text_view(uuid), &place->guid) < 0)
                return false;
        place->number = (uint32_t) number;
        place->start = (uint64_t) blkid_partition_get_start(partition) / ratio;
        place->block_count = (uint64_t) blkid_partition_get_size(partition) / ratio;
        return true;
}

static int read_partition_table(const char *path, int number, struct esp_place *place,
                                struct reason *ret_reason) {
        blkid_probe disk;
        bool is_there;

        errno = 0;
        disk = blkid_new_probe_from_filename(path);
        if (!disk) {
                int r = errno ? errno_to_error(errno) : ERR_IO;

                return reason_set(ret_reason, r, "%s: %s", path, error_text(r));
        }
        is_there = take_partition(disk, number, place);
        blkid_free_probe(disk);
        return is_there ? 0
                        : reason_set(ret_reason, ERR_INVALID_ARGUMENT,
                                     "%s: by the GPT of %s it is no EFI system partition", place->directory,
                                     path);
}

struct others {
        const char *root;
        unsigned major, minor; /* of the one that was chosen */
        struct text text;
};

static void add_other(void *context, const struct partition *partition) {
        struct others *others = context;
        char name[64];

        if ((partition->major != others->major || partition->minor != others->minor) &&
            block_device_name(others->root, partition->major, partition->minor, name, sizeof(name)))
                text_format(&others->text, "%s%s", others->text.length > 0 ? ", " : "", name);
}

int esp_choose(const char *root, const char *directory, struct esp_place *ret_place,
               struct reason *ret_reason) {
        struct esp_place *place = ret_place;
        struct others others = { .root = root };
        char disk[PATH_MAX];
        struct mount_row row;
        const char *layer;
        uint64_t number;
        int r;

        *place = (struct esp_place){ 0 };
        r = directory ? find_mount_on(root, directory, &row, ret_reason)
                      : find_only_mount(root, &row, ret_reason);
        if (r < 0)
                return r;
        strcpy(place->directory, row.mount_point);
        (void) block_device_name(root, row.major, row.minor, place->device, sizeof(place->device));
        layer = block_device_above(root, row.major, row.minor);
        if (layer)
                return refuse_layer(root, &row, layer, ret_reason);
        if (!find_disk(root, &row, disk, &number))
                return reason_set(ret_reason, ERR_INVALID_ARGUMENT, "%s: is no partition of a disk",
                                  row.mount_point);
        r = read_partition_table(disk, (int) number, place, ret_reason);
        others.major = row.major;
        others.minor = row.minor;
        others.text = TEXT_ON(place->others);
        walk_partitions(root, add_other, &others);
        return r;
}
