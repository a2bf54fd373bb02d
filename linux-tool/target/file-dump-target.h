/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/dump-target.h"

/*
 * A directory as the target of dumps. It is made when the first file goes into it, for its owner only: a
 * kernel log tells addresses, and the kernel shows it to root alone. The path itself is the user's word and
 * may be a symbolic link; below it none is followed, and nothing that is no file is read.
 */
struct file_dump_target {
        const char *path;
        int fd;             /* of the directory; -1 until it is there */
        bool above_flushed; /* the directories that the path depends on */
};

/*
 * `path` must outlive the target. A directory that does not exist is no error: it holds no file. One that is
 * there is locked until it is closed: ERR_IN_USE when another program still works in it after some seconds.
 * Otherwise what opening it says.
 */
int file_dump_target_open(struct file_dump_target *target, const char *path,
                          struct dump_target *ret_dump_target);

void file_dump_target_close(struct file_dump_target *target);
