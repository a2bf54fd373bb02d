/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/errno.h"

#include <errno.h>

#include "base/arith.h"
#include "base/error.h"

static const struct {
        int number;
        int error;
} errno_rows[] = {
        { EINVAL, ERR_INVALID_ARGUMENT },  { EEXIST, ERR_EXISTS },        { EISDIR, ERR_IS_DIRECTORY },
        { ENOTDIR, ERR_NOT_DIRECTORY },    { ENOENT, ERR_NOT_FOUND },     { ENODEV, ERR_NO_STORE },
        { ENXIO, ERR_NO_STORE },           { ENOTTY, ERR_NOT_SUPPORTED }, { ENOSYS, ERR_NOT_SUPPORTED },
        { EOPNOTSUPP, ERR_NOT_SUPPORTED }, { ENOSPC, ERR_NO_SPACE },      { EDQUOT, ERR_NO_SPACE },
        { EACCES, ERR_PERMISSION },        { EPERM, ERR_PERMISSION },     { EROFS, ERR_READ_ONLY },
        { ENOMEM, ERR_NO_MEMORY },         { EINTR, ERR_INTERRUPTED },    { ETIMEDOUT, ERR_TIMEOUT },
        { EFBIG, ERR_TOO_LARGE },          { E2BIG, ERR_TOO_LARGE },      { EOVERFLOW, ERR_TOO_LARGE },
        { ENAMETOOLONG, ERR_TOO_LARGE },   { ELOOP, ERR_LOOP },           { ENOTEMPTY, ERR_EXISTS },
};

int errno_to_error(int number) {
        for (size_t i = 0; i < ARRAY_SIZE(errno_rows); i++)
                if (errno_rows[i].number == number)
                        return errno_rows[i].error;
        return ERR_IO;
}
