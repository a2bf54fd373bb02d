/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/clear.h"
#include "store/session.h"

/*
 * The verb `collect`: everything that the sources hold is copied, and what may be cleared is erased and
 * looked for again; nobody is asked. Archives are adopted: what lies elsewhere than the target is copied and
 * stays there, unless the archive is an outbox, whose copies have arrived then; also those of what a store or
 * another archive has as well.
 */
enum collect_clear {
        COLLECT_CLEAR_CRASHES, /* not firmware's own records of hardware errors, which others may want */
        COLLECT_CLEAR_ALL,
        COLLECT_CLEAR_NONE,
};

struct collect_wish {
        enum collect_clear clear;
        bool volatile_copy; /* a copy in memory is good enough to clear */
        bool dry_run;       /* nothing is copied or cleared: what has a copy is looked for */
};

/* What a front end does in between. All may be NULL. */
struct collect_front {
        void *context;

        /* Before anything is copied: says of an archive's records which are surplus (store/work.h). */
        void (*plan)(void *context, struct work *work);

        /* Copied is what can be, and nothing cleared yet. Not in a dry run. */
        void (*copied)(void *context, const struct dump_result *copies);

        clear_report *cleared;
};

struct collect_result {
        struct dump_result copies;   /* in a dry run what was found */
        struct clear_result cleared; /* in a dry run all zero */
        size_t kept_count;           /* records of stores that have a copy and are not to be cleared */
};

/*
 * At the end what is selected in the session's work is what was cleared, or would be, with its outcome; of
 * the rest the outcome says why there is no copy. What stays in a store by its nature is told. 0, also when
 * the session has failed, as anything was not copied or is not gone; *ret_result is always set.
 */
int collect_records(struct session *session, const struct collect_wish *wish,
                    const struct session_target *target, const struct collect_front *front,
                    struct collect_result *ret_result);
