/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"

struct dumper;

/*
 * What a target can do that flushes many files at once, which is faster by far than one after another.
 * Nothing of it is on the medium before flush_all().
 */
struct dump_target_many {
        /* dump_many() of store/dump.h: firmware, which has no such target, need not carry it. */
        void (*dump)(struct dumper *dumper, size_t count);

        size_t worth_from; /* so many copies: one flush of all may be of more than what was written here */

        /* Makes a file, in a directory that was made: nothing has its name yet. Nothing is flushed. */
        int (*write_file)(void *context, const char *path, struct bytes content);

        /* Gives a file another name, in place of a file that has it; ERR_EXISTS for a directory. */
        int (*rename_file)(void *context, const char *from, const char *to);

        /* Removes a directory, or a file or link of that name, with whatever is in it. ERR_NOT_FOUND. */
        int (*remove_tree)(void *context, const char *path);

        /*
         * Returns after all that was made, written, renamed and removed is on the medium, but for directories
         * above the target. An error of any write since the target was opened is one.
         */
        int (*flush_all)(void *context);
};

/* Where dumps go. Paths are relative, with '/' between their parts, and hold only what FAT allows. */
struct dump_target {
        void *context;

        /* What is written here is gone after a reset: it lies in memory. */
        bool is_volatile;

        /* Makes the directory and those above it; one that exists is no error. */
        int (*make_directory)(void *context, const char *path);

        /*
         * Makes the file, in place of one that is there, and returns after its bytes are flushed; its name is
         * with flush() of its directory.
         */
        int (*write_file)(void *context, const char *path, struct bytes content);

        /*
         * Replaces the buffer's content. ERR_NOT_FOUND when there is no such file, ERR_INVALID_ARGUMENT for
         * what is none or lies behind a symbolic link.
         */
        int (*read_file)(void *context, const char *path, struct buffer *buffer);

        /* ERR_NOT_FOUND; ERR_INVALID_ARGUMENT for a directory. A symbolic link is removed itself. */
        int (*remove_file)(void *context, const char *path);

        /* ERR_NOT_FOUND; ERR_EXISTS for one in which something is, ERR_INVALID_ARGUMENT for what is none. */
        int (*remove_directory)(void *context, const char *path);

        /*
         * Gives a directory, which is flushed, another name: in the directory that it is in, or, where `many`
         * is set, anywhere in the target. ERR_EXISTS when the name is taken; ERR_NOT_SUPPORTED where the file
         * system cannot.
         */
        int (*rename_directory)(void *context, const char *from, const char *to);

        /*
         * Returns after a file is on the medium, or the names in a directory are. "" is the target itself,
         * with all directories above that its name depends on.
         */
        int (*flush)(void *context, const char *path);

        /* Whether a source with this location (store/source.h) lies here itself. NULL: none ever does. */
        bool (*is_at)(void *context, const char *location);

        /* NULL: it flushes one by one. */
        const struct dump_target_many *many;
};
