/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/command.h"

#include <errno.h>
#include <fcntl.h>

#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "posix/process.h"

#define GRACE_MS 5000

int command_run(const struct command *command) {
        _cleanup_close_ int log =
                open(command->log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        const struct process_job job = {
                .arguments = command->arguments,
                .environment = command->environment,
                .directory_fd = AT_FDCWD,
                .output = log,
                .error = log,
                .deadline_ms = clock_ms() + (uint64_t) command->seconds * 1000,
                .grace_ms = GRACE_MS,
        };
        struct process_result result;
        int r;

        if (log < 0)
                return errno_to_error(errno);
        r = process_run(&job, &result);
        return r < 0 ? r : process_status(&result);
}
