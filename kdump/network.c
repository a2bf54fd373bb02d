/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "kdump/card.h"
#include "kdump/host.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define TRIAL_NAME ".pstore-fw-trial"

bool kdump_network_is_share(const struct mount_row *row) {
        return strcmp(row->file_system, "nfs") == 0 || strcmp(row->file_system, "nfs4") == 0;
}

static void refuse(struct kdump_target *target, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* The first reason counts. */
static void refuse(struct kdump_target *target, const char *format, ...) {
        va_list arguments;

        if (target->refusal[0])
                return;
        va_start(arguments, format);
        vsnprintf(target->refusal, sizeof(target->refusal), format, arguments);
        va_end(arguments);
}

/* The value of an option, or what it is when the list has none. */
static void read_option(const struct mount_row *row, const char *name, const char *otherwise, char *ret_value,
                        size_t size) {
        const char *value = mount_option_find(row->options, name);

        snprintf(ret_value, size, "%.*s", (int) strcspn(value ? value : otherwise, ","),
                 value ? value : otherwise);
}

/* --- the share ----------------------------------------------------------------------------------- */

/* Of what is mounted now, the crash kernel can do only these. */
static const struct {
        const char *option, *otherwise;
        const char *values[4];
        const char *wanted;
} limits[] = {
        { "vers=", "", { "3", "4.1", "4.2" }, "version 3, 4.1 or 4.2" },
        { "sec=", "sys", { "sys" }, "sec=sys, as nobody is there to ask Kerberos" },
        { "proto=", "", { "tcp" }, "proto=tcp" },
        { "xprtsec=", "none", { "none" }, "no TLS" },
};

static void check_share(const struct mount_row *row, struct kdump_target *target) {
        char value[64];

        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                read_option(row, limits[i].option, limits[i].otherwise, value, sizeof(value));
                if (!text_is_among(value, limits[i].values))
                        refuse(target, "it is NFS with %s%s, and the crash kernel can do %s",
                               limits[i].option, value, limits[i].wanted);
        }
}

/* "host:/export"; a host of IPv6 is in brackets. */
static void find_server(const struct mount_row *row, struct kdump_target *target) {
        struct capture_network *network = &target->network;
        const char *export = strstr(row->source, ":/");
        char address[64];

        read_option(row, "addr=", "", address, sizeof(address));
        if (strchr(address, ':'))
                refuse(target, "its server is %s, and the crash kernel knows IPv4 only", address);
        else if (!address[0] || !export)
                refuse(target, "%s: its server has no address that is known here", row->source);
        else if (strlen(export + 1) >= sizeof(network->export))
                refuse(target, "%s: too long a name for the crash kernel's plan", row->source);
        else {
                snprintf(network->server, sizeof(network->server), "%.15s", address);
                snprintf(network->export, sizeof(network->export), "%.159s", export + 1);
        }
}

/* What of its options belongs to the version. Without a port of mountd's the kernel asks rpcbind for it. */
static void choose_options(const struct mount_row *row, struct kdump_target *target) {
        struct text text = TEXT_ON(target->mount_options);
        char version[8], port[8], mount_port[8], mount_protocol[8];

        read_option(row, "vers=", "", version, sizeof(version));
        read_option(row, "port=", "2049", port, sizeof(port));
        read_option(row, "mountport=", "0", mount_port, sizeof(mount_port));
        read_option(row, "mountproto=", "tcp", mount_protocol, sizeof(mount_protocol));
        text_format(&text, "vers=%s,port=%s", version, port);
        if (strcmp(version, "3") == 0)
                text_format(&text, ",nolock,mountproto=%s,mountport=%s", mount_protocol, mount_port);
        else
                text_format(&text, ",clientaddr=%.*s", (int) strcspn(target->network.address, "/"),
                            target->network.address);
}

/* --- both ---------------------------------------------------------------------------------------- */

/*
 * Two machines in one directory would remove each other's dumps. The crash kernel has the name from its plan,
 * which tells of no mount point.
 */
static void check_name(const char *root, const struct mount_row *row, struct kdump_target *target) {
        const char *name = strrchr(target->directory, '/') + 1;
        char host[KDUMP_HOST_SIZE], machine[KDUMP_HOST_SIZE];

        if (strcmp(target->directory, row->mount_point) != 0 &&
            ((kdump_host_name(root, host) && strcmp(host, name) == 0) ||
             (kdump_host_machine(root, machine) && strcmp(machine, name) == 0)))
                return;
        refuse(target,
               "on a network each machine needs a directory of its own: set directory = %.80s/%%H (the "
               "host's "
               "name) or %%m (its machine ID)",
               target->directory);
}

void kdump_network_describe(const char *root, const struct mount_row *row, const struct route *route,
                            struct kdump_target *target) {
        struct reason reason;

        snprintf(target->device, sizeof(target->device), "%s", row->source);
        check_share(row, target);
        find_server(row, target);
        if (!route)
                refuse(target, "no route leads to its server, %s", target->network.server);
        else if (kdump_card_find(root, route, &target->network, target->card, &reason) < 0)
                refuse(target, "%s", reason.text);
        check_name(root, row, target);
        choose_options(row, target);
}

void kdump_network_find(const char *root, const struct mount_row *row, struct kdump_target *target) {
        char address[64];
        struct route route;

        read_option(row, "addr=", "", address, sizeof(address));
        kdump_network_describe(root, row, route_find(address, &route) == 0 ? &route : NULL, target);
}

/* Whose a file is that we make, and whose the directory. */
static int try_file(int directory_fd) {
        struct stat ours, theirs;
        int fd, r;

        (void) unlinkat(directory_fd, TRIAL_NAME, 0);
        fd = openat(directory_fd, TRIAL_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return errno_to_error(errno);
        r = fstat(fd, &ours) < 0 || fstat(directory_fd, &theirs) < 0 ? errno_to_error(errno) : 0;
        (void) close(fd);
        if (unlinkat(directory_fd, TRIAL_NAME, 0) < 0 && r == 0)
                r = errno_to_error(errno);
        if (r == 0 && (ours.st_uid != theirs.st_uid || (theirs.st_mode & (S_IWGRP | S_IWOTH))))
                r = ERR_PERMISSION;
        return r;
}

int kdump_network_try(const char *directory, struct reason *ret_reason) {
        _cleanup_close_ int fd = -1;
        int r = durable_directory_make(AT_FDCWD, directory, 0700);

        if (r == 0)
                fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (r == 0)
                r = fd < 0 ? errno_to_error(errno) : try_file(fd);
        return r < 0 ? reason_set(ret_reason, r, "%s: cannot be written to, or is not ours alone: %s",
                                  directory, error_text(r))
                     : 0;
}
