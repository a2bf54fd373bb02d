/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/sink.h"

/*
 * The command line of both front ends. Options and verbs are rows: a verb names the options that it takes,
 * and asks for what was given by the same rows. Those of more than one verb are in cli/common-options.h; one
 * that a single verb takes stands with it.
 */

/* What both front ends end with; `check` has statuses of its own. */
enum exit_status {
        EXIT_DONE = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_NOTHING = 3, /* nothing was found to work on */
};

struct option {
        const char *name;     /* "older-than" */
        char letter;          /* 0: has only a long form */
        const char *argument; /* "AGE", for the help; NULL: takes none */
        const char *help;

        /*
         * Of those with an argument, which is never empty: ERR_VALUE refuses it, `wanted` ends the line that
         * says so ("is no age"), and *ret_number is what it means where that is a number. NULL takes every
         * text.
         */
        int (*parse)(const char *text, uint64_t *ret_number);
        const char *wanted;
        size_t most;                               /* how often it may be given; 0: the last time counts */
        void (*put_help)(const struct sink *sink); /* more of it, behind all options; NULL: there is none */

        /*
         * The words that its argument can be, each with its \n, for a shell that completes it; behind one
         * that ends in ':' a path follows. NULL: it is what `argument` says.
         */
        void (*put_choices)(const struct sink *sink);
};

struct options;

struct verb {
        const char *name;                    /* "list"; of a group's verb "kdump load" */
        const char *operands;                /* "[ID...]", for the help */
        const char *summary;                 /* one line */
        const char *description;             /* lines of at most 80 columns, each with its \n */
        const struct option *const *options; /* beside the program's; ends in NULL, and NULL is none */
        size_t operand_max;
        bool operands_are_ids; /* of events or records: their form is checked */
        bool may_be_long;      /* its answer: on a terminal a page at a time is wanted */
        const char *statuses;  /* of its end, for the help; NULL: those of enum exit_status */
        int unheard;           /* the status when its answer could not be given; 0: EXIT_FAILED */

        /* `context` is what the front end has to work with. Returns an exit status. */
        int (*run)(const struct options *options, void *context);
};

/* Verbs of two words that begin with the same one. */
struct verb_group {
        const char *name;    /* "kdump" */
        const char *heading; /* over them, in the program's help; NULL: none */
};

struct cli {
        const char *name;                    /* as the help names it */
        const char *about;                   /* lines, as a verb's description */
        const struct verb *const *verbs;     /* ends in NULL */
        const struct verb *usual;            /* the verb that nothing means; NULL: one has to be named */
        const struct verb_group *groups;     /* ends in one without a name; NULL where there are none */
        const struct option *const *options; /* what every verb takes; ends in NULL */
        const struct option *const *shown;   /* of the verbs' options, what the program's help has too */
};

/* More than anybody types. */
#define OPTIONS_GIVEN_MAX 64

struct given_option {
        const struct option *option;
        const char *text; /* its argument, or "" */
        uint64_t number;
};

/* One command line, read. Everything points into its words. */
struct options {
        const struct verb *verb; /* NULL only with --help or --version */
        const char *group;       /* the first word of a verb of two */
        struct given_option given[OPTIONS_GIVEN_MAX];
        size_t given_count;
        const char *const *operands; /* what follows the verb */
        size_t operand_count;
};

#define OPTIONS_ERROR_SIZE 256

/*
 * Reads the words, which are without the program's name and are put into a new order, operands first. Options
 * may stand anywhere before "--": "--name VALUE", "--name=VALUE", a beginning of the name that no other
 * option has,
 * "-x", and letters together. ERR_INVALID_ARGUMENT, and in `ret_error` one line that names the word.
 */
int options_parse(const struct cli *cli, const char **words, size_t count, struct options *ret_options,
                  char ret_error[OPTIONS_ERROR_SIZE]);

/* Whether it asks for help where a verb stands: "help", and "/?" as in Windows' and the shell's own commands.
 */
bool options_is_help(const char *word);

bool options_have(const struct options *options, const struct option *option);

/* The last argument that was given; NULL, or 0, when the option was not. */
const char *options_text(const struct options *options, const struct option *option);
uint64_t options_number(const struct options *options, const struct option *option);

/* All arguments of an option, in their order; returns how many, `most` of its row at most. */
size_t options_texts(const struct options *options, const struct option *option, const char **ret_texts);

/* The group that a verb of two words is in; NULL: none. */
const struct verb_group *verb_group_of(const struct cli *cli, const struct verb *verb);

/* What its exit status may be, as "0 done, 1 failed": each number begins one. */
const char *verb_statuses(const struct verb *verb);

/* The help of the program, of a group or of one verb, as the options have it; at most 80 columns. */
int options_print_help(const struct cli *cli, const struct options *options, const struct sink *sink);
