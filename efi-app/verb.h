/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/common-options.h"
#include "efi-app/app.h"
#include "efi-app/machine.h"
#include "store/selection.h"

/* Every verb, each of which is a file of its own, and the options of all. Their context is the struct app. */
extern const struct cli cli_pstore_fw;

/* What most verbs work on. */
struct session {
        struct machine machine;
        struct catalog catalog;
        struct work work; /* of the catalog */
        struct observer observer;
        int error; /* the first of loading */
};

/* Opens the machine and reads all records. Whatever fails has its line; the rest goes on. */
void session_open(struct session *session, struct app *app);
void session_close(struct session *session);

/* EXIT_DONE, or EXIT_FAILED when loading, the verb (`error` < 0), or the console failed. */
int session_status(const struct session *session, int error);

/*
 * Marks what the ids and options name. Returns the number of records; EXIT_FAILED or EXIT_NOTHING in
 * *ret_status, and its line, when there is nothing to do.
 */
int session_select(struct session *session, const struct selection *selection, int *ret_status);

/* Copies the selected records to the ESP: verb dump, and the first half of verb clear. */
int session_dump(struct session *session);
