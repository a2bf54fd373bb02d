/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/target/file-dump-target.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE      0600

static int open_directory(int at, const char *path) {
        int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? errno_to_error(errno) : fd;
}

static int make_root(struct file_dump_target *target) {
        int fd, r;

        if (target->fd >= 0)
                return 0;
        r = durable_directory_make(AT_FDCWD, target->path, DIRECTORY_MODE);
        if (r < 0)
                return r;
        fd = open_directory(AT_FDCWD, target->path);
        if (fd < 0)
                return fd;
        target->fd = fd;
        return 0;
}

static int target_make_directory(void *context, const char *path) {
        struct file_dump_target *target = context;
        int r;

        r = make_root(target);
        return r < 0 ? r : durable_directory_make(target->fd, path, DIRECTORY_MODE);
}

static int target_write_file(void *context, const char *path, struct bytes content) {
        struct file_dump_target *target = context;
        int r;

        r = make_root(target);
        return r < 0 ? r : durable_file_write(target->fd, path, content, FILE_MODE);
}

static int target_read_file(void *context, const char *path, struct buffer *buffer) {
        struct file_dump_target *target = context;

        buffer->size = 0;
        if (target->fd < 0)
                return ERR_NOT_FOUND;
        return file_read_at(target->fd, path, FILE_SIZE_MAX, buffer);
}

static bool target_is_at(void *context, const char *location) {
        const struct file_dump_target *target = context;
        struct stat own, other;

        return target->fd >= 0 && fstat(target->fd, &own) == 0 && stat(location, &other) == 0 &&
               own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

int file_dump_target_open(struct file_dump_target *target, const char *path,
                          struct dump_target *ret_dump_target) {
        int fd = open_directory(AT_FDCWD, path);

        if (fd < 0 && fd != ERR_NOT_FOUND)
                return fd;
        *target = (struct file_dump_target){ .path = path, .fd = fd < 0 ? -1 : fd };
        *ret_dump_target = (struct dump_target){
                .context = target,
                .make_directory = target_make_directory,
                .write_file = target_write_file,
                .read_file = target_read_file,
                .is_at = target_is_at,
        };
        return 0;
}

void file_dump_target_close(struct file_dump_target *target) {
        cleanup_close(&target->fd);
        target->fd = -1;
}
