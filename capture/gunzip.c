/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/gunzip.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/error.h"
#include "codec/inflate.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* RFC 1952, 2.3 */
#define HEADER_SIZE  10
#define TRAILER_SIZE 8
#define FLAGS        3
#define FLAG_CRC     0x02
#define FLAG_EXTRA   0x04
#define FLAG_NAME    0x08
#define FLAG_COMMENT 0x10

static int skip_text(struct bytes input, size_t *at) {
        uint8_t c;
        int r;

        do
                r = bytes_load_u8(input, (*at)++, &c);
        while (r == 0 && c != 0);
        return r;
}

static int skip_extra(struct bytes input, size_t *at) {
        uint16_t size;
        int r = bytes_load_u16(input, *at, &size);

        if (r == 0)
                *at += 2 + (size_t) size;
        return r;
}

static int skip_crc(struct bytes input, size_t *at) {
        (void) input;
        *at += 2;
        return 0;
}

/* In the order in which they come. */
static const struct {
        uint8_t flag;
        int (*skip)(struct bytes input, size_t *at);
} optional_fields[] = {
        { FLAG_EXTRA, skip_extra },
        { FLAG_NAME, skip_text },
        { FLAG_COMMENT, skip_text },
        { FLAG_CRC, skip_crc },
};

static int skip_header(struct bytes input, size_t *ret_at) {
        size_t at = HEADER_SIZE;
        int r = 0;

        if (!bytes_start_with(input, bytes_of("\x1f\x8b\x08", 3)))
                return ERR_SIGNATURE;
        for (size_t i = 0; i < sizeof(optional_fields) / sizeof(optional_fields[0]) && r == 0; i++)
                if (bytes_u8(input, FLAGS) & optional_fields[i].flag)
                        r = optional_fields[i].skip(input, &at);
        if (r == 0 && !bytes_contain(input, at, TRAILER_SIZE))
                r = ERR_TRUNCATED;
        if (r == 0)
                *ret_at = at;
        return r;
}

int gunzip_bytes(struct bytes input, struct buffer *buffer) {
        size_t at = 0, size, got, consumed;
        struct bytes stream;
        int r;

        r = skip_header(input, &at);
        if (r < 0)
                return r;
        stream = bytes_of(input.data + at, input.size - TRAILER_SIZE - at);
        size = bytes_u32(input, input.size - 4);
        if (size > GUNZIP_SIZE_MAX)
                return ERR_TOO_LARGE;
        /* One byte more, as without one there would be no room at all for an empty file. */
        r = buffer_reserve(buffer, buffer->size + size + 1);
        if (r < 0)
                return r;
        r = inflate_decode(INFLATE_RAW, stream, buffer->data + buffer->size, size, &got, &consumed);
        if (r == ERR_BUFFER_TOO_SMALL || (r == 0 && got != size))
                return ERR_LENGTH;
        if (r == 0)
                buffer->size += size;
        return r;
}

int gunzip_file_at(int directory_fd, const char *name, struct buffer *buffer) {
        _cleanup_close_ int fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
        struct stat stat;
        void *map;
        int r;

        if (fd < 0 || fstat(fd, &stat) < 0)
                return errno_to_error(errno);
        if (stat.st_size <= 0)
                return ERR_TRUNCATED;
        /* The initramfs is memory: a map of it is no copy. */
        map = mmap(NULL, (size_t) stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
                return errno_to_error(errno);
        r = gunzip_bytes(bytes_of(map, (size_t) stat.st_size), buffer);
        (void) munmap(map, (size_t) stat.st_size);
        return r;
}
