/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/plan.h"
#include "capture/steps.h"

/* The crash kernel's network: one card, with the address that the machine had when it was well. */

#define NETWORK_NAME_SIZE 16 /* IFNAMSIZ */

/*
 * The name that the card with this MAC has now: names change. ERR_NOT_FOUND; ERR_EXISTS when there are two.
 * `root` goes before /sys: "" but in tests.
 */
int network_find_card(const char *root, const char *mac, char ret_name[NETWORK_NAME_SIZE]);

/*
 * Waits for the card, gives it its address and its route, and waits for the link, all of it until the
 * deadline. What fails is told as the step "network". Once more does no harm. 0, or the error.
 */
int network_up(const struct capture_network *network, uint64_t deadline_ms, struct steps *steps);

/*
 * Whether whoever could not be reached, for this errno, may be a little later: the network or the server may
 * need a while yet, and a switch forwards nothing for half a minute.
 */
bool network_may_still_come(int error);
