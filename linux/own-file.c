/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/own-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"

#define FILE_LIMIT     ((size_t) 1024 * 1024)
#define FILE_MODE      0644
#define DIRECTORY_MODE 0755

static int full_path(const char *root, const char *path, char ret_full[PATH_MAX], struct reason *ret_reason) {
        if (snprintf(ret_full, PATH_MAX, "%s%s", root, path) < PATH_MAX)
                return 0;
        return reason_set(ret_reason, ERR_TOO_LARGE, "%s: its name is too long", path);
}

int own_file_read(const char *root, const char *path, struct buffer *text, bool *ret_exists,
                  struct reason *ret_reason) {
        char full[PATH_MAX];
        struct stat status;
        int r;

        r = full_path(root, path, full, ret_reason);
        if (r < 0)
                return r;
        if (lstat(full, &status) < 0) {
                int number = errno;

                if (number != ENOENT && number != ENOTDIR)
                        return reason_set(ret_reason, errno_to_error(number), "%s: %s", full,
                                          strerror(number));
                *ret_exists = false;
                return 0;
        }
        if (!S_ISREG(status.st_mode))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "%s: not a regular file: left alone", full);
        r = file_read_at(AT_FDCWD, full, FILE_LIMIT, text);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", full, error_text(r));
        *ret_exists = true;
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
        return r < 0 && r != ERR_NOT_FOUND ? reason_set(ret_reason, r, "%s: %s", full, error_text(r)) : 0;
}
