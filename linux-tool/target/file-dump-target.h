/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/dump.h"

/*
 * A directory as the target of dumps. It is made when the first file goes into it, for its owner only: a
 * kernel log tells addresses, and the kernel shows it to root alone.
 */
struct file_dump_target {
        const char *path;
        int fd; /* of the directory; -1 until it is there */
};

/*
 * `path` must outlive the target. A directory that does not exist is no error: it holds no file. Otherwise
 * what opening it says.
 */
int file_dump_target_open(struct file_dump_target *target, const char *path,
                          struct dump_target *ret_dump_target);

void file_dump_target_close(struct file_dump_target *target);
