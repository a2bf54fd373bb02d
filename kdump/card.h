/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/network.h"
#include "capture/plan.h"
#include "linux/route.h"
#include "posix/reason.h"

/*
 * The network card by which something is reached now, as the crash kernel is to find and configure it: MAC,
 * address, gateway and MTU into `network`, its name into `ret_name`. `root` goes before /sys.
 * ERR_NOT_SUPPORTED for an interface that the crash kernel cannot make: a bond, a bridge, a VLAN, Wi-Fi, a
 * tunnel; or one whose MAC does not tell it from others.
 */
int kdump_card_find(const char *root, const struct route *route, struct capture_network *network,
                    char ret_name[NETWORK_NAME_SIZE], struct reason *ret_reason);
