/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define ANSWER_SIZE 4096

/* rtnetlink(7) */
struct question {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        struct in_addr destination;
};

/* The length of the answer, or an error. */
static ssize_t ask(struct in_addr destination, void *answer) {
        _cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        const struct question question = {
                .header = { .nlmsg_len = sizeof(question),
                            .nlmsg_type = RTM_GETROUTE,
                            .nlmsg_flags = NLM_F_REQUEST },
                .route = { .rtm_family = AF_INET, .rtm_dst_len = 32 },
                .attribute = { .rta_len = RTA_LENGTH(sizeof(destination)), .rta_type = RTA_DST },
                .destination = destination,
        };
        ssize_t got;

        if (fd < 0 || send(fd, &question, sizeof(question), 0) < 0)
                return errno_to_error(errno);
        got = recv(fd, answer, ANSWER_SIZE, 0);
        return got < 0 ? errno_to_error(errno) : got;
}

static void take(const struct rtattr *attribute, struct route *route) {
        const void *value = RTA_DATA(attribute);
        unsigned index;

        switch (attribute->rta_type) {
        case RTA_OIF:
                memcpy(&index, value, sizeof(index));
                (void) if_indextoname(index, route->interface);
                break;
        case RTA_PREFSRC:
                (void) inet_ntop(AF_INET, value, route->source, sizeof(route->source));
                break;
        case RTA_GATEWAY:
                (void) inet_ntop(AF_INET, value, route->gateway, sizeof(route->gateway));
                break;
        default:
                break;
        }
}

static int read_answer(const struct nlmsghdr *header, ssize_t length, struct route *route) {
        const struct rtattr *attribute;
        int left;

        /* An error's code would say the same in all cases that can be: unreachable. */
        if (!NLMSG_OK(header, length) || header->nlmsg_type != RTM_NEWROUTE)
                return ERR_NOT_FOUND;
        left = (int) RTM_PAYLOAD(header);
        for (attribute = RTM_RTA(NLMSG_DATA(header)); RTA_OK(attribute, left);
             attribute = RTA_NEXT(attribute, left))
                take(attribute, route);
        return route->interface[0] && route->source[0] ? 0 : ERR_NOT_FOUND;
}

static bool has_address(const struct ifaddrs *row, const struct route *route) {
        char text[INET_ADDRSTRLEN];

        return strcmp(row->ifa_name, route->interface) == 0 && row->ifa_addr && row->ifa_netmask &&
               row->ifa_addr->sa_family == AF_INET &&
               inet_ntop(AF_INET, &((const struct sockaddr_in *) row->ifa_addr)->sin_addr, text,
                         sizeof(text)) &&
               strcmp(text, route->source) == 0;
}

static int find_prefix(struct route *route) {
        struct ifaddrs *rows, *row;

        if (getifaddrs(&rows) < 0)
                return errno_to_error(errno);
        for (row = rows; row && !has_address(row, route); row = row->ifa_next)
                ;
        if (row)
                route->prefix = (unsigned) __builtin_popcount(
                        ((const struct sockaddr_in *) row->ifa_netmask)->sin_addr.s_addr);
        freeifaddrs(rows);
        return row ? 0 : ERR_NOT_FOUND;
}

int route_find(const char *address, struct route *ret_route) {
        union {
                struct nlmsghdr header;
                char bytes[ANSWER_SIZE];
        } answer;
        struct route route = { .interface = "" };
        struct in_addr destination;
        ssize_t length;
        int r;

        if (inet_pton(AF_INET, address, &destination) != 1)
                return ERR_INVALID_ARGUMENT;
        length = ask(destination, &answer);
        r = length < 0 ? (int) length : read_answer(&answer.header, length, &route);
        if (r == 0)
                r = find_prefix(&route);
        if (r == 0)
                *ret_route = route;
        return r;
}
