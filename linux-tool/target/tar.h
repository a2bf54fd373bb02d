/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "store/sink.h"

/*
 * Writes an archive of regular files and directories (POSIX.1-2017, pax, "ustar Interchange Format"). All are
 * their owner's alone, who is root and has no name: nothing is told of who made it. Paths that ustar has no
 * room for get an extended header, which all but the simplest readers know.
 */
struct tar_member {
        const char *path; /* with '/' between its parts, and none at either end */
        bool is_directory;
        struct bytes content;
        uint64_t seconds; /* since 1970 */
};

/* 0, ERR_TOO_LARGE for a file of 8 GiB and more, or the sink's error. */
int tar_put(const struct tar_member *member, const struct sink *sink);

/* What an archive ends with. */
int tar_end(const struct sink *sink);
