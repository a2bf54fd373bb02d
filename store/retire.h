/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/clear.h"
#include "store/session.h"

/*
 * The verb `clear` of both front ends: records are copied, the copies compared, and only then erased and
 * looked for again. What is not a front end's own, to ask and to print, is here, once.
 */
struct retire_wish {
        struct selection selection;
        bool archives_too;  /* ids or sources were named: whoever names what an archive holds means it */
        bool only_dumped;   /* nothing but what the target has a complete copy of already */
        bool volatile_copy; /* a copy in memory is good enough */
        bool dry_run;       /* select, and no more: nothing is asked, copied or cleared */
};

/* What a front end does in between. All may be NULL. */
struct retire_front {
        void *context;

        /* Whether to go on, or an error, told. So many records, of which some are the only copy there is. */
        int (*agree)(void *context, size_t count, size_t archive_count);

        /* Copied is what can be, and nothing cleared yet. */
        void (*copied)(void *context, const struct dump_result *copies);

        clear_report *cleared;
};

struct retire_result {
        size_t selected_count; /* how many were to be cleared */
        size_t archive_count;  /* of them, the copies themselves: no other was made */
        size_t saved_count;    /* how many have a copy, or are one, and so were erased */
        struct clear_result cleared;
};

/*
 * Deselects what an archive holds unless that is meant, and what can only be read: both are told. What a
 * store holds too is the store's, and its copies in archives stay; so does, where no source was named, what
 * an archive alone has of an event that lies in a store. What stays selected in the session's work at the end
 * is what there was a copy of, with its outcome. The session has failed when anything was not copied or is
 * not gone; what is only not verified, the result tells.
 *
 * 0, also when nothing was selected, and when there can be no copies, as the target cannot be opened or lies
 * in memory: then nothing is asked and nothing goes, and the session has failed. ERR_UNKNOWN_ID; what agree()
 * says, before anything is copied or cleared. *ret_result is always set.
 */
int retire_records(struct session *session, const struct retire_wish *wish,
                   const struct session_target *target, const struct retire_front *front,
                   struct retire_result *ret_result);
