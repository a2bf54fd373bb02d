/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/made-seal.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/test.h"

void made_seal_put(const char *root, const struct seal_key *public_key, const char *log) {
        int from_fd, to_fd;

        scratch_write(scratch_path(root, "log"), text_view(log));
        from_fd = open(scratch_path(root, "log"), O_RDONLY);
        to_fd = open(scratch_path(root, "log.sealed"), O_WRONLY | O_CREAT, 0600);
        assert_ok(seal_copy(public_key, from_fd, to_fd));
        close(from_fd);
        close(to_fd);
}
