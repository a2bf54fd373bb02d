/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

/*
 * How the image of a store is changed: by single puts, in an order in which each leaves an image that
 * firmware accepts, whatever comes of those behind it.
 */
struct image_writer {
        void *context;

        /* Replaces bytes inside of the image; they belong to the caller. */
        int (*put)(void *context, size_t offset, struct bytes bytes);

        /* What was put before is on the disk before anything behind it is. */
        int (*flush)(void *context);
};
