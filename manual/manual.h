/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdio.h>

#include "cli/options.h"

/*
 * Manuals, and completions for shells, are made of templates by a program that is linked with a front end's
 * own tables of options and verbs: what `--help` says is said in the manual by the same words, and nothing of
 * it is written twice. In a template a line that begins with '@' is a directive; all others are as they
 * stand.
 */

/* Of the front end that the program is linked with. */
extern const struct cli cli_pstore_fw;

struct manual {
        const struct cli *cli;
        const struct verb *verb; /* that the page is of; NULL: of none */
        FILE *stream;
};

struct directive {
        const char *name;
        void (*put)(const struct manual *manual, const char *argument); /* "" without one */
        bool of_verb; /* stands in the page of a verb only */
};

/* Each ends in one without a name. */
extern const struct directive mdoc_directives[];
extern const struct directive completion_directives[];

/* Ends the program, with a line that names the path, when it cannot be opened. */
FILE *manual_open(const char *path, const char *mode);

/* What `put` writes to its sink, to be freed. */
char *manual_written(void (*put)(const struct sink *sink));

/* "kdump load" as the ending of a page's or a function's name: "kdump-load". The result is static. */
const char *manual_joined_name(const struct verb *verb, char joint);
