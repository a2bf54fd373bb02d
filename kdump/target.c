/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/target.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "capture/block.h"
#include "kdump/network.h"
#include "linux/block-device.h"
#include "linux/mount-table.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* What an initramfs of ours mounts. */
static const char *const file_systems[] = { "ext4", "ext3", "ext2", "xfs", "btrfs", "vfat", NULL };

/* File systems without a block device, in words; of others the kernel's name has to do. */
static const struct {
        const char *name, *words;
} deviceless[] = {
        { "cifs", "a network file system" },
        { "smb3", "a network file system" },
        { "ceph", "a network file system" },
        { "9p", "a file system of the host" },
        { "virtiofs", "a file system of the host" },
        { "overlay", "an overlay" },
        { "tmpfs", "memory" },
        { "ramfs", "memory" },
        { "rootfs", "memory" },
        { "zfs", "ZFS" },
        { "fuse", "FUSE" },
};

/* The directory without links; of its last parts, those that exist. What does not exist has no links. */
static int resolve(const char *root, const char *directory, char ret_existing[PATH_MAX],
                   char ret_directory[PATH_MAX]) {
        char head[PATH_MAX], path[PATH_MAX], real[PATH_MAX];
        size_t length, root_length = 0;

        if (!system_file_path("", directory, head))
                return ERR_TOO_LARGE;
        if (root[0] && (!realpath(root, real) || (root_length = strlen(real)) == 0))
                return errno_to_error(errno);
        /* From the whole path upwards, until something of it is there. */
        for (;;) {
                if (!system_file_path(root, head[0] ? head : "/", path))
                        return ERR_TOO_LARGE;
                if (realpath(path, real))
                        break;
                if (errno != ENOENT || !head[0])
                        return errno_to_error(errno);
                *strrchr(head, '/') = '\0';
        }
        /* What is there comes without its links and without the root; what is not, as it was given. */
        length = strlen(head);
        snprintf(ret_existing, PATH_MAX, "%s", real);
        memmove(real, real + root_length, strlen(real) - root_length + 1);
        if ((size_t) snprintf(ret_directory, PATH_MAX, "%s%s", strcmp(real, "/") == 0 ? "" : real,
                              directory + length) >= PATH_MAX)
                return ERR_TOO_LARGE;
        if (!ret_directory[0])
                strcpy(ret_directory, "/");
        return 0;
}

/* The mounted part of the file system, and in it what lies below the mount point. */
static int make_path(const struct mount_row *row, struct kdump_target *target) {
        const char *inside = strcmp(row->root, "/") == 0 ? "" : row->root;
        size_t skipped = strcmp(row->mount_point, "/") == 0 ? 0 : strlen(row->mount_point);
        const char *below = target->directory + skipped;

        if (strcmp(below, "/") == 0)
                below = "";
        if ((size_t) snprintf(target->path, sizeof(target->path), "%s%s", inside, below) >=
            sizeof(target->path))
                return ERR_TOO_LARGE;
        if (!target->path[0])
                strcpy(target->path, "/");
        return 0;
}

/* btrfs has a number of its own; its source is one of its devices. */
static void find_device(const char *root, const struct mount_row *row, struct kdump_target *target) {
        const char *words;

        if (kdump_network_is_share(row)) {
                kdump_network_find(root, row, target);
                return;
        }
        target->major = row->major;
        target->minor = row->minor;
        if ((row->major == 0 && !block_device_number(root, row->source, &target->major, &target->minor)) ||
            !block_device_name(root, target->major, target->minor, target->device, sizeof(target->device))) {
                snprintf(target->above, sizeof(target->above), "%s, which has no block device",
                         row->file_system);
                for (size_t i = 0; i < ARRAY_SIZE(deviceless); i++)
                        if (strcmp(row->file_system, deviceless[i].name) == 0)
                                snprintf(target->above, sizeof(target->above), "%s", deviceless[i].words);
                return;
        }
        words = block_device_above(root, target->major, target->minor);
        if (words)
                snprintf(target->above, sizeof(target->above), "%s", words);
        target->is_stacked = block_device_is_stacked(root, target->major, target->minor);
}

