/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* syncfs(), renameat2() */
#include "posix/durable-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/* Names are made of the clock: nobody meets this by accident. */
#define NAMES_MAX 100

/* No path has more. */
#define DIRECTORIES_MAX (PATH_MAX / 2)

int durable_flush(int fd) {
        return fsync(fd) < 0 ? errno_to_error(errno) : 0;
}

/* A file system that is never written to has nothing to flush, and says so in one of these ways. */
static bool is_never_written(int number) {
        return number == EINVAL || number == EROFS;
}

/* Where a directory above may be passed but not opened, its whole file system is flushed. */
int durable_flush_above(int fd) {
        _cleanup_close_ int at = -1;

        for (unsigned i = 0; i < DIRECTORIES_MAX; i++) {
                struct stat below, above;
                int next = openat(at < 0 ? fd : at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

                if (next < 0 && (errno == EACCES || errno == EPERM))
                        return syncfs(fd) < 0 ? errno_to_error(errno) : 0;
                if (next < 0 || fstat(at < 0 ? fd : at, &below) < 0 || fstat(next, &above) < 0) {
                        cleanup_close(&next);
                        return errno_to_error(errno);
                }
                cleanup_close(&at);
                at = next;
                if (below.st_dev == above.st_dev && below.st_ino == above.st_ino)
                        return 0; /* the root is its own parent */
                if (fsync(at) < 0 && !is_never_written(errno))
                        return errno_to_error(errno);
        }
        return ERR_LOOP;
}

/* What of `path` names the directory that holds it: "." for a name alone, "/" for one in the root. */
static int flush_directory_of(int at, const char *path) {
        const char *slash = strrchr(path, '/');
        _cleanup_close_ int fd = -1;
        char directory[PATH_MAX];

        if (!slash)
                snprintf(directory, sizeof(directory), ".");
        else
                snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int) (slash - path),
                         path);
        fd = openat(at, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? errno_to_error(errno) : durable_flush(fd);
}

static int take_name(int at, const char *part, const char *path) {
        return renameat(at, part, at, path) < 0 ? errno_to_error(errno) : 0;
}

/* The same, where nothing has the name yet. NFS can only link, FAT only rename. */
static int take_free_name(int at, const char *part, const char *path) {
        if (renameat2(at, part, at, path, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno != EINVAL && errno != ENOSYS)
                return errno_to_error(errno);
        if (linkat(at, part, at, path, 0) < 0)
                return errno_to_error(errno);
        (void) unlinkat(at, part, 0);
        return 0;
}

/* The file before its name, the name before its directory: the order is what all this is about. */
static int finish(int at, int fd, const char *part, const char *path,
                  int (*take)(int at, const char *part, const char *path)) {
        int r;

        r = durable_flush(fd);
        if (r == 0)
                r = take(at, part, path);
        return r < 0 ? r : flush_directory_of(at, path);
}

/*
 * Beside the file, for a rename goes no further than its file system. A name for each writer: two that write
 * one file at a time must not write into each other's.
 */
static int create_part(int at, const char *path, mode_t mode, char ret_part[PATH_MAX]) {
        for (unsigned i = 0; i < NAMES_MAX; i++) {
                struct timespec now;
                int fd;

                (void) clock_gettime(CLOCK_MONOTONIC, &now);
                if (snprintf(ret_part, PATH_MAX, "%s.%08lx" DURABLE_FILE_PART, path,
                             (unsigned long) now.tv_nsec) >= PATH_MAX)
                        return ERR_TOO_LARGE;
                fd = openat(at, ret_part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
                if (fd >= 0 || errno != EEXIST)
                        return fd < 0 ? errno_to_error(errno) : fd;
        }
        return ERR_EXISTS;
}

/* Who may not give files away need not be asked when nothing is given. */
static int set_owner(int fd, const struct stat *attributes) {
        struct stat own;

        if (fstat(fd, &own) == 0 && (attributes->st_uid == (uid_t) -1 || attributes->st_uid == own.st_uid) &&
            (attributes->st_gid == (gid_t) -1 || attributes->st_gid == own.st_gid))
                return 0;
        return fchown(fd, attributes->st_uid, attributes->st_gid);
}

static int make(int at, const char *path, struct bytes content, mode_t mode, const struct stat *attributes,
                int (*take)(int at, const char *part, const char *path)) {
        _cleanup_close_ int fd = -1;
        char part[PATH_MAX];
        int r;

        fd = create_part(at, path, mode, part);
        if (fd < 0)
                return fd;
        r = file_write_all(fd, content);
        /* The owner first: a change of it takes the set-ID bits of the mode away. */
        if (r == 0 && attributes &&
            (set_owner(fd, attributes) < 0 || fchmod(fd, attributes->st_mode & 07777) < 0))
                r = errno_to_error(errno);
        if (r == 0)
                r = finish(at, fd, part, path, take);
        if (r < 0)
                (void) unlinkat(at, part, 0);
        return r;
}

/* FAT refuses a mode that it cannot store when it is set, but not when a file is made. */
int durable_file_write(int at, const char *path, struct bytes content, mode_t mode) {
        return make(at, path, content, mode, NULL, take_name);
}

int durable_file_create(int at, const char *path, struct bytes content, mode_t mode) {
        return make(at, path, content, mode, NULL, take_free_name);
}

int durable_file_update(int at, const char *path, struct bytes content, mode_t mode) {
        struct stat attributes;

        if (fstatat(at, path, &attributes, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(attributes.st_mode))
                attributes = (struct stat){ .st_mode = mode, .st_uid = (uid_t) -1, .st_gid = (gid_t) -1 };
        /* Until it has its owner, nobody else reads it. */
        return make(at, path, content, 0600, &attributes, take_name);
}

static int finish_part(int at, const char *part, const char *path,
                       int (*take)(int at, const char *part, const char *path)) {
        _cleanup_close_ int fd = openat(at, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? errno_to_error(errno) : finish(at, fd, part, path, take);
}

int durable_file_finish(int at, const char *part, const char *path) {
        return finish_part(at, part, path, take_name);
}

int durable_file_finish_new(int at, const char *part, const char *path) {
        return finish_part(at, part, path, take_free_name);
}

int durable_file_remove(int at, const char *path) {
        if (unlinkat(at, path, 0) < 0)
                return errno_to_error(errno);
        return flush_directory_of(at, path);
}

int durable_directory_make(int at, const char *path, mode_t mode) {
        char prefix[PATH_MAX];
        size_t length = strlen(path);
        int r = 0;

        if (length >= sizeof(prefix))
                return ERR_TOO_LARGE;
        /* From the second byte on: the '/' of the root has nothing before it to be made. */
        for (size_t i = 1; i <= length && r == 0; i++) {
                if (path[i] != '/' && path[i] != '\0')
                        continue;
                memcpy(prefix, path, i);
                prefix[i] = '\0';
                if (mkdirat(at, prefix, mode) == 0)
                        r = flush_directory_of(at, prefix);
                else if (errno != EEXIST)
                        r = errno_to_error(errno);
        }
        return r;
}
