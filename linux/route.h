/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <net/if.h>
#include <netinet/in.h>

/* How this machine reaches another one, as its kernel says: also where rules or several tables decide. */
struct route {
        char interface[IF_NAMESIZE];
        char source[INET_ADDRSTRLEN];  /* our own address */
        unsigned prefix;               /* bits of the network that it is in */
        char gateway[INET_ADDRSTRLEN]; /* empty: nothing is in between */
};

/* `address` is of IPv4. ERR_NOT_FOUND: no route leads there, or one without an address of ours. */
int route_find(const char *address, struct route *ret_route);