/* What looks like two file systems at once has no UUID, rather than one of the two. */
static void probe(const char *root, struct kdump_target *target) {
        struct block_signature signature;
        char path[PATH_MAX];

        if (target->device[0] == '/' && system_file_path(root, target->device, path) &&
            block_read_signature(path, &signature) == 0)
                snprintf(target->uuid, sizeof(target->uuid), "%s", signature.uuid);
}

/* A member of the list "a=1,b" with its value, as it stands there. */
static void copy_option(const char *options, const char *name, struct text *text) {
        const char *value = mount_option_find(options, name);

        if (!value)
                return;
        text_format(text, "%s%s", text->length > 0 ? "," : "", name);
        text_put_bytes(text, bytes_of(value, strcspn(value, ",")));
}

/*
 * The top of a btrfs, whatever is its default; the code pages of a vfat are what it is mounted with now, as
 * each is a module of its own.
 */
static void choose_options(const struct mount_row *row, struct kdump_target *target) {
        struct text text = TEXT_ON(target->mount_options);

        if (strcmp(row->file_system, "btrfs") == 0)
                text_put(&text, "subvolid=5");
        if (strcmp(row->file_system, "vfat") == 0) {
                copy_option(row->options, "codepage=", &text);
                copy_option(row->options, "iocharset=", &text);
        }
}

/* Whether a file in one of the directories of btrfs in sysfs says so; "devinfo/2", "/missing". */
static bool btrfs_says(const char *root, const char *directory, const char *member) {
        char path[PATH_MAX];
        uint64_t value;

        return system_file_path(directory, member, path) && system_file_number(root, path, &value) && value;
}

/* What btrfs says of the devices that it should have (K6.1 fs/btrfs/sysfs.c, devid_attrs). */
static void judge_btrfs(const char *root, const char *top, struct kdump_target *target) {
        char name[PATH_MAX], path[PATH_MAX];
        _cleanup_closedir_ DIR *devices = NULL;
        const struct dirent *entry;

        if (system_file_path(top, "/devinfo", name) && system_file_path(root, name, path))
                devices = opendir(path);
        while (devices && (entry = readdir(devices))) {
                char directory[PATH_MAX];

                if ((size_t) snprintf(directory, sizeof(directory), "%s/%.32s", name, entry->d_name) >=
                    sizeof(directory))
                        continue;
                if (btrfs_says(root, directory, "/missing"))
                        snprintf(target->refusal, sizeof(target->refusal),
                                 "it is a btrfs of which the device %.32s is missing", entry->d_name);
                if (btrfs_says(root, directory, "/replace_target"))
                        snprintf(target->refusal, sizeof(target->refusal),
                                 "it is a btrfs of which a device is being replaced");
        }
}

/* The crash kernel finds them by the UUID alone: they have to be those that the kernel uses now. */
static void compare_btrfs(const char *root, size_t count, struct kdump_target *target) {
        struct disk_set set;
        int r = disk_find_all(root, target->uuid, &set);
        struct text why = TEXT_ON(target->refusal);

        if (count > DISK_SET_MAX)
                text_format(&why, "it is a btrfs of %zu devices, and more than %d are not waited for", count,
                            DISK_SET_MAX);
        else if (r == ERR_EXISTS)
                text_format(&why, "two devices claim to be the same one of the btrfs %s: one is a copy",
                            target->uuid);
        else if (r < 0 || set.count > count)
                text_format(&why, "more devices have the btrfs %s than it uses", target->uuid);
        else if (set.count < count)
                text_format(&why,
                            "of the %zu devices of this btrfs %zu have its UUID (another is a seed's, or "
                            "cannot be read)",
                            count, set.count);
}

static void add_device(const char *root, const char *name, struct kdump_target *target) {
        struct kdump_device *device = &target->devices[target->device_count];
        char path[PATH_MAX];
        const char *words;

        if (!system_file_path("/dev/", name, path) ||
            !block_device_number(root, path, &device->major, &device->minor))
                return;
        target->device_count++;
        words = block_device_above(root, device->major, device->minor);
        if (words)
                snprintf(target->above, sizeof(target->above), "%s", words);
}

