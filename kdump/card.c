/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/card.h"

#include <limits.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/system-file.h"

/* NET_ADDR_PERM (K6.1 include/uapi/linux/netdevice.h): any other MAC is one that the crash kernel has not. */
#define MAC_PERMANENT 0

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

static int check_mac(const char *root, const char *interface, struct capture_network *network,
                     struct reason *ret_reason) {
        char path[PATH_MAX], name[NETWORK_NAME_SIZE];
        uint64_t origin;

        snprintf(path, sizeof(path), "/sys/class/net/%s/address", interface);
        if (!system_file_line(root, path, network->mac, sizeof(network->mac)))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "%s has no MAC by which the crash kernel could find it", interface);
        snprintf(path, sizeof(path), "/sys/class/net/%s/addr_assign_type", interface);
        if (!system_file_number(root, path, &origin) || origin != MAC_PERMANENT)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "%s has a MAC that is not its own: the crash kernel would not find it",
                                  interface);
        if (network_find_card(root, network->mac, name) == ERR_EXISTS)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "two network cards have the MAC %s",
                                  network->mac);
        return 0;
}

int kdump_card_find(const char *root, const struct route *route, struct capture_network *network,
                    char ret_name[NETWORK_NAME_SIZE], struct reason *ret_reason) {
        const char *kind = find_kind(root, route->interface);
        char path[PATH_MAX];
        uint64_t mtu = 0;
        int r;

        if (kind)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "its server is reached by %s, which is %s, and the crash kernel knows "
                                  "network cards only",
                                  route->interface, kind);
        r = check_mac(root, route->interface, network, ret_reason);
        if (r < 0)
                return r;
        snprintf(ret_name, NETWORK_NAME_SIZE, "%s", route->interface);
        snprintf(network->address, sizeof(network->address), "%s/%u", route->source, route->prefix);
        snprintf(network->gateway, sizeof(network->gateway), "%s", route->gateway);
        snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", route->interface);
        if (system_file_number(root, path, &mtu) && mtu <= UINT16_MAX)
                network->mtu = (unsigned) mtu;
        return 0;
}
