/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/allocator.h"

/*
 * Writes cpio archives in the format "newc", from which Linux makes its first file system (K6.1
 * Documentation/driver-api/early-userspace/buffer-format.rst): for each member a header of hexadecimal text,
 * the name and the content, with zeros up to a multiple of 4 bytes behind each of the two.
 */

struct newc_member {
        const char *name; /* relative to the root; a directory comes before what is in it */
        uint32_t mode;    /* kind and permissions, as in stat's st_mode */
        uint32_t inode;   /* another one for each member */
        struct bytes content;
};

/*
 * Appends a member: root's, and from 1970, so that the bytes of an archive depend on its members only.
 * ERR_TOO_LARGE for 4 GiB and more, ERR_NO_MEMORY; then the archive is of no use.
 */
int newc_append(struct buffer *archive, const struct newc_member *member);

/* Appends what is behind the last member. ERR_NO_MEMORY. */
int newc_end(struct buffer *archive);
