/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"

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
         * Gives a directory, which is flushed, another name in the directory that it is in. ERR_EXISTS when
         * the name is taken; ERR_NOT_SUPPORTED where the file system cannot.
         */
        int (*rename_directory)(void *context, const char *from, const char *to);

        /*
         * Returns after a file is on the medium, or the names in a directory are. "" is the target itself,
         * with all directories above that its name depends on.
         */
        int (*flush)(void *context, const char *path);

        /* Whether a source with this location (store/source.h) lies here itself. NULL: none ever does. */
        bool (*is_at)(void *context, const char *location);
};
