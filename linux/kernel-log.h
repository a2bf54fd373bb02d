/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "linux/boot-line.h"

/*
 * What the running kernel still has of its own log (/dev/kmsg), which only root may read where
 * kernel.dmesg_restrict is set.
 */
struct kernel_log {
        bool is_denied;     /* this user may not read it */
        bool whole;         /* it begins with this boot: what it lacks was not said */
        struct buffer text; /* one record a line; ends in a NUL */
};

/*
 * `root` goes before the path: "" for this machine, a directory in tests. In a container the log may be that
 * of another machine: it is whole only when it names the command line that this one was booted with. To be
 * freed in any case; what cannot be read is empty.
 */
void kernel_log_read(const char *root, const struct boot_line *line, struct kernel_log *ret_log);
void kernel_log_free(struct kernel_log *log);

/* Whether a record is `words`, or ends in them. */
bool kernel_log_says(const struct kernel_log *log, const char *words);
