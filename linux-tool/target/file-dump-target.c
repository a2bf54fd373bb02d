/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/target/file-dump-target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE      0600

static int open_directory(int at, const char *path) {
        int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? errno_to_error(errno) : fd;
}

static int flush_directory(int at, const char *path) {
        _cleanup_close_ int fd = open_directory(at, path);

        if (fd < 0)
                return fd;
        return fsync(fd) < 0 ? errno_to_error(errno) : 0;
}

/* What of `path` names the directory that holds it: "." for a name alone, "/" for one in the root. */
static void parent_path(const char *path, char ret_parent[PATH_MAX]) {
        const char *slash = strrchr(path, '/');
        size_t length = slash ? (size_t) (slash - path) : 0;

        if (!slash)
                snprintf(ret_parent, PATH_MAX, ".");
        else
                snprintf(ret_parent, PATH_MAX, "%.*s", slash == path ? 1 : (int) length, path);
}

static int make_one_directory(int at, const char *path) {
        char parent[PATH_MAX];

        if (mkdirat(at, path, DIRECTORY_MODE) < 0)
                return errno == EEXIST ? 0 : errno_to_error(errno);
        parent_path(path, parent);
        return flush_directory(at, parent);
}

/* The directory and all above it. */
static int make_directories(int at, const char *path) {
        char prefix[PATH_MAX];
        size_t length = strlen(path);
        int r = 0;

        if (length >= sizeof(prefix))
                return ERR_TOO_LARGE;
        for (size_t i = 1; i <= length && r == 0; i++) {
                if (path[i] != '/' && path[i] != '\0')
                        continue;
                memcpy(prefix, path, i);
                prefix[i] = '\0';
                r = make_one_directory(at, prefix);
        }
        return r;
}

static int make_root(struct file_dump_target *target) {
        int fd, r;

        if (target->fd >= 0)
                return 0;
        r = make_directories(AT_FDCWD, target->path);
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
        return r < 0 ? r : make_directories(target->fd, path);
}

static int write_new_file(int at, const char *path, struct bytes content) {
        _cleanup_close_ int fd =
                openat(at, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
        int r;

        if (fd < 0)
                return errno_to_error(errno);
        r = file_write_all(fd, content);
        if (r < 0)
                return r;
        return fsync(fd) < 0 ? errno_to_error(errno) : 0;
}

/* Under another name first, so that a file that has its name is whole, whenever the power goes. */
static int target_write_file(void *context, const char *path, struct bytes content) {
        struct file_dump_target *target = context;
        char temporary[PATH_MAX], parent[PATH_MAX];
        int r;

        r = make_root(target);
        if (r < 0)
                return r;
        if (snprintf(temporary, sizeof(temporary), "%s.tmp", path) >= (int) sizeof(temporary))
                return ERR_TOO_LARGE;
        r = write_new_file(target->fd, temporary, content);
        if (r == 0 && renameat(target->fd, temporary, target->fd, path) < 0)
                r = errno_to_error(errno);
        if (r < 0) {
                (void) unlinkat(target->fd, temporary, 0);
                return r;
        }
        parent_path(path, parent);
        return flush_directory(target->fd, parent);
}

static int target_read_file(void *context, const char *path, struct buffer *buffer) {
        struct file_dump_target *target = context;

        buffer->size = 0;
        if (target->fd < 0)
                return ERR_NOT_FOUND;
        return file_read_at(target->fd, path, FILE_SIZE_MAX, buffer);
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
        };
        return 0;
}

void file_dump_target_close(struct file_dump_target *target) {
        cleanup_close(&target->fd);
        target->fd = -1;
}
