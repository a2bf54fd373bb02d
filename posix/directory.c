/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* What is ours has no directories in it, or one level of them; what somebody made there goes with it. */
#define DEPTH_MAX 8

DIR *directory_stream(int directory_fd) {
        int own = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *stream = own < 0 ? NULL : fdopendir(own);

        if (own >= 0 && !stream)
                (void) close(own);
        return stream;
}

static int remove_content(int fd, unsigned depth);

static int remove_entry(int at, const char *name, unsigned depth) {
        _cleanup_close_ int fd = -1;
        int r;

        if (unlinkat(at, name, 0) == 0)
                return 0;
        /* POSIX says EPERM for a directory, Linux EISDIR. */
        if (errno != EISDIR && errno != EPERM)
                return errno_to_error(errno);
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return ERR_PERMISSION;
        r = depth > 0 ? remove_content(fd, depth - 1) : ERR_LOOP;
        if (r == 0 && unlinkat(at, name, AT_REMOVEDIR) < 0)
                r = errno_to_error(errno);
        return r;
}

static int remove_content(int fd, unsigned depth) {
        _cleanup_closedir_ DIR *stream = directory_stream(fd);
        const struct dirent *entry;
        int r = 0;

        if (!stream)
                return errno_to_error(errno);
        while (r == 0 && (entry = readdir(stream)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        r = remove_entry(fd, entry->d_name, depth);
        return r;
}

int tree_remove(int directory_fd, const char *name) {
        return remove_entry(directory_fd, name, DEPTH_MAX);
}
