/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "acpi/erst-table.h"

/*
 * An opinion about a valid table: what will not work with it, and what is odd. Nothing is run.
 */
enum erst_severity {
        FINDING_BREAKS, /* an operation cannot work */
        FINDING_WARNS,  /* not as specified, and yet it may work */
};

struct erst_finding {
        enum erst_severity severity;
        int entry;           /* or -1: not about one entry */
        int action;          /* or -1: not about one action */
        const char *text;    /* one phrase; static storage */
        const char *section; /* "ACPI 6.5, 18.5.1.1" */
};

/*
 * Writes the first `capacity` findings and returns how many there are, which may be more. Header first, then
 * missing actions, then entries in table order.
 */
size_t erst_table_judge(const struct erst_table *table, struct erst_finding *findings, size_t capacity);