/* Those of a btrfs that spreads over several, each of which a crash kernel has to wait for. */
static void find_btrfs_devices(const char *root, struct kdump_target *target) {
        char top[128], name[PATH_MAX], path[PATH_MAX];
        _cleanup_closedir_ DIR *devices = NULL;
        const struct dirent *entry;
        size_t count = 0;

        snprintf(top, sizeof(top), "/sys/fs/btrfs/%s", target->uuid);
        if (strcmp(target->file_system, "btrfs") != 0 || !system_file_path(top, "/devices", name) ||
            !system_file_path(root, name, path))
                return;
        devices = opendir(path);
        while (devices && (entry = readdir(devices)))
                if (entry->d_name[0] != '.' && count++ < DISK_SET_MAX)
                        add_device(root, entry->d_name, target);
        if (count > 1) {
                target->is_stacked = false; /* not on one stack */
                compare_btrfs(root, count, target);
        } else
                target->device_count = 0;
        judge_btrfs(root, top, target);
}

static bool is_of_others(const struct stat *directory) {
        return directory->st_uid != 0 && directory->st_uid != geteuid();
}

/* A group of one's own is no other. */
bool kdump_others_can_write(const struct stat *directory) {
        bool group =
                directory->st_gid != 0 && directory->st_gid != getegid() && (directory->st_mode & S_IWGRP);

        return is_of_others(directory) || group || (directory->st_mode & S_IWOTH);
}

/* In a sticky directory nobody renames what is root's, but its owner. */
static bool others_can_exchange(const struct stat *directory) {
        return directory->st_mode & S_ISVTX ? is_of_others(directory) : kdump_others_can_write(directory);
}

/*
 * On a share the owner is whom the server takes us for, which the load tries; and others have nothing to run
 * there, but must not put a directory of theirs in the place of ours.
 */
static bool is_open_share(const struct stat *directory) {
        return directory->st_mode & S_ISVTX ? false : directory->st_mode & (S_IWGRP | S_IWOTH);
}

/* From the directory that exists up to the root: the first that is not root's alone. */
static int judge_way(const char *root, const char *existing, struct kdump_target *target) {
        char real[PATH_MAX] = "", path[PATH_MAX];
        bool (*is_open)(const struct stat *directory) = kdump_others_can_write;
        struct stat status;
        size_t root_length, share_length;

        if (root[0] && !realpath(root, real))
                return errno_to_error(errno);
        root_length = strlen(real);
        share_length = kdump_target_is_share(target) ? root_length + strlen(target->mount_point) : SIZE_MAX;
        snprintf(path, sizeof(path), "%s", existing);
        for (;;) {
                char *slash = strrchr(path, '/');

                if (stat(path[0] ? path : "/", &status) < 0)
                        return errno_to_error(errno);
                target->may_hold_others |= is_open(&status);
                target->open_to_others =
                        strlen(path) >= share_length ? is_open_share(&status) : is_open(&status);
                if (target->open_to_others)
                        snprintf(target->open_directory, sizeof(target->open_directory), "%s",
                                 path[root_length] ? path + root_length : "/");
                if (target->open_to_others || !slash || strlen(path) <= root_length || strcmp(path, "/") == 0)
                        return 0;
                *slash = '\0';
                is_open = others_can_exchange;
        }
}

static int measure(const char *existing, struct kdump_target *target) {
        struct statvfs status;

        if (statvfs(existing, &status) < 0)
                return errno_to_error(errno);
        target->free_bytes = (uint64_t) status.f_bfree * status.f_frsize;
        target->read_only = status.f_flag & ST_RDONLY;
        return 0;
}

static int fill(const char *root, const char *directory, struct kdump_target *target) {
        struct mount_row row = { 0 };
        char existing[PATH_MAX];
        int r;

        r = resolve(root, directory, existing, target->directory);
        if (r == 0)
                r = mount_table_read(root, target->directory, &row);
        if (r == 0)
                r = measure(existing, target);
        if (r < 0)
                return r;
        snprintf(target->mount_point, sizeof(target->mount_point), "%s", row.mount_point);
        snprintf(target->file_system, sizeof(target->file_system), "%.15s", row.file_system);
        find_device(root, &row, target);
        probe(root, target);
        if (!kdump_target_is_share(target))
                choose_options(&row, target);
        find_btrfs_devices(root, target); /* by the UUID that probe() has found */
        r = judge_way(root, existing, target);
        return r < 0 ? r : make_path(&row, target);
}

