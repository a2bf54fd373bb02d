/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/seal.h"
#include "capture/worker.h"

/* A process that seals what others write to a pipe. */
struct sealing {
        int fd; /* to be written to */
        struct worker worker;
};

/* Into this open file. sealing_end() is due after 0. */
int sealing_start(const struct seal_key *public_key, int to_fd, struct sealing *ret_sealing);

/* Nobody writes any more, or what they do is lost. 0 when all of it is in the file; ERR_TIMEOUT, or
 * seal_copy()'s. */
int sealing_end(struct sealing *sealing, uint64_t deadline_ms);
