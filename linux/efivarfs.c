/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/efivarfs.h"

#include <errno.h>
#include <sys/vfs.h>

#include "posix/errno.h"
#include "store/draft.h"

int efivarfs_read_space(const char *path, struct source_space *ret_space) {
        struct source_space space = variable_space_unknown;
        struct statfs status;

        if (statfs(path, &status) < 0)
                return errno_to_error(errno);
        if (status.f_type == EFIVARFS_MAGIC && status.f_blocks > 0) {
                space.known = true;
                space.total = status.f_blocks * (uint64_t) status.f_bsize;
                space.remaining = status.f_bfree * (uint64_t) status.f_bsize;
        }
        *ret_space = space;
        return 0;
}
