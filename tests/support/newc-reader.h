/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

/* Reads cpio archives in the format "newc", by its specification alone; fails the test when one is malformed.
 */

struct newc_entry {
        const char *name; /* of the archive's memory, as the content is */
        uint32_t inode;
        uint32_t mode;
        struct bytes content;
};

/*
 * Takes the next member from the front of the archive; false when that is its end, behind which nothing may
 * be. What is the same in all of ours, such as root as the owner, has to be so.
 */
bool newc_next(struct bytes *archive, struct newc_entry *ret_entry);
