/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/entry-list.h"
#include "store/source.h"

/* What the sources over image files have in common: the file in memory, and a list of what is in it. */
struct image_source {
        struct record_source base; /* first: the block is freed through it */
        const char *path;
        struct buffer image;
        struct entry_list list;
        struct bytes *records; /* in the image; as many as the list has, in its order */
        size_t record_capacity;
        int walk_error; /* ended the list early; told once behind the last entry */

        /* Fills list and records from the image; a fault goes into base.fault. */
        int (*index)(struct image_source *source);
        int (*measure)(const struct image_source *source, struct source_space *ret_space);
};

struct record_source *image_source_new(const char *spec, const char *path, enum record_store store,
                                       int (*index)(struct image_source *source),
                                       int (*measure)(const struct image_source *source,
                                                      struct source_space *ret_space));

int image_source_append(struct image_source *source, struct bytes name, struct bytes record);
