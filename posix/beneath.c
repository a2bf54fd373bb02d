/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* O_PATH */
#include "posix/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* A lease on the file, or a rename of what ".." goes through, is EAGAIN: its owner could keep us here. */
#define ATTEMPTS_MAX 16

/* openat2() refuses what goes with O_PATH to no effect. */
static int all_flags(int flags) {
        return flags | O_CLOEXEC | O_NOFOLLOW | (flags & O_PATH ? 0 : O_NOCTTY);
}

/* ENXIO and ENODEV are of sockets, of pipes that nobody reads, and of devices without a driver. */
static int open_error(int number) {
        static const int not_taken[] = { ELOOP, ENOTDIR, EXDEV, ENXIO, ENODEV };

        for (size_t i = 0; i < ARRAY_SIZE(not_taken); i++)
                if (number == not_taken[i])
                        return ERR_INVALID_ARGUMENT;
        return errno_to_error(number);
}

/* Kernels before 5.6, and filters of system calls, have no openat2(): one directory after another. */
static int open_by_steps(int directory_fd, const char *path, int flags, mode_t mode) {
        _cleanup_close_ int at = -1;
        char part[NAME_MAX + 1];

        if (path[0] == '/')
                return ERR_INVALID_ARGUMENT;
        for (;;) {
                size_t length = strcspn(path, "/");
                int from = at < 0 ? directory_fd : at, fd;

                if (length > NAME_MAX)
                        return ERR_TOO_LARGE;
                snprintf(part, sizeof(part), "%.*s", (int) length, path);
                if (strcmp(part, "..") == 0)
                        return ERR_INVALID_ARGUMENT;
                path += length + strspn(path + length, "/");
                if (!path[0])
                        fd = openat(from, part, all_flags(flags), mode);
                else
                        fd = openat(from, part, all_flags(O_PATH | O_DIRECTORY));
                if (fd < 0 || !path[0])
                        return fd < 0 ? open_error(errno) : fd;
                cleanup_close(&at);
                at = fd;
        }
}

int beneath_open(int directory_fd, const char *path, int flags, mode_t mode) {
        struct open_how how = {
                .flags = (unsigned) all_flags(flags),
                .mode = mode,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
        };
        unsigned attempts = 0;
        long fd;

        do
                fd = syscall(SYS_openat2, directory_fd, path, &how, sizeof(how));
        while (fd < 0 && (errno == EINTR || (errno == EAGAIN && ++attempts < ATTEMPTS_MAX)));
        if (fd >= 0)
                return (int) fd;
        if (errno == ENOSYS || errno == EPERM)
                return open_by_steps(directory_fd, path, flags, mode);
        return open_error(errno);
}

int beneath_open_parent(int directory_fd, const char *path, const char **ret_name) {
        const char *slash = strrchr(path, '/');
        char parent[PATH_MAX];
        int fd;

        if (path[0] == '/')
                return ERR_INVALID_ARGUMENT;
        snprintf(parent, sizeof(parent), "%.*s", slash ? (int) (slash - path) : 1, slash ? path : ".");
        if (slash && (size_t) (slash - path) >= sizeof(parent))
                return ERR_TOO_LARGE;
        fd = beneath_open(directory_fd, parent, O_PATH | O_DIRECTORY, 0);
        if (fd >= 0)
                *ret_name = slash ? slash + 1 : path;
        return fd;
}

int beneath_open_file(int directory_fd, const char *path) {
        _cleanup_close_ int fd = beneath_open(directory_fd, path, O_RDONLY | O_NONBLOCK, 0);
        struct stat status;
        int result;

        if (fd < 0)
                return fd;
        if (fstat(fd, &status) < 0)
                return errno_to_error(errno);
        if (!S_ISREG(status.st_mode))
                return ERR_INVALID_ARGUMENT;
        result = fd;
        fd = -1;
        return result;
}
