/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/collector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "capture/collector.h"
#include "kdump/card.h"
#include "posix/clock.h"
#include "posix/memory.h"

#define TRY_MS 3000

/* The crash kernel asks no name server: an address now, for one then. */
static int resolve(const char *setting, char ret_address[CAPTURE_COLLECTOR_SIZE], struct reason *ret_reason) {
        const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
        const char *colon = strrchr(setting, ':');
        char host[256], address[INET_ADDRSTRLEN];
        struct sockaddr_in parsed;
        struct addrinfo *found;
        int r;

        if (!colon ||
            snprintf(host, sizeof(host), "%.*s", (int) (colon - setting), setting) >= (int) sizeof(host))
                return reason_set(ret_reason, ERR_VALUE, "collector: '%s' is no HOST:PORT", setting);
        r = getaddrinfo(host, NULL, &hints, &found);
        if (r != 0)
                return reason_set(ret_reason, ERR_NOT_FOUND, "collector: %s: %s", host, gai_strerror(r));
        (void) inet_ntop(AF_INET, &((const struct sockaddr_in *) (const void *) found->ai_addr)->sin_addr,
                         address, sizeof(address));
        freeaddrinfo(found);
        if (snprintf(ret_address, CAPTURE_COLLECTOR_SIZE, "%s%s", address, colon) >= CAPTURE_COLLECTOR_SIZE ||
            collector_parse(ret_address, &parsed) < 0)
                return reason_set(ret_reason, ERR_VALUE, "collector: '%s' is no port", colon + 1);
        return 0;
}

/* As for a directory on a share; some names are none for a directory that others are to make. */
static bool find_host(const char *root, char ret_host[KDUMP_HOST_SIZE]) {
        return (kdump_host_name(root, ret_host) && delivery_is_host(ret_host)) ||
               kdump_host_machine(root, ret_host);
}

int kdump_collector_name(const char *root, const char *setting, struct kdump_collector *ret_collector,
                         struct reason *ret_reason) {
        struct kdump_collector collector = { .card = "" };
        int r;

        r = resolve(setting, collector.address, ret_reason);
        if (r < 0)
                return r;
        if (!find_host(root, collector.host))
                return reason_set(ret_reason, ERR_NOT_FOUND,
                                  "collector: this machine has neither a name of its own nor a machine ID");
        *ret_collector = collector;
        return 0;
}

int kdump_collector_describe(const char *root, const struct route *route, struct kdump_collector *collector,
                             struct reason *ret_reason) {
        struct reason reason;
        int r;

        if (!route)
                return reason_set(ret_reason, ERR_NOT_FOUND, "collector: no route leads to %s",
                                  collector->address);
        r = kdump_card_find(root, route, &collector->network, collector->card, &reason);
        return r < 0 ? reason_set(ret_reason, r, "collector: %s", reason.text) : 0;
}

int kdump_collector_find(const char *root, const char *setting, struct kdump_collector *ret_collector,
                         struct reason *ret_reason) {
        struct kdump_collector collector;
        char host[INET_ADDRSTRLEN];
        struct route route;
        int r;

        r = kdump_collector_name(root, setting, &collector, ret_reason);
        if (r < 0)
                return r;
        snprintf(host, sizeof(host), "%.*s", (int) strcspn(collector.address, ":"), collector.address);
        r = kdump_collector_describe(root, route_find(host, &route) == 0 ? &route : NULL, &collector,
                                     ret_reason);
        if (r == 0)
                *ret_collector = collector;
        return r;
}

int kdump_collector_try(const struct kdump_collector *collector, struct reason *ret_reason) {
        struct sockaddr_in address;
        _cleanup_close_ int fd = collector_parse(collector->address, &address);

        if (fd == 0)
                fd = collector_connect(&address, clock_ms() + TRY_MS);
        return fd < 0 ? reason_set(ret_reason, fd, "collector: %s: %s", collector->address, strerror(errno))
                      : 0;
}

int kdump_collector_join(const struct kdump_collector *collector, struct capture_network *network,
                         struct reason *ret_reason) {
        const struct capture_network *other = &collector->network;

        if (!network->mac[0]) {
                *network = *other;
                return 0;
        }
        if (strcmp(network->mac, other->mac) != 0 || strcmp(network->address, other->address) != 0 ||
            (network->gateway[0] && other->gateway[0] && strcmp(network->gateway, other->gateway) != 0))
                return reason_set(
                        ret_reason, ERR_NOT_SUPPORTED,
                        "collector: it is reached by another way than the share that dumps go to, and "
                        "the crash kernel has one");
        if (other->gateway[0])
                strcpy(network->gateway, other->gateway);
        return 0;
}
