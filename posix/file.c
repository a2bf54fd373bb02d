/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define READ_STEP ((size_t) 64 * 1024)

static int read_some(int fd, size_t size, struct buffer *buffer) {
        ssize_t got;
        int r;

        r = buffer_reserve(buffer, buffer->size + size);
        if (r < 0)
                return r;
        do
                got = read(fd, buffer->data + buffer->size, size);
        while (got < 0 && errno == EINTR);
        if (got < 0)
                return errno_to_error(errno);
        buffer->size += (size_t) got;
        return got > 0;
}

int file_read_all(int fd, size_t limit, struct buffer *buffer) {
        size_t start = buffer->size;
        int r = 1;

        while (r > 0) {
                /* One byte more than allowed is how a longer file shows. */
                r = read_some(fd, size_min(READ_STEP, limit - (buffer->size - start) + 1), buffer);
                if (r > 0 && buffer->size - start > limit)
                        return ERR_TOO_LARGE;
        }
        return r;
}

int file_read_at(int directory_fd, const char *path, size_t limit, struct buffer *buffer) {
        _cleanup_close_ int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

        if (fd < 0)
                return errno_to_error(errno);
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
