/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* F_OFD_SETLK, SEEK_DATA */
#include "linux-tool/source/image-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/* Somebody has made the file shorter meanwhile, or its disk fails: what is mapped cannot be read any more. */
static void image_vanished(int signal_number) {
        static const char message[] = "pstore-fw: an image became unreadable while it was read\n";
        ssize_t written = write(STDERR_FILENO, message, sizeof(message) - 1);

        (void) signal_number;
        (void) written;
        _exit(1);
}

static void next_extent(void *context, size_t offset, size_t *ret_start, size_t *ret_end) {
        const struct image_file *file = context;
        off_t size = (off_t) file->bytes.size, start, end;

        start = lseek(file->fd, (off_t) offset, SEEK_DATA);
        if (start < 0)
                start = errno == ENXIO ? size : (off_t) offset; /* a file system may not know of holes */
        end = lseek(file->fd, start, SEEK_HOLE);
        *ret_start = (size_t) (start < size ? start : size);
        *ret_end = (size_t) (end > start && end < size ? end : size);
}

/* Of file->fd. */
static int map(struct image_file *file, size_t size) {
        void *memory;

        if (size == 0)
                return 0; /* nothing can be mapped, and the reader says that it is too short */
        memory = mmap(NULL, size, PROT_READ, MAP_SHARED, file->fd, 0);
        if (memory == MAP_FAILED)
                return errno_to_error(errno);
        (void) signal(SIGBUS, image_vanished);
        file->bytes = bytes_of(memory, size);
        file->mapped = true;
        file->extents = (struct image_extents){ .context = file, .next = next_extent };
        return 0;
}

void image_file_init(struct image_file *file) {
        *file = (struct image_file){ .fd = -1 };
        buffer_init(&file->copy, &system_allocator);
}

int image_file_open(struct image_file *file, const char *path) {
        struct stat status;
        int r;

        image_file_init(file);
        file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (file->fd < 0 || fstat(file->fd, &status) < 0)
                return errno_to_error(errno);
        if (S_ISREG(status.st_mode))
                return map(file, (size_t) status.st_size);
        r = file_read_all(file->fd, FILE_SIZE_MAX, &file->copy);
        file->bytes = buffer_bytes(&file->copy);
        return r;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int put(void *context, size_t offset, struct bytes bytes) {
        const struct image_file *file = context;

        if (!bytes_contain(file->bytes, offset, bytes.size))
                return ERR_BUG; /* a file must not grow: its size says what it is */
        while (bytes.size > 0) {
                ssize_t done = pwrite(file->fd, bytes.data, bytes.size, (off_t) offset);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return errno_to_error(errno);
                offset += (size_t) done;
                bytes = bytes_from(bytes, (size_t) done);
        }
        return 0;
}

static int flush(void *context) {
        const struct image_file *file = context;

        return fsync(file->fd) < 0 ? errno_to_error(errno) : 0;
}

int image_file_open_to_write(struct image_file *file, const char *path) {
        struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        struct stat status;

        image_file_init(file);
        file->fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (file->fd < 0 || fstat(file->fd, &status) < 0)
                return errno_to_error(errno);
        if (!S_ISREG(status.st_mode))
                return ERR_NOT_SUPPORTED;
        if (fcntl(file->fd, F_OFD_SETLK, &whole) < 0)
                return errno == EAGAIN || errno == EACCES ? ERR_IN_USE : errno_to_error(errno);
        file->writer = (struct image_writer){ .context = file, .put = put, .flush = flush };
        return map(file, (size_t) status.st_size);
}

void image_file_close(struct image_file *file) {
        if (file->mapped)
                (void) munmap((void *) file->bytes.data, file->bytes.size);
        if (file->fd >= 0)
                (void) close(file->fd);
        buffer_free(&file->copy);
        image_file_init(file);
}
