/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/plan.h"
#include "kdump/host.h"
#include "kdump/target.h"
#include "linux/route.h"

/* The collector that the crash kernel sends its sealed log to, and how it is reached. */
struct kdump_collector {
        char address[CAPTURE_COLLECTOR_SIZE]; /* empty: there is none */
        char card[NETWORK_NAME_SIZE];         /* that it is reached by now, "eth0" */
        char host[KDUMP_HOST_SIZE];           /* our name there: the host's, or the machine ID */
        struct capture_network network;
};

/*
 * Of the setting `collector`, HOST:PORT, the address, and our name there. `root` goes before /proc and /etc;
 * the host is looked for by the running system. ERR_VALUE: it has another form; ERR_NOT_FOUND: no such host,
 * or this machine has no name of its own.
 */
int kdump_collector_name(const char *root, const char *setting, struct kdump_collector *ret_collector,
                         struct reason *ret_reason);

/*
 * The same, and the way to it, as the running system has it; `root` goes before /sys, too. ERR_NOT_FOUND: no
 * route; ERR_NOT_SUPPORTED: by another interface than a network card.
 */
int kdump_collector_find(const char *root, const char *setting, struct kdump_collector *ret_collector,
                         struct reason *ret_reason);

/* The way alone, to one that has an address: by this route; NULL: there is none. */
int kdump_collector_describe(const char *root, const struct route *route, struct kdump_collector *collector,
                             struct reason *ret_reason);

/* Connects, and says nothing: ERR_… and the reason when nobody answers within three seconds. */
int kdump_collector_try(const struct kdump_collector *collector, struct reason *ret_reason);

/*
 * One network for the share that dumps go to and for the collector, into the plan's: ERR_NOT_SUPPORTED when
 * each has a card, an address or a gateway of its own.
 */
int kdump_collector_join(const struct kdump_collector *collector, struct capture_network *network,
                         struct reason *ret_reason);
