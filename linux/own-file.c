/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/own-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define FILE_LIMIT     ((size_t) 1024 * 1024)
#define FILE_MODE      0644
#define DIRECTORY_MODE 0755

static int full_path(const char *root, const char *path, char ret_full[PATH_MAX], struct reason *ret_reason) {
        if (snprintf(ret_full, PATH_MAX, "%s%s", root, path) < PATH_MAX)
                return 0;
        return reason_set(ret_reason, ERR_TOO_LARGE, "%s: its name is too long", path);
}

/* It is looked at once it is open: nothing is waited for, and no link is read that a rename would replace. */
static int read_regular(const char *path, struct buffer *text) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
        struct stat status;

        if (fd < 0)
                return errno == ELOOP || errno == ENXIO ? ERR_FILE_KIND : errno_to_error(errno);
        if (fstat(fd, &status) < 0)
                return errno_to_error(errno);
        return S_ISREG(status.st_mode) ? file_read_all(fd, FILE_LIMIT, text) : ERR_FILE_KIND;
}

int own_file_read(const char *root, const char *path, struct buffer *text, bool *ret_exists,
                  struct reason *ret_reason) {
        char full[PATH_MAX];
        int r;

        r = full_path(root, path, full, ret_reason);
        if (r < 0)
                return r;
        r = read_regular(full, text);
        if (r == ERR_FILE_KIND)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "%s: not a regular file: left alone", full);
        if (r < 0 && r != ERR_NOT_FOUND)
                return reason_set(ret_reason, r, "%s: %s", full, error_text(r));
        *ret_exists = r == 0;
        return 0;
}

int own_file_replace(const char *root, const char *path, struct bytes content, struct reason *ret_reason) {
        char full[PATH_MAX], directory[PATH_MAX];
        int r;

        r = full_path(root, path, full, ret_reason);
        if (r < 0)
                return r;
        /* The name is behind the last slash, and there is always one. */
        snprintf(directory, sizeof(directory), "%.*s", (int) (strrchr(full, '/') - full), full);
        r = durable_directory_make(AT_FDCWD, directory, DIRECTORY_MODE);
        if (r == 0)
                r = durable_file_update(AT_FDCWD, full, content, FILE_MODE);
        return r < 0 ? reason_set(ret_reason, r, "%s: %s", full, error_text(r)) : 0;
}

int own_file_remove(const char *root, const char *path, struct reason *ret_reason) {
        char full[PATH_MAX];
        int r;

        r = full_path(root, path, full, ret_reason);
        if (r < 0)
                return r;
        r = durable_file_remove(AT_FDCWD, full);
        /* Below what is no directory there is no file either. */
        if (r == ERR_NOT_FOUND || r == ERR_NOT_DIRECTORY)
                return 0;
        return r < 0 ? reason_set(ret_reason, r, "%s: %s", full, error_text(r)) : 0;
}
