/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/esp.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arith.h"
#include "linux/block-device.h"
#include "linux/mount-table.h"
#include "linux/system-file.h"
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

static bool find_partition(const char *root, struct partition *ret_partition) {
        _cleanup_closedir_ DIR *directory = NULL;
        char path[PATH_MAX], loader[UUID_LENGTH + 1];
        const struct dirent *entry;
        bool found = false;

        directory = system_file_path(root, UDEV_DIRECTORY, path) ? opendir(path) : NULL;
        read_loader_uuid(root, loader);
        for (size_t i = 0; directory && i < UDEV_FILES_MAX && (entry = readdir(directory)); i++) {
                struct partition partition;
                unsigned major, minor;

                if (sscanf(entry->d_name, "b%u:%u", &major, &minor) != 2 ||
                    !read_partition(root, major, minor, &partition) || !is_esp(&partition) ||
                    (found && !is_better(&partition, ret_partition, loader)))
                        continue;
                *ret_partition = partition;
                found = true;
        }
        return found;
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
