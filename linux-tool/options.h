/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/crash-path.h"

struct output;
struct options;

/* The verbs for machines without a store are "kdump …". */
#define GROUP_KDUMP "kdump"

enum exit_status {
        EXIT_DONE = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_NOTHING = 3, /* nothing was found to work on */
};

/* Bits of struct verb.options: which options a verb takes. */
enum option_bit {
        OPTION_HELP = 1 << 0,
        OPTION_VERSION = 1 << 1,
        OPTION_QUIET = 1 << 2,
        OPTION_NO_COLOR = 1 << 3,
        OPTION_JSON = 1 << 4,
        OPTION_SOURCE = 1 << 5,
        OPTION_ALL = 1 << 6,
        OPTION_RAW = 1 << 7,
        OPTION_PARTS = 1 << 8,
        OPTION_OUTPUT = 1 << 9,
        OPTION_TYPE = 1 << 10,
        OPTION_DUMPED = 1 << 11,
        OPTION_OLDER_THAN = 1 << 12,
        OPTION_KEEP = 1 << 13,
        OPTION_DRY_RUN = 1 << 14,
        OPTION_YES = 1 << 15,
        OPTION_DELETED = 1 << 16,
        OPTION_CONFIG = 1 << 17,
        OPTION_KERNEL = 1 << 18,
        OPTION_INITRAMFS = 1 << 19,
        OPTION_PATH = 1 << 20,
        OPTION_LOCK = 1 << 21,
        OPTION_RESERVE = 1 << 22,
        OPTION_REMOVE = 1 << 23,
        OPTION_ROOT = 1 << 24,
};

/* What every verb takes. */
#define OPTIONS_COMMON (OPTION_HELP | OPTION_VERSION | OPTION_QUIET | OPTION_NO_COLOR | OPTION_JSON)

struct verb {
        const char *name;        /* "list"; of a group's verb "kdump load" */
        const char *operands;    /* "[ID...]", for the help */
        const char *summary;     /* one line */
        const char *description; /* lines of at most 80 columns, each with its \n */
        uint32_t options;        /* enum option_bit, beside OPTIONS_COMMON */
        size_t operand_max;
        bool operands_are_ids; /* of events or records: their form is checked */
        int (*run)(const struct options *options, struct output *output); /* returns an exit status */
};

#define SOURCES_MAX 16

struct options {
        const struct verb *verb; /* NULL only with --help or --version */
        const char *group;       /* the first word of a verb of two */
        uint32_t given;          /* enum option_bit */
        const char *sources[SOURCES_MAX];
        size_t source_count;
        const char *output; /* NULL: the default directory */
        uint64_t older_than_seconds;
        size_t keep;
        const char *config, *kernel, *initramfs, *root; /* NULL: not given */
        enum crash_path path;                           /* with OPTION_PATH */
        unsigned reserve_mib;                           /* with OPTION_RESERVE */
        char *const *operands;                          /* what follows the verb */
        size_t operand_count;
};

static inline bool options_have(const struct options *options, uint32_t bits) {
        return options->given & bits;
}

#define OPTIONS_ERROR_SIZE 256

/*
 * Reads the command line. `verbs` ends in NULL. argv is put into a new order, options first, and everything
 * in *ret_options points into it. ERR_INVALID_ARGUMENT, and in `ret_error` one line that names the argument.
 */
int options_parse(int argc, char **argv, const struct verb *const *verbs, struct options *ret_options,
                  char ret_error[OPTIONS_ERROR_SIZE]);

/* "90s", "15m", "36h", "30d", "2w"; ERR_VALUE for anything else. */
int duration_parse(const char *text, uint64_t *ret_seconds);

/* The help of the program, of a group or of one verb, as the options have it; at most 80 columns. */
int options_print_help(const struct verb *const *verbs, const struct options *options, struct output *output);
