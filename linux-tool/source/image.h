/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/source/image-file.h"
#include "store/entry-list.h"
#include "store/source.h"

/* What the sources over image files have in common: the file, and a list of what is in it. */
struct image_source {
        struct record_source base; /* first: the block is freed through it */
        const char *path;
        const struct image_kind *kind;
        struct image_file file;
        struct entry_list list;
        struct bytes *records; /* in the image; as many as the list has, in its order */
        size_t record_capacity;
        size_t read_next; /* of the list: what is read is mostly read in its order */
        bool read_only;   /* set by index() for an image in which nothing can be written or cleared */
};

/* Where QEMU's file of ERST and edk2's variable store differ. The file given is open for writing. */
struct image_kind {
        enum record_store store;

        /* Fills list and records from the image, with what is live or, for base.deleted, what was deleted; a
         * fault goes into base.fault. */
        int (*index)(struct image_source *source);

        int (*measure)(const struct image_file *file, struct source_space *ret_space);

        /* As the operation of struct record_source; NULL: nothing else is in such a store. */
        int (*owners)(const struct image_file *file, struct source_owner ret_owners[SOURCE_OWNERS_MAX]);

        /* As the operations of struct record_source. They have looked again when they say that it is done. */
        int (*write)(const struct image_file *file, const struct record_draft *draft,
                     char ret_name[RECORD_NAME_SIZE], struct fault *ret_fault);
        int (*erase)(const struct image_file *file, const char *name, struct fault *ret_fault);
};

struct record_source *image_source_new(const char *spec, const char *path, const struct image_kind *kind);

/*
 * Adds a record to the list; of a deleted one the name ends in '@' and where it lies. `salvaged` as in struct
 * source_entry. ERR_NO_MEMORY.
 */
int image_source_append(struct image_source *source, struct bytes name, struct bytes record, bool salvaged);
