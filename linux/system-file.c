/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* O_PATH */
#include "linux/system-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

bool system_file_path(const char *root, const char *name, char ret_path[PATH_MAX]) {
        if (snprintf(ret_path, PATH_MAX, "%s%s", root, name) < PATH_MAX)
                return true;
        ret_path[0] = '\0';
        return false;
}

bool system_file_exists(const char *root, const char *name) {
        char path[PATH_MAX];

        return system_file_path(root, name, path) && access(path, F_OK) == 0;
}

bool system_file_line(const char *root, const char *name, char *ret_line, size_t size) {
        char path[PATH_MAX];

        return system_file_path(root, name, path) && file_read_line(path, ret_line, size) == 0;
}

bool system_file_number(const char *root, const char *name, uint64_t *ret_number) {
        char line[32];
        size_t at = 0;

        return system_file_line(root, name, line, sizeof(line)) &&
               decimal_parse(text_view(line), &at, UINT64_MAX, ret_number) == 0;
}

int system_file_write(const char *root, const char *name, const char *text) {
        _cleanup_close_ int fd = -1;
        char path[PATH_MAX];

        if (!system_file_path(root, name, path))
                return ERR_TOO_LARGE;
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return errno_to_error(errno);
        return file_write_all(fd, text_view(text));
}

int system_file_read_in(const char *root, const char *directory, const char *name, size_t limit,
                        struct buffer *buffer) {
        _cleanup_close_ int fd = -1;
        char path[PATH_MAX];

        if (!system_file_path(root, directory, path))
                return ERR_TOO_LARGE;
        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? errno_to_error(errno) : file_read_beneath(fd, name, limit, buffer);
}
