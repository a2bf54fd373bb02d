/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

/*
 * Which way a panic takes: into pstore, or through kdump. Linux starts an armed crash kernel before it calls
 * pstore (K6.1 kernel/panic.c, panic()), so the two exclude each other unless crash_kexec_post_notifiers is
 * set, which runs more code of a kernel that is broken before the crash kernel starts.
 */

enum crash_path {
        CRASH_PATH_AUTO, /* a wish only: what is right for this machine */
        CRASH_PATH_PSTORE,
        CRASH_PATH_KDUMP,
        CRASH_PATH_BOTH, /* pstore first, then kdump */
        CRASH_PATH_NONE, /* a decision only: there is neither */
};

/* "auto", "pstore", "kdump", "both", "none" */
const char *crash_path_name(enum crash_path path);

/* For what may be wished. ERR_VALUE. */
int crash_path_parse(const char *name, enum crash_path *ret_path);

struct crash_path_facts {
        const char *backend;  /* pstore's back end, that is known to have registered; NULL for none */
        const char *doubtful; /* else one of which that is not known; NULL for none */
        bool backend_full;    /* and it has no room for a log */
        bool memory_reserved; /* for a crash kernel */
        enum crash_path wish;
};

struct crash_path_decision {
        enum crash_path path;
        char why[256]; /* one sentence, without a full stop */
};

void crash_path_decide(const struct crash_path_facts *facts, struct crash_path_decision *ret_decision);
