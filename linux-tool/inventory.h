/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/options.h"
#include "store/session.h"

/* Sessions (store/session.h) over the sources that the command line names, or over the machine's own. */

/*
 * Makes the sources and reads everything; what is wrong is told on standard error. A store that this machine
 * does not have is an error only when it was named. Returns 0, or ERR_NO_MEMORY, told as well;
 * inventory_free() is due either way.
 */
int inventory_load(struct session *session, const struct options *options);

/*
 * Makes the sources, at most SESSION_SOURCES_MAX, and reads nothing. A session without a teller
 * (message_teller) tells nothing when it is loaded.
 */
int inventory_make(struct session *session, const char *const *specs, size_t count,
                   const struct teller *teller);

/* Marks what the operands name, or all. 0 or more records; ERR_UNKNOWN_ID, told. */
int inventory_select(struct session *session, const struct options *options);

/* A note that there are no records, and where was looked. */
void inventory_note_none(const struct session *session);

/* EXIT_FAILED when something could not be done, otherwise EXIT_NOTHING for none, EXIT_DONE for some. */
int inventory_status(const struct session *session, size_t count);

/* Also the sources; also of a session that is all zero. */
void inventory_free(struct session *session);

#define _cleanup_inventory_ __attribute__((cleanup(inventory_free)))
