/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/dump.h"
#include "store/selection.h"
#include "store/work.h"

/*
 * What every verb over records begins with, in both front ends: the sources that the front end made are read,
 * whatever is wrong is told, parts are joined into events, and a work on them begins.
 */

/* How a front end says a line. `what` is plain text; a subject is what the user named or can name. */
struct teller {
        void *context;
        void (*error)(void *context, const char *subject, const char *what); /* "SUBJECT: WHAT" */
        void (*note)(void *context, const char *what);                       /* not where it shall be quiet */
};

#define SESSION_SOURCES_MAX 16

struct session {
        struct record_source *sources[SESSION_SOURCES_MAX];
        int errors[SESSION_SOURCES_MAX]; /* 0, or why the source could not be made, or read to its end */
        size_t source_count;
        bool named; /* set before the load: the user named the sources, and one without a store is an error */
        bool failed; /* something could not be done, which was told: the exit status is not 0 */
        struct catalog catalog;
        struct work work; /* on the catalog, once it is loaded */
        const struct teller *teller;
};

/* `observer` may be NULL, and `teller`: then nothing is told. All outlive the session, which must not move.
 */
void session_init(struct session *session, const struct allocator *allocator, const struct codec *codecs,
                  size_t codec_count, const struct observer *observer, const struct teller *teller);

/*
 * Adds a source, which stays the caller's and outlives the session; at most SESSION_SOURCES_MAX. `error` is
 * 0, or why it could not be made, which the front end has told: it is not opened then.
 */
void session_add(struct session *session, struct record_source *source, int error);

/*
 * Reads all sources, archives behind the stores, each of which goes on where another failed, and tells of
 * every error and every malformed record. A store that is not there is an error only when it was named, and
 * so is an archive that is not there, or holds what is no record. 0 when there is a catalog to work on,
 * whatever is missing in it; or ERR_NO_MEMORY, told as well.
 */
int session_load(struct session *session);

/* Marks what is selected. The number of records; ERR_UNKNOWN_ID, told. */
int session_select(struct session *session, const struct selection *selection);

/* Frees all but the sources. Also of a session that is all zero. */
void session_free(struct session *session);

/* Where a front end's copies go. */
struct session_target {
        void *context;
        const char *name;      /* of the place, for messages */
        const char *elsewhere; /* what the user does to have another one: "give --output DIR" */
        int (*open)(void *context, struct dump_target *ret_target); /* tells its error */
        void (*close)(void *context);                               /* follows each open() that succeeded */
        struct dump_origin origin;
        dump_report *report; /* of each record that is copied, with the same context; may be NULL */

        /*
         * Tells, once for all records, that the target failed: see struct dump_result. It is open still.
         * NULL: the front end tells with its result.
         */
        void (*failed)(void *context, const struct dump_result *result);
};

/*
 * Copies what is selected. 0, or the first error, with which the session has failed; *ret_result is always
 * set.
 */
int session_copy(struct session *session, const struct session_target *target,
                 struct dump_result *ret_result);

/*
 * Deselects what the target has no complete copy of. How many stay selected, or why it cannot be opened. What
 * a copy may be there of, but cannot be made sure of, is told, and the session has failed.
 */
int session_keep_dumped(struct session *session, const struct session_target *target,
                        struct dump_result *ret_result);

/* Whether copies would outlive a reset: 0, ERR_VOLATILE, told, or why it cannot be opened, told as well. */
int session_check_lasting(struct session *session, const struct session_target *target);

/* Says a line of the session, `format` as in base/text.h; nothing without a teller. */
void session_tell_error(const struct session *session, const char *subject, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void session_tell_note(const struct session *session, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
