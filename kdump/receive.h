/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "capture/delivery.h"
#include "capture/dumps.h"
#include "posix/reason.h"

/*
 * The collector's side of a delivery (capture/delivery.h): DIRECTORY/HOST/EVENT, a dump like any other, with
 * the sealed log and a manifest. Whoever can reach the collector can send it something: the host's name is
 * what the sender says, and nothing that is there is ever replaced or removed.
 */

#define RECEIVED_DIRECTORY "/var/lib/pstore-fw-received"

struct received {
        char host[DELIVERY_HOST_SIZE]; /* empty: nothing came, as when somebody tries whether we are there */
        char event[DUMPS_NAME_SIZE];
};

/*
 * Reads one delivery, until the deadline, and stores it: 0 when it is flushed, and was read again. `from` is
 * who sent it, in words. ERR_VALUE, ERR_TRUNCATED, ERR_CHECKSUM, ERR_KEY and what seal_read_id() says: it is
 * none, or not as it was sent; ERR_NO_SPACE: less than a tenth of the disk would be left, of a large one less
 * than 1 GiB; ERR_TIMEOUT. Of what is not stored nothing is left but the host's directory.
 */
int kdump_receive(int fd, const char *directory, const char *from, uint64_t deadline_ms,
                  struct received *ret_received, struct reason *ret_reason);

/* Reads what still comes, until its end or the deadline, so that a sender gets to reading our answer. */
void kdump_receive_rest(int fd, uint64_t deadline_ms);
