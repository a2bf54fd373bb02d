/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "capture/seal.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "tests/fuzz/fuzz.h"

/*
 * Sealed files. The first byte says how the rest is used: 0, as a file; else as content that is sealed and
 * changed in one byte, at the place that the next two say. Random bytes do not get behind the sealed box; so
 * of those 1 are changed, and of 2 nothing is.
 */

static const struct seal_key secret_key = { "0123456789abcdef0123456789abcde" };

static void rewind_to(int fd, off_t size) {
        fuzz_check(ftruncate(fd, size) == 0 && lseek(fd, 0, SEEK_SET) == 0);
}

static void put(int fd, struct bytes bytes) {
        rewind_to(fd, 0);
        fuzz_check(file_write_all(fd, bytes) == 0 && lseek(fd, 0, SEEK_SET) == 0);
}

static bool holds(int fd, struct bytes wanted, bool all) {
        _cleanup_buffer_ struct buffer buffer;

        buffer_init(&buffer, &system_allocator);
        fuzz_check(lseek(fd, 0, SEEK_SET) == 0 && file_read_all(fd, FILE_SIZE_MAX, &buffer) == 0);
        return (!all || buffer.size == wanted.size) &&
               bytes_equal(buffer_bytes(&buffer), bytes_first(wanted, buffer.size));
}

static void check_made(struct bytes content, size_t place, bool changes, int from_fd, int to_fd) {
        struct seal_key public_key;
        char id[SEAL_ID_TEXT_SIZE];
        off_t size;
        uint8_t byte;
        int r;

        seal_key_of_secret(&secret_key, &public_key);
        put(to_fd, content);
        rewind_to(from_fd, 0);
        fuzz_check(seal_copy(&public_key, to_fd, from_fd) == 0);
        size = lseek(from_fd, 0, SEEK_CUR);
        place %= (size_t) size;
        if (changes) {
                fuzz_check(pread(from_fd, &byte, 1, (off_t) place) == 1);
                byte ^= 0x40;
                fuzz_check(pwrite(from_fd, &byte, 1, (off_t) place) == 1);
        }
        fuzz_check(lseek(from_fd, 0, SEEK_SET) == 0);
        rewind_to(to_fd, 0);
        r = seal_open(&secret_key, from_fd, to_fd, id);
        fuzz_check((r == 0) == !changes);
        fuzz_check(holds(to_fd, content, r == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static int from_fd = -1, to_fd = -1;
        struct bytes input = bytes_of(data, size), head = fuzz_take(&input, 3);
        char id[SEAL_ID_TEXT_SIZE];

        if (head.size < 3)
                return 0;
        if (from_fd < 0) {
                from_fd = memfd_create("from", MFD_CLOEXEC);
                to_fd = memfd_create("to", MFD_CLOEXEC);
        }
        if (head.data[0] > 0) {
                check_made(input, head.data[1] | (size_t) head.data[2] << 8, head.data[0] == 1, from_fd,
                           to_fd);
                return 0;
        }
        put(from_fd, input);
        rewind_to(to_fd, 0);
        (void) seal_open(&secret_key, from_fd, to_fd, id);
        return 0;
}
