/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE
#include "tests/support/journal-socket.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static const char *other_path;

void journal_socket_set(const char *path) {
        other_path = path;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
        const struct sockaddr_un *wanted = message->msg_name;
        struct sockaddr_un other = { .sun_family = AF_UNIX };
        struct msghdr changed = *message;

        if (other_path && wanted && wanted->sun_family == AF_UNIX &&
            strcmp(wanted->sun_path, "/run/systemd/journal/socket") == 0) {
                (void) snprintf(other.sun_path, sizeof(other.sun_path), "%s", other_path);
                changed.msg_name = &other;
                changed.msg_namelen = sizeof(other);
        }
        return syscall(SYS_sendmsg, fd, &changed, flags);
}
