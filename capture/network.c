/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/network.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <net/route.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define POLL_MS 100

/* The first line of a file that sysfs has of an interface; empty when it cannot be read. */
static void read_line(const char *root, const char *name, const char *member, char *ret_line, size_t size) {
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/sys/class/net/%s/%s", root, name, member);
        if (file_read_line(path, ret_line, size) < 0)
                ret_line[0] = '\0';
}

/* What stands on a card may have its MAC, too. */
static bool is_card(const char *root, const char *name) {
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/sys/class/net/%s/device", root, name);
        return access(path, F_OK) == 0;
}

int network_find_card(const char *root, const char *mac, char ret_name[NETWORK_NAME_SIZE]) {
        _cleanup_closedir_ DIR *cards = NULL;
        char path[PATH_MAX], found[64], name[NETWORK_NAME_SIZE] = "";
        const struct dirent *entry;

        snprintf(path, sizeof(path), "%s/sys/class/net", root);
        cards = opendir(path);
        while (cards && (entry = readdir(cards))) {
                if (entry->d_name[0] == '.' || !is_card(root, entry->d_name))
                        continue;
                read_line(root, entry->d_name, "address", found, sizeof(found));
                if (strcasecmp(found, mac) != 0)
                        continue;
                if (name[0])
                        return ERR_EXISTS;
                snprintf(name, sizeof(name), "%.15s", entry->d_name);
        }
        if (!name[0])
                return ERR_NOT_FOUND;
        memcpy(ret_name, name, sizeof(name));
        return 0;
}

static int await_card(const char *mac, uint64_t deadline_ms, char ret_name[NETWORK_NAME_SIZE]) {
        int r;

        while ((r = network_find_card("", mac, ret_name)) == ERR_NOT_FOUND && clock_left_ms(deadline_ms) > 0)
                clock_sleep_ms(POLL_MS);
        return r;
}

static bool has_link(const char *name) {
        char carrier[4];

        read_line("", name, "carrier", carrier, sizeof(carrier));
        return carrier[0] == '1';
}

static bool await_link(const char *name, uint64_t deadline_ms) {
        while (!has_link(name)) {
                if (clock_left_ms(deadline_ms) == 0)
                        return false;
                clock_sleep_ms(POLL_MS);
        }
        return true;
}

static void put_address(struct sockaddr *to, struct in_addr address) {
        const struct sockaddr_in value = { .sin_family = AF_INET, .sin_addr = address };

        memcpy(to, &value, sizeof(value));
}

static struct ifreq request_of(const char *name) {
        struct ifreq request = { 0 };

        snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
        return request;
}

/* netdevice(7). What returns anything returns what ioctl() does. */
static int set_address(int fd, const char *name, unsigned long operation, struct in_addr address) {
        struct ifreq request = request_of(name);

        put_address(&request.ifr_addr, address);
        return ioctl(fd, operation, &request);
}

static void set_mtu(int fd, const char *name, unsigned mtu) {
        struct ifreq request = request_of(name);

        request.ifr_mtu = (int) mtu;
        if (mtu > 0)
                (void) ioctl(fd, SIOCSIFMTU, &request);
}

static int set_up(int fd, const char *name) {
        struct ifreq request = request_of(name);

        request.ifr_flags = IFF_UP | IFF_RUNNING;
        return ioctl(fd, SIOCSIFFLAGS, &request);
}

/* One that is there already does: who has set all this up may have come to wait for something later. */
static int add_route(int fd, const struct rtentry *route) {
        return ioctl(fd, SIOCADDRT, route) < 0 && errno != EEXIST ? -1 : 0;
}

/* The gateway may be outside of our own network, as in clouds that give an address of 32 bits. */
static int add_gateway(int fd, char *name, const char *gateway) {
        struct rtentry to_gateway = { .rt_flags = RTF_UP | RTF_HOST, .rt_dev = name };
        struct rtentry to_all = { .rt_flags = RTF_UP | RTF_GATEWAY, .rt_dev = name };
        const struct in_addr any = { INADDR_ANY };
        struct in_addr address;

        if (!gateway[0])
                return 0;
        if (inet_pton(AF_INET, gateway, &address) != 1) {
                errno = EINVAL;
                return -1;
        }
        put_address(&to_gateway.rt_dst, address);
        put_address(&to_all.rt_dst, any);
        put_address(&to_all.rt_genmask, any);
        put_address(&to_all.rt_gateway, address);
        return add_route(fd, &to_gateway) < 0 ? -1 : add_route(fd, &to_all);
}

/* "10.0.2.15/24" */
static bool parse_address(const char *text, struct in_addr *ret_address, struct in_addr *ret_mask) {
        char address[sizeof(((struct capture_network *) NULL)->address)], *slash;
        uint64_t prefix;
        size_t at = 0;

        snprintf(address, sizeof(address), "%s", text);
        slash = strchr(address, '/');
        if (!slash)
                return false;
        *slash = '\0';
        if (inet_pton(AF_INET, address, ret_address) != 1 ||
            decimal_parse(text_view(slash + 1), &at, 32, &prefix) < 0)
                return false;
        ret_mask->s_addr = prefix == 0 ? 0 : htonl(UINT32_MAX << (32 - prefix));
        return true;
}

/* 0, or what could not be done: then errno says why. */
static const char *configure(const struct capture_network *network, char *name) {
        _cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct in_addr address, mask;

        if (fd < 0)
                return "socket";
        if (!parse_address(network->address, &address, &mask)) {
                errno = EINVAL;
                return network->address;
        }
        /* Without it the kernel cannot speak to itself. */
        if (set_up(fd, "lo") < 0)
                return "lo";
        /* What the driver has otherwise may do as well. */
        set_mtu(fd, name, network->mtu);
        if (set_address(fd, name, SIOCSIFADDR, address) < 0)
                return network->address;
        if (set_address(fd, name, SIOCSIFNETMASK, mask) < 0)
                return "network mask";
        if (set_up(fd, name) < 0)
                return "up";
        return add_gateway(fd, name, network->gateway) < 0 ? network->gateway : NULL;
}

int network_up(const struct capture_network *network, uint64_t deadline_ms, struct steps *steps) {
        char name[NETWORK_NAME_SIZE];
        const char *failed;
        int r = await_card(network->mac, deadline_ms, name);

        if (r < 0) {
                steps_failed(steps, "network", "%s card has the MAC %s",
                             r == ERR_EXISTS ? "more than one" : "no", network->mac);
                return r;
        }
        failed = configure(network, name);
        if (failed) {
                r = errno_to_error(errno);
                steps_failed(steps, "network", "%s: %s: %s", name, failed, strerror(errno));
                return r;
        }
        if (!await_link(name, deadline_ms)) {
                steps_failed(steps, "network", "%s has no link", name);
                return ERR_TIMEOUT;
        }
        steps_done(steps, "network");
        return 0;
}

bool network_may_still_come(int error) {
        static const int errors[] = { EHOSTUNREACH, ENETUNREACH,  EHOSTDOWN,  ENETDOWN,
                                      ETIMEDOUT,    ECONNREFUSED, ECONNRESET, EIO };

        for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
                if (errors[i] == error)
                        return true;
        return false;
}