/* It is one, or is not there yet and can be made: below a file, or by "..", it cannot. */
static bool may_be_directory(const char *root, const char *directory) {
        char path[PATH_MAX];
        struct stat status;

        if (!system_file_path(root, directory, path))
                return false;
        if (stat(path, &status) == 0)
                return S_ISDIR(status.st_mode);
        return errno != ENOTDIR && !strstr(directory, "/../");
}

int kdump_target_find(const char *root, const char *directory, struct kdump_target *ret_target,
                      struct reason *ret_reason) {
        struct kdump_target target = { 0 };
        int r;

        if (directory[0] != '/')
                return reason_set(ret_reason, ERR_INVALID_ARGUMENT, "%s: no absolute path", directory);
        if (!may_be_directory(root, directory))
                return reason_set(ret_reason, ERR_INVALID_ARGUMENT, "%s: no directory", directory);
        r = fill(root, directory, &target);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: cannot tell where it is: %s", directory, error_text(r));
        *ret_target = target;
        return 0;
}

static int check_place(const struct kdump_target *target, uint64_t needed_bytes, struct reason *ret_reason) {
        if (target->open_to_others && kdump_target_is_share(target))
                return reason_set(ret_reason, ERR_PERMISSION,
                                  "%s: others can write to %s, and put a directory of theirs in its place",
                                  target->directory, target->open_directory);
        if (target->open_to_others)
                return reason_set(ret_reason, ERR_PERMISSION,
                                  "%s: others than root can write to %s, and the crash kernel runs as "
                                  "root what lies there",
                                  target->directory, target->open_directory);
        if (target->read_only)
                return reason_set(ret_reason, ERR_READ_ONLY, "%s: mounted read-only at %s", target->directory,
                                  target->mount_point);
        if (target->free_bytes < needed_bytes)
                return reason_set(ret_reason, ERR_NO_SPACE,
                                  "%s: %llu MiB are free, and a dump of this machine may take %llu",
                                  target->directory, (unsigned long long) (target->free_bytes >> 20),
                                  (unsigned long long) (needed_bytes >> 20));
        return 0;
}

int kdump_target_check(const struct kdump_target *target, uint64_t needed_bytes, struct reason *ret_reason) {
        const char *directory = target->directory;

        if (target->above[0] && !target->is_stacked)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "%s: lies on %s, which only the distribution's initramfs mounts: "
                                  "choose a directory on a plain partition, or initramfs = distribution",
                                  directory, target->above);
        if (target->refusal[0])
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "%s: %s", directory, target->refusal);
        if (kdump_target_is_share(target))
                return check_place(target, needed_bytes, ret_reason);
        if (!text_is_among(target->file_system, file_systems))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "%s: the file system is %s; it has to be ext2, ext3, ext4, xfs, btrfs, "
                                  "vfat or NFS",
                                  directory, target->file_system);
        if (!target->uuid[0])
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "%s: the file system on %s has no UUID that can be read", directory,
                                  target->device);
        return check_place(target, needed_bytes, ret_reason);
}

int kdump_target_check_mounted(const struct kdump_target *target, uint64_t needed_bytes,
                               struct reason *ret_reason) {
        if (strcmp(target->mount_point, "/") != 0)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "%s: lies on the file system at %s, and the distribution's initramfs "
                                  "mounts the root file system alone",
                                  target->directory, target->mount_point);
        if (kdump_target_is_share(target) && target->may_hold_others)
                return reason_set(ret_reason, ERR_PERMISSION,
                                  "%s: others than root own it, or can write there, and the distribution's "
                                  "initramfs runs what lies there",
                                  target->directory);
        return check_place(target, needed_bytes, ret_reason);
}
