/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"
#include "store/work.h"

/* The catalog of one source, and a work on it. */
struct loaded {
        struct record_source *source;
        struct catalog catalog;
        struct work work;
        int result; /* of catalog_add() */
};

/* Reads and joins what the spec names; fails the test for a spec that is none. unload() is due. */
void load(struct loaded *loaded, const char *spec);
void unload(struct loaded *loaded);
