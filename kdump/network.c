/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/network.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "capture/network.h"
#include "kdump/host.h"
#include "linux/system-file.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* NET_ADDR_PERM (K6.1 include/uapi/linux/netdevice.h): any other MAC is one that the crash kernel has not. */
#define MAC_PERMANENT 0

#define TRIAL_NAME    ".pstore-fw-trial"

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

/* --- the card ------------------------------------------------------------------------------------ */

/* What stands on other interfaces, by the name that the kernel has for it; of others there is no device. */
static const struct {
        const char *type, *words;
} kinds[] = {
        { "DEVTYPE=bond", "a bond" },    { "DEVTYPE=bridge", "a bridge" },
        { "DEVTYPE=vlan", "a VLAN" },    { "DEVTYPE=wlan", "Wi-Fi" },
        { "DEVTYPE=wwan", "a modem" },   { "DEVTYPE=wireguard", "WireGuard" },
        { "DEVTYPE=vxlan", "a tunnel" }, { "DEVTYPE=geneve", "a tunnel" },
};

static const char *find_kind(const char *root, const char *interface) {
        char path[PATH_MAX], line[64] = "";
        uint64_t type = 0;

        snprintf(path, sizeof(path), "/sys/class/net/%s/uevent", interface);
        (void) system_file_line(root, path, line, sizeof(line));
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                if (strcmp(kinds[i].type, line) == 0)
                        return kinds[i].words;
        snprintf(path, sizeof(path), "/sys/class/net/%s/type", interface);
        if (!system_file_number(root, path, &type) || type != ARPHRD_ETHER)
                return "no Ethernet";
        snprintf(path, sizeof(path), "/sys/class/net/%s/device", interface);
        return system_file_exists(root, path) ? NULL
                                              : "no network card (a team, a tunnel, another machine's)";
}

static void check_mac(const char *root, const char *interface, struct kdump_target *target) {
        struct capture_network *network = &target->network;
        char path[PATH_MAX], name[NETWORK_NAME_SIZE];
        uint64_t origin;

        snprintf(path, sizeof(path), "/sys/class/net/%s/address", interface);
        if (!system_file_line(root, path, network->mac, sizeof(network->mac)))
                refuse(target, "%s has no MAC by which the crash kernel could find it", interface);
        snprintf(path, sizeof(path), "/sys/class/net/%s/addr_assign_type", interface);
        if (!system_file_number(root, path, &origin) || origin != MAC_PERMANENT)
                refuse(target, "%s has a MAC that is not its own: the crash kernel would not find it",
                       interface);
        if (network_find_card(root, network->mac, name) == ERR_EXISTS)
                refuse(target, "two network cards have the MAC %s", network->mac);
}

static void take_card(const char *root, const struct route *route, struct kdump_target *target) {
        struct capture_network *network = &target->network;
        const char *kind = find_kind(root, route->interface);
        char path[PATH_MAX];
        uint64_t mtu = 0;

        if (kind)
                refuse(target,
                       "its server is reached by %s, which is %s, and the crash kernel knows network "
                       "cards only",
                       route->interface, kind);
        else
                check_mac(root, route->interface, target);
        snprintf(target->card, sizeof(target->card), "%s", route->interface);
        snprintf(network->address, sizeof(network->address), "%s/%u", route->source, route->prefix);
        snprintf(network->gateway, sizeof(network->gateway), "%s", route->gateway);
        snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", route->interface);
        if (system_file_number(root, path, &mtu) && mtu <= UINT16_MAX)
                network->mtu = (unsigned) mtu;
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
        snprintf(target->device, sizeof(target->device), "%s", row->source);
        check_share(row, target);
        find_server(row, target);
        if (route)
                take_card(root, route, target);
        else
                refuse(target, "no route leads to its server, %s", target->network.server);
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
