/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/catalog.h"

/*
 * Where a crash lies: often in several places, as what a store holds is copied into an archive, and that into
 * another. It is one event all the same, whose rows know who showed them.
 */
struct place {
        struct record_source *source; /* that shows it; of several that are one place, the first */
        size_t index;                 /* of it in catalog->sources */
        bool complete;                /* all that is known of it lies there */
};

/*
 * The places of an event, in the order of catalog->sources; how many. This machine's stores, which efivarfs
 * and pstorefs both show, are one place, and so is a directory of two readers. The catalog is joined.
 */
size_t places_of_event(const struct catalog *catalog, const struct event *event,
                       struct place ret_places[CATALOG_SOURCES_MAX]);

/* The same of one record. */
size_t places_of_record(const struct catalog *catalog, struct record *record,
                        struct place ret_places[CATALOG_SOURCES_MAX]);

/* What it is called: an archive's directory, a store's SPEC. */
const char *place_name(const struct record_source *source);

/*
 * "also in /var/lib/systemd/pstore, /x (some parts)" of what is whole in its store; otherwise "in" and all of
 * them. Nothing where that is no news: where there is but one source, or it lies in its own store alone.
 */
void places_describe(const struct catalog *catalog, const struct place *places, size_t count,
                     enum record_store store, struct text *text);

/* Room for as much as a line of prose has; what is longer is cut. */
#define PLACES_SIZE 512
