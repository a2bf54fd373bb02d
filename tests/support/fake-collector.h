/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <sys/types.h>

#include "capture/plan.h"

/* A process that takes one delivery on the loopback. Everything here fails the test when it does not work. */
struct fake_collector {
        pid_t pid;
        char address[CAPTURE_COLLECTOR_SIZE];
};

/*
 * What comes goes to the file, and then it says `answer`, which may be empty; NULL: it reads nothing and says
 * nothing, as long as it lives.
 */
void fake_collector_start(struct fake_collector *ret_collector, const char *into, const char *answer);

/* Waits for it, or ends the one that says nothing. */
void fake_collector_end(struct fake_collector *collector);

/* ADDRESS:PORT of nobody. */
void fake_collector_gone(char ret_address[CAPTURE_COLLECTOR_SIZE]);
