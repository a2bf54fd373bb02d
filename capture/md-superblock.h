/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* What the superblock of an MD array's member says (Linux, include/uapi/linux/raid/md_p.h, mdp_superblock_1).
 */

#define MD_SUPERBLOCK_SIZE ((size_t) 256)

struct md_superblock {
        uint8_t uuid[16]; /* of the array */
        uint64_t events;  /* grows with each change of its state; members that are in use have the same */
        bool clean;       /* nothing was under way */
};

/* ERR_SIGNATURE. Its checksum is left to the kernel. */
int md_superblock_parse(struct bytes superblock, struct md_superblock *ret_superblock);

/* Of metadata 1.MINOR on the open device of so many sectors; or what the system says. */
int md_superblock_read(int fd, unsigned metadata_minor, uint64_t sectors,
                       struct md_superblock *ret_superblock);
