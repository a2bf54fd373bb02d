/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/output.h"
#include "efi-app/stores.h"
#include "store/session.h"

/* A session (store/session.h) over the stores of this machine; its lines go to the console. */
struct inventory {
        struct stores stores;
        struct session session;
        struct observer observer;
        struct teller teller;
};

/*
 * Opens the stores and reads all records. Whatever fails has its line; the rest goes on. 0, or
 * ERR_NO_MEMORY when there is nothing to work on; inventory_free() is due either way.
 */
int inventory_load(struct inventory *inventory, struct app *app);
void inventory_free(struct inventory *inventory);

/* EXIT_FAILED when anything failed, a file that is the output too, otherwise EXIT_NOTHING for none, EXIT_DONE
 * for some. */
int inventory_status(const struct inventory *inventory, size_t count);

/* A note that there are no records, and where was looked. */
void inventory_note_none(const struct inventory *inventory);

/* Marks what the operands name, or all. The number of records; it has its line when that is none. */
size_t inventory_select(struct inventory *inventory, const struct options *options);

/* Where dumps go: for the verb dump, and the first half of the verb clear. */
struct inventory_output {
        struct app *app;
        struct output output;
        char name[OUTPUT_PATH_SIZE];
        char volume[OUTPUT_PATH_SIZE]; /* as a person knows it */
};

/* `to` outlives the target. What cannot be saved has a line for each record, a volume that fails one. */
struct session_target inventory_target(struct inventory_output *to, struct app *app);

/*
 * The line about what was saved; none where nothing was tried, as there is nowhere to save it. Where it is
 * the volume that took no copy, others are named.
 */
void inventory_tell_saved(struct app *app, const struct dump_result *result);

/*
 * Of the variables that were cleared: they are gone from the list of services that answer from memory. Where
 * the flash can be asked it is; else only a reset proves it. How many of them the flash still holds, each
 * told; true in *ret_unproved, which stays otherwise, where nothing tells.
 */
size_t inventory_look_into_flash(struct app *app, const struct work *work, bool *ret_unproved);
