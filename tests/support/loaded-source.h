/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/catalog.h"
#include "store/source.h"

/* The catalog of one source. */
struct loaded {
        struct record_source *source;
        struct catalog catalog;
        int result; /* of catalog_add() */
};

/* Reads and joins what the spec names; fails the test for a spec that is none. unload() is due. */
void load(struct loaded *loaded, const char *spec);
void unload(struct loaded *loaded);
