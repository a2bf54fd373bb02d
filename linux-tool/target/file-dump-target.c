/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* syncfs() */
#include "linux-tool/target/file-dump-target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "linux/volatile-directory.h"
#include "posix/beneath.h"
#include "posix/directory.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/dump.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE      0600

/* What another dump into the same directory may take. */
#define LOCK_TRIES    300
#define LOCK_PAUSE_NS (100L * 1000 * 1000)

/*
 * One dump at a time: what is not finished has the same name in all of them. Where a file system has no locks
 * that has to be hoped for.
 */
static int lock(int fd) {
        for (unsigned i = 0; i < LOCK_TRIES; i++) {
                static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

                if (flock(fd, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR))
                        return 0;
                (void) nanosleep(&pause, NULL);
        }
        return ERR_IN_USE;
}

/* ERR_NOT_FOUND when there is none. */
static int open_root(struct file_dump_target *target) {
        int fd = open(target->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

        if (fd < 0)
                return errno_to_error(errno);
        r = lock(fd);
        if (r < 0)
                close(fd);
        else
                target->fd = fd;
        return r;
}

static int make_root(struct file_dump_target *target) {
        int r;

        if (target->fd >= 0)
                return 0;
        r = durable_directory_make(AT_FDCWD, target->path, DIRECTORY_MODE);
        return r < 0 ? r : open_root(target);
}

static int target_make_directory(void *context, const char *path) {
        struct file_dump_target *target = context;
        int r;

        r = make_root(target);
        if (r == 0 && mkdirat(target->fd, path, DIRECTORY_MODE) < 0 && errno != EEXIST)
                r = errno_to_error(errno);
        return r;
}

static int remove_name(const struct file_dump_target *target, const char *path, int flags) {
        _cleanup_close_ int directory = -1;
        const char *name;

        if (target->fd < 0)
                return ERR_NOT_FOUND;
        directory = beneath_open_parent(target->fd, path, &name);
        if (directory < 0)
                return directory;
        if (unlinkat(directory, name, flags) == 0)
                return 0;
        return errno == EISDIR || errno == ENOTDIR ? ERR_INVALID_ARGUMENT : errno_to_error(errno);
}

/* Always a new file: nobody else has it open, and no link leads out of it. The descriptor. */
static int write_new_file(struct file_dump_target *target, const char *path, struct bytes content) {
        int fd = beneath_open(target->fd, path, O_WRONLY | O_CREAT | O_EXCL, FILE_MODE), r;

        if (fd < 0)
                return fd;
        r = file_write_all(fd, content);
        if (r < 0)
                close(fd);
        return r < 0 ? r : fd;
}

static int target_write_file(void *context, const char *path, struct bytes content) {
        struct file_dump_target *target = context;
        _cleanup_close_ int fd = -1;
        int r;

        r = make_root(target);
        if (r == 0)
                r = remove_name(target, path, 0);
        if (r < 0 && r != ERR_NOT_FOUND)
                return r;
        fd = write_new_file(target, path, content);
        return fd < 0 ? fd : durable_flush(fd);
}

static int target_read_file(void *context, const char *path, struct buffer *buffer) {
        struct file_dump_target *target = context;
        _cleanup_close_ int fd = -1;

        buffer->size = 0;
        if (target->fd < 0)
                return ERR_NOT_FOUND;
        fd = beneath_open_file(target->fd, path);
        return fd < 0 ? fd : file_read_all(fd, FILE_SIZE_MAX, buffer);
}

static int target_remove_file(void *context, const char *path) {
        return remove_name(context, path, 0);
}

static int target_remove_directory(void *context, const char *path) {
        return remove_name(context, path, AT_REMOVEDIR);
}

/* rename() replaces an empty directory, which loses nothing. */
static int target_rename_directory(void *context, const char *from, const char *to) {
        const struct file_dump_target *target = context;

        if (renameat(target->fd, from, target->fd, to) == 0)
                return 0;
        return errno == ENOTDIR ? ERR_EXISTS : errno_to_error(errno);
}

/* Of a directory that is above: who made it may have been cut off before it was flushed. */
static int flush_root(struct file_dump_target *target) {
        int r = durable_flush(target->fd);

        if (r == 0 && !target->above_flushed)
                r = durable_flush_above(target->fd);
        target->above_flushed |= r == 0;
        return r;
}

static int target_flush(void *context, const char *path) {
        struct file_dump_target *target = context;
        _cleanup_close_ int fd = -1;

        if (target->fd < 0)
                return ERR_NOT_FOUND;
        if (!path[0])
                return flush_root(target);
        fd = beneath_open(target->fd, path, O_RDONLY | O_NONBLOCK, 0);
        return fd < 0 ? fd : durable_flush(fd);
}

static bool target_is_at(void *context, const char *location) {
        const struct file_dump_target *target = context;
        struct stat own, other;

        return target->fd >= 0 && fstat(target->fd, &own) == 0 && stat(location, &other) == 0 &&
               own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/* --- many files at once ------------------------------------------------------------------------- */

static int many_write_file(void *context, const char *path, struct bytes content) {
        _cleanup_close_ int fd = write_new_file(context, path, content);

        return fd < 0 ? fd : 0;
}

static int many_rename_file(void *context, const char *from, const char *to) {
        const struct file_dump_target *target = context;
        _cleanup_close_ int from_fd = -1, to_fd = -1;
        const char *from_name, *to_name;

        from_fd = beneath_open_parent(target->fd, from, &from_name);
        if (from_fd < 0)
                return from_fd;
        to_fd = beneath_open_parent(target->fd, to, &to_name);
        if (to_fd < 0)
                return to_fd;
        if (renameat(from_fd, from_name, to_fd, to_name) == 0)
                return 0;
        return errno == EISDIR ? ERR_EXISTS : errno_to_error(errno);
}

static int many_remove_tree(void *context, const char *path) {
        const struct file_dump_target *target = context;

        return target->fd < 0 ? ERR_NOT_FOUND : tree_remove(target->fd, path);
}

static int many_flush_all(void *context) {
        const struct file_dump_target *target = context;

        if (target->fd < 0)
                return 0; /* nothing was made */
        return syncfs(target->fd) < 0 ? errno_to_error(errno) : 0;
}

static const struct dump_target_many many = {
        .dump = dump_many,
        .worth_from = 4,
        .write_file = many_write_file,
        .rename_file = many_rename_file,
        .remove_tree = many_remove_tree,
        .flush_all = many_flush_all,
};

/*
 * Before Linux 5.8 syncfs() returned 0 whatever the disk had said (735e4ae5ba28, "vfs: track per-sb writeback
 * errors and report them to syncfs"): there each file is flushed by itself.
 */
static bool syncfs_tells_errors(void) {
        unsigned major = 0, minor = 0;
        struct utsname kernel;

        return uname(&kernel) == 0 && sscanf(kernel.release, "%u.%u", &major, &minor) == 2 &&
               (major > 5 || (major == 5 && minor >= 8));
}

int file_dump_target_open(struct file_dump_target *target, const char *path,
                          struct dump_target *ret_dump_target) {
        int r;

        *target = (struct file_dump_target){ .path = path, .fd = -1 };
        r = open_root(target);
        if (r < 0 && r != ERR_NOT_FOUND)
                return r;
        *ret_dump_target = (struct dump_target){
                .context = target,
                .is_volatile = volatile_directory(path),
                .make_directory = target_make_directory,
                .write_file = target_write_file,
                .read_file = target_read_file,
                .remove_file = target_remove_file,
                .remove_directory = target_remove_directory,
                .rename_directory = target_rename_directory,
                .flush = target_flush,
                .is_at = target_is_at,
                .many = syncfs_tells_errors() ? &many : NULL,
        };
        return 0;
}

void file_dump_target_close(struct file_dump_target *target) {
        cleanup_close(&target->fd);
        target->fd = -1;
}
