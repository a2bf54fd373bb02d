/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/md-superblock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/errno.h"

#define SECTOR_SIZE 512

/* Numbers are little-endian. */
#define MAGIC               0xa92b4efcU
#define OFFSET_MAGIC        0
#define OFFSET_MAJOR        4
#define OFFSET_UUID         16
#define OFFSET_EVENTS       200
#define OFFSET_RESYNC       208
#define NO_RESYNC_IS_NEEDED UINT64_MAX

int md_superblock_parse(struct bytes superblock, struct md_superblock *ret_superblock) {
        if (superblock.size < MD_SUPERBLOCK_SIZE || bytes_u32(superblock, OFFSET_MAGIC) != MAGIC ||
            bytes_u32(superblock, OFFSET_MAJOR) != 1)
                return ERR_SIGNATURE;
        memcpy(ret_superblock->uuid, superblock.data + OFFSET_UUID, sizeof(ret_superblock->uuid));
        ret_superblock->events = bytes_u64(superblock, OFFSET_EVENTS);
        ret_superblock->clean = bytes_u64(superblock, OFFSET_RESYNC) == NO_RESYNC_IS_NEEDED;
        return 0;
}

/* Where it lies, in bytes (super_1_load()): 8 KiB before the end, at the beginning, or 4 KiB from there. */
static uint64_t place(unsigned metadata_minor, uint64_t sectors) {
        static const uint64_t from_start[] = { [1] = 0, [2] = 4096 };

        return metadata_minor == 0 ? ((sectors - 16) & ~UINT64_C(7)) * SECTOR_SIZE
                                   : from_start[metadata_minor];
}

int md_superblock_read(int fd, unsigned metadata_minor, uint64_t sectors,
                       struct md_superblock *ret_superblock) {
        uint8_t bytes[MD_SUPERBLOCK_SIZE];
        ssize_t size = pread(fd, bytes, sizeof(bytes), (off_t) place(metadata_minor, sectors));

        return size < 0 ? errno_to_error(errno)
                        : md_superblock_parse(bytes_of(bytes, (size_t) size), ret_superblock);
}
