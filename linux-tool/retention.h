/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "posix/reason.h"
#include "store/dump-target.h"
#include "store/retained.h"
#include "store/work.h"

/*
 * How much stays in a directory of dumps: the newest events, by the time in their names, and the newest of
 * the other records, by when they were copied; and no more bytes than that, of which events come first. The
 * newest event stays however large it is.
 *
 * Ours is what a manifest of ours describes, with nothing beside it. Dumps of kdump have bounds of their own,
 * and what is of anybody else is neither counted nor removed.
 */

/* What of ours is in the open directory. retention_free() is due, whatever comes of it. */
int retention_read(int directory_fd, struct retention *ret_retention);
void retention_free(struct retention *retention);

/*
 * Marks as surplus what archives hold that would be removed as soon as it were adopted. `target` tells which
 * archive lies in the directory itself. ERR_NO_MEMORY, and then nothing is marked.
 */
int retention_plan(const struct retention *retention, const struct retention_limits *limits,
                   const struct dump_target *target, struct work *work);

/*
 * Removes what an earlier run left when it was cut short, of a dump or of retention itself: where nothing is
 * dumped, nobody else does. 0, also when there was nothing.
 */
int retention_tidy(int directory_fd);

/*
 * Removes what is too much, after a dump of the work: what the work has just copied stays, and so does what
 * is a copy of something that is still in a store, which would be copied again. Each is renamed away before
 * anything of it is removed, so that a loss of power leaves it whole or not at all. What has gone is what
 * `ret_removed` holds in the end; also when removing failed, which the reason tells.
 */
int retention_prune(int directory_fd, const struct retention_limits *limits, const struct work *work,
                    struct retention *ret_removed, struct reason *ret_reason);
