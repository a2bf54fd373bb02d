/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "capture/delivery.h"
#include "capture/plan.h"
#include "capture/steps.h"

/* The machine on the network that sealed logs are sent to, by TCP. */

/* ADDRESS:PORT, of IPv4. ERR_VALUE. */
int collector_parse(const char *text, struct sockaddr_in *ret_address);

/*
 * Connects, and asks again until the deadline while there is hope: returns the socket, or an error, of which
 * errno says more.
 */
int collector_connect(const struct sockaddr_in *address, uint64_t deadline_ms);

/*
 * Sends the delivery to the plan's collector: the head, then as many bytes of the file as it says; and waits
 * for the answer, all of it until the deadline. Loads the card's drivers and sets up the network before,
 * where the plan has one. 0 when the collector says that it has stored it; what else comes is told as the
 * step "collector", or "network".
 */
int collector_send(const struct capture_plan *plan, const struct delivery *delivery, int log_fd,
                   uint64_t deadline_ms, struct steps *steps);
