/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux/boot-line.h"
#include "pstore/record.h"

/*
 * pstore's back end. /sys/module/pstore/parameters/backend names the one that registered, but keeps also a
 * name that was only asked for (pstore.backend=): while nothing of that name registers, everything else is
 * refused (K6.1 fs/pstore/platform.c, pstore_register()), and a panic is lost. So a name is believed only
 * when something tells that it registered.
 */
enum backend_state {
        BACKEND_NONE,       /* none registered, and none was asked for */
        BACKEND_REGISTERED, /* .name did */
        BACKEND_ABSENT,     /* .name was asked for, and did not */
        BACKEND_UNKNOWN,    /* .name was asked for, and nothing tells whether it did */
};

struct backend {
        enum backend_state state;
        char name[64];
        char why[192];     /* none registered, or it is not known; a clause; empty where nothing tells */
        char command[256]; /* that registers one for a store that is here, or tells; empty: none is known */
};

/* `root` goes before every path: "" for this machine, a directory in tests. */
void backend_find(const char *root, const struct boot_line *line, struct backend *ret_backend);

/* The store that a back end of this name writes to: RECORD_STORE_PSTOREFS of one that only pstore shows. */
enum record_store backend_store(const char *name);
