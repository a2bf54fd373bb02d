/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/*
 * A source of records in memory that does as it is told. It is honest unless told otherwise. Neither libc's
 * assertions nor cmocka: fuzzers use it too.
 */

#define FAKE_SOURCE_ENTRIES 512

struct fake_entry {
        struct source_entry entry;
        struct bytes bytes; /* the source's own copy */
        bool gone;          /* erased */

        /* How it misbehaves. */
        int next_error;  /* next() gives this instead of 1 … */
        bool nameless;   /* … and does not tell the name */
        int read_error;  /* ERR_NOT_FOUND: it vanished behind the walk */
        int erase_error; /* and it stays */
        bool erase_lies; /* success, and it stays */
};

struct fake_source {
        struct record_source source;
        struct source_operations operations; /* a copy: a member may be set to NULL */
        struct fake_entry entries[FAKE_SOURCE_ENTRIES];
        size_t count;

        /* How it misbehaves. */
        int open_error;      /* every open() … */
        unsigned open_fails; /* … from this one on, counted from 1; 0 is 1 */
        bool endless;        /* next() invents a new entry for ever */
        int endless_error;   /* and gives this error with it */
        bool invents_texts;  /* a log in each, which says the how-manyth next() it is of; 0 to 65535 */
        int write_error, space_error;
        struct source_space space_reported;
        unsigned stops_after; /* so many erase()s, and no other works; 0: all do */
        int confirm_result;   /* with fake_source_be_unsure() */

        /* What was done to it. */
        unsigned opens, nexts, reads, erases, confirms, closes;
        size_t erased[FAKE_SOURCE_ENTRIES]; /* which entries, in the order of erase() */

        size_t cursor;
};

/* `fake` must not move. */
void fake_source_init(struct fake_source *fake, const char *spec, enum record_store store);
void fake_source_free(struct fake_source *fake);

/* Adds a record as stored; the bytes are copied. abort()s when there is no room. */
struct fake_entry *fake_source_add(struct fake_source *fake, const char *name, struct bytes bytes);

/* Adds what a kernel shows of a record. */
struct fake_entry *fake_source_add_shown(struct fake_source *fake, const char *name, enum record_form form,
                                         enum record_type type, uint64_t seconds, struct bytes bytes);

/* The record that is there; NULL when there is none or it was erased. */
struct fake_entry *fake_source_find(struct fake_source *fake, const char *name);

/* How many records are there. */
size_t fake_source_size(const struct fake_source *fake);

/* Gives it a confirm_erased(), whose result is `result` for what is gone, ERR_STILL_THERE for the rest. */
void fake_source_be_unsure(struct fake_source *fake, int result);
