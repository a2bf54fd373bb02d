/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/*
 * Where the file of an image has bytes at all: it may be much larger than that. What lies between are holes,
 * which read as zeros and of which nothing has to be looked at.
 */
struct image_extents {
        void *context;

        /* The first byte from `offset` on that lies in no hole, and where behind it the next hole begins;
         * both are the size of the file when only holes are left. */
        void (*next)(void *context, size_t offset, size_t *ret_start, size_t *ret_end);
};
