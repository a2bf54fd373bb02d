/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/json.h"
#include "efi-app/app.h"

/*
 * What --json prints, one object for each run (docs/schema): ASCII, as a console shows nothing else, which is
 * UTF-8 without a byte order mark in a file that the shell makes.
 */
struct document {
        struct app *app;
        struct buffer buffer;
        struct json_writer json;
};

/* What to write it with; document_end() is due. */
struct json_writer *document_begin(struct document *document, struct app *app);

/* Prints it. 0, or an error that has its line, but for ERR_INTERRUPTED. */
int document_end(struct document *document);
