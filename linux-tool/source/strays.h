/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * What lies in a directory of records and is none: each is told in one line, and hides no record. A source
 * that reads its directory again says nothing again.
 */
struct strays {
        const char *spec; /* of the source */
        size_t count;     /* in this reading */
        bool told;        /* in an earlier one */
};

/* `what` completes the sentence "NAME: WHAT: left out". */
void strays_add(struct strays *strays, const char *name, const char *what);

/* Ends a reading: says how many more there are than lines for them. */
void strays_end(struct strays *strays);
