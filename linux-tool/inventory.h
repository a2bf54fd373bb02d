/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/options.h"
#include "store/work.h"

/* The sources that the command line names, or the machine's own, and what is in them. */
struct inventory {
        struct record_source *sources[SOURCES_MAX];
        int errors[SOURCES_MAX]; /* 0, or why the source could not be opened or walked to its end */
        size_t source_count;
        struct catalog catalog;
        struct work work; /* of the catalog, once it is loaded */
        bool failed;      /* something could not be read: the exit status is not 0 */
};

/*
 * Reads everything, and tells on standard error of each source that cannot be read and of each malformed
 * record. A store that this machine does not have is an error only when it was named. Returns 0, or
 * ERR_NO_MEMORY, told as well; inventory_free() is due either way.
 */
int inventory_load(struct inventory *inventory, const struct options *options);

/* Makes the sources, at most SOURCES_MAX, and reads nothing. */
int inventory_make_sources(struct inventory *inventory, const char *const *specs, size_t count);

/* Marks what the operands name, or all. 0 or more records; ERR_UNKNOWN_ID, told. */
int inventory_select(struct inventory *inventory, const struct options *options);

/* EXIT_FAILED when something could not be read, otherwise EXIT_NOTHING for none, EXIT_DONE for some. */
int inventory_status(const struct inventory *inventory, size_t count);

void inventory_free(struct inventory *inventory);

#define _cleanup_inventory_ __attribute__((cleanup(inventory_free)))
