/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/beneath.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define READ_STEP ((size_t) 64 * 1024)

int file_read_head(int fd, size_t size, struct buffer *buffer) {
        size_t end = buffer->size + size;

        while (buffer->size < end) {
                /* Steps grow with what is there, as each may copy all of it. */
                size_t step = size_min(READ_STEP + buffer->size / 4, end - buffer->size);
                int r = buffer_reserve(buffer, buffer->size + step);
                ssize_t got;

                if (r < 0)
                        return r;
                got = read(fd, buffer->data + buffer->size, step);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return errno_to_error(errno);
                if (got == 0)
                        return 0;
                buffer->size += (size_t) got;
        }
        return 0;
}

int file_read_all(int fd, size_t limit, struct buffer *buffer) {
        size_t start = buffer->size;
        /* One byte more than allowed is how a longer file shows. */
        int r = file_read_head(fd, limit + 1, buffer);

        return r == 0 && buffer->size - start > limit ? ERR_TOO_LARGE : r;
}

int file_read_line(const char *path, char *ret_line, size_t size) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? -1 : read(fd, ret_line, size - 1);

        if (got < 0)
                return errno_to_error(errno);
        ret_line[got] = '\0';
        ret_line[strcspn(ret_line, "\n")] = '\0';
        return 0;
}

int file_read_at(int directory_fd, const char *path, size_t limit, struct buffer *buffer) {
        _cleanup_close_ int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

        if (fd < 0)
                return errno_to_error(errno);
        return file_read_all(fd, limit, buffer);
}

int file_read_beneath(int directory_fd, const char *path, size_t limit, struct buffer *buffer) {
        _cleanup_close_ int fd = beneath_open_file(directory_fd, path);

        if (fd < 0)
                return fd == ERR_INVALID_ARGUMENT ? ERR_FILE_KIND : fd;
        return file_read_all(fd, limit, buffer);
}

int file_write_all(int fd, struct bytes bytes) {
        while (bytes.size > 0) {
                ssize_t done = write(fd, bytes.data, bytes.size);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return errno_to_error(errno);
                bytes = bytes_from(bytes, (size_t) done);
        }
        return 0;
}

bool file_is_unchanged(const struct stat *then, const struct stat *now) {
        return now->st_dev == then->st_dev && now->st_ino == then->st_ino && now->st_size == then->st_size &&
               now->st_mtim.tv_sec == then->st_mtim.tv_sec && now->st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}
