/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/options.h"
#include "linux/esp.h"
#include "linux/machine.h"
#include "store/session.h"

/* Sessions (store/session.h) over the sources that the command line names, or over the machine's own. */

/*
 * Makes the sources and reads everything; what is wrong is told on standard error. A store that this machine
 * does not have is an error only when it was named. Returns 0, or ERR_NO_MEMORY, told as well;
 * inventory_free() is due either way.
 */
int inventory_load(struct session *session, const struct options *options);

/*
 * Makes the sources, at most SESSION_SOURCES_MAX, and reads nothing. Those that are not `named` by the user
 * are this machine's. A session without a teller (message_teller) tells nothing when it is loaded.
 */
int inventory_make(struct session *session, const char *const *specs, size_t count, bool named,
                   const struct teller *teller);

/* The store behind a source: pstorefs shows that of the kernel's back end. */
enum record_store inventory_store_of(const struct record_source *source, const struct machine *machine);

/* Marks what the operands name, or all. 0 or more records; ERR_UNKNOWN_ID, told. */
int inventory_select(struct session *session, const struct options *options);

/* True when the dumps on the EFI system partition cannot be seen: with the sentence why. */
bool inventory_misses_esp(char ret_why[ESP_WHY_SIZE]);

/* A note that there are no records, and where was looked, or could not be. */
void inventory_note_none(const struct session *session);

/* EXIT_FAILED when something could not be done, otherwise EXIT_NOTHING for none, EXIT_DONE for some. */
int inventory_status(const struct session *session, size_t count);

/* Also the sources; also of a session that is all zero. */
void inventory_free(struct session *session);

#define _cleanup_inventory_ __attribute__((cleanup(inventory_free)))
