/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* The application's command line, from the shell or from a boot option's load options. */

#define OPTIONS_IDS_MAX     64
#define OPTIONS_SOURCES_MAX 8

enum option_flag {
        OPTION_ALL,
        OPTION_RAW,
        OPTION_PARTS,
        OPTION_DUMPED,
        OPTION_DRY_RUN,
        OPTION_YES,
        OPTION_QUIET,
        OPTION_HELP,
        OPTION_VERSION,
        OPTION_SOURCE,
        OPTION_TYPE,
        OPTION_OLDER_THAN,
        OPTION_KEEP,
        OPTION_END,
};

struct options {
        const char *verb;               /* NULL: none was given */
        const char *values[OPTION_END]; /* NULL: not given; "" for an option without a value */
        const char *ids[OPTIONS_IDS_MAX];
        size_t id_count;
        const char *sources[OPTIONS_SOURCES_MAX]; /* --source may be given several times */
        size_t source_count;
};

/* Where a usage error is: the argument, and what is wrong with it. Static text. */
struct options_fault {
        const char *argument;
        const char *reason;
};

/*
 * `arguments` are without the program's name; the strings are kept. ERR_INVALID_ARGUMENT and *ret_fault for
 * an unknown option, a missing value, or too many ids or sources.
 */
int options_parse(char *const *arguments, size_t count, struct options *ret_options,
                  struct options_fault *ret_fault);

static inline bool options_has(const struct options *options, enum option_flag flag) {
        return options->values[flag];
}

/* Whether this store is wanted: --source names it, or there is no --source. */
bool options_has_source(const struct options *options, const char *name);

/* "--older-than", for messages. */
const char *options_name(enum option_flag flag);

/* "30d", "12h", "90m", "45s", "2w": a number and a unit. ERR_VALUE otherwise. */
int options_parse_duration(const char *text, uint64_t *ret_seconds);

/* A plain number. ERR_VALUE otherwise. */
int options_parse_number(const char *text, uint64_t *ret_number);
