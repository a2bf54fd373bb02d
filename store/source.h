/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/allocator.h"
#include "base/fault.h"
#include "base/text.h"
#include "pstore/record.h"

/*
 * What every back end implements: a place where records live. All strings and bytes that it hands out
 * through buffers belong to the caller; everything else belongs to the source and is valid until close().
 */

/* In which shape a source hands out a record. */
enum record_form {
        RECORD_FORM_STORED, /* the bytes as stored */
        RECORD_FORM_TEXT,   /* what the kernel decoded: the stored bytes cannot be had from here */
        RECORD_FORM_PACKED, /* what the kernel took out of the record but could not decompress (.enc.z) */
};

/* The memory image that kdump saves behind a log. */
enum source_image {
        SOURCE_IMAGE_UNKNOWN, /* no store of kdump */
        SOURCE_IMAGE_NONE,
        SOURCE_IMAGE_CUT, /* the capture ended before it was complete */
        SOURCE_IMAGE_WHOLE,
};

struct source_entry {
        enum record_store store;
        enum record_form form;
        char name[RECORD_NAME_SIZE];
        enum record_type type; /* forms TEXT and PACKED only: STORED bytes tell themselves */
        uint64_t seconds;      /* the same */
        bool deleted;          /* see struct record_source; the name ends in '@' and where it lies */
        bool salvaged;         /* see struct record */

        /* Form TEXT, for a log that comes without a header line: what that would say, of size 0. */
        struct header_line header; /* .reason is REASON_NONE when there is nothing to be said */
        enum source_image image;
        uint64_t image_size; /* bytes, of a whole one */
};

struct source_space {
        bool known;              /* the platform tells total and remaining */
        uint64_t total;          /* bytes */
        uint64_t remaining;      /* bytes */
        uint64_t reserved;       /* of `remaining`, bytes that neither the kernel nor we ever use */
        bool stale_known;        /* `stale` is told: firmware itself never does */
        uint64_t stale;          /* of `remaining`, bytes of deleted records until firmware reclaims them */
        uint64_t largest_record; /* bytes of log that fit in one record; 0 when unknown */
};

/* Of what is no record and lies in the same store. */
struct source_owner {
        char name[200]; /* as the platform calls it: of a variable its name, '-' and its vendor's GUID */
        uint64_t bytes; /* of its data */
};

#define SOURCE_OWNERS_MAX 3

/* A record to be: the source gives it the form and the id that its store wants. */
struct record_draft {
        struct bytes log;
        uint64_t seconds; /* since 1970, the time of writing */
};

struct record_source;

struct source_operations {
        /*
         * Takes a new list of what is stored and starts from its beginning; may be called again.
         * ERR_NO_STORE when this machine has no such store, ERR_PERMISSION, ERR_HARDWARE, ERR_TIMEOUT …;
         * an empty store is no error. A fault is left in source->fault where the input was malformed.
         */
        int (*open)(struct record_source *source);

        /*
         * 1 and the next entry, 0 at the end, or an error that concerns one record: the walk may go on, and
         * the entry's name is set where the source knows it.
         */
        int (*next)(struct record_source *source, struct source_entry *ret_entry);

        /* Replaces the buffer's content by the record's bytes. ERR_NOT_FOUND when it is not there any more.
         */
        int (*read)(struct record_source *source, const char *name, struct buffer *buffer);

        /*
         * NULL: what read() gives is all there is to compare. Otherwise 0 when the record, or one of those
         * that have this name, has these bytes still and no more, ERR_CHANGED, or why that cannot be told.
         * Before an erase().
         */
        int (*compare)(struct record_source *source, const char *name, struct bytes bytes);

        /* NULL: read only. ERR_NO_SPACE and nothing lost; ERR_TOO_LARGE for what no record can hold. */
        int (*write)(struct record_source *source, const struct record_draft *draft,
                     char ret_name[RECORD_NAME_SIZE]);

        /* NULL: read only. Success means that the store said so; store/clear.h looks again. */
        int (*erase)(struct record_source *source, const char *name);

        /* NULL: nothing is known. */
        int (*space)(struct record_source *source, struct source_space *ret_space);

        /* NULL: nothing is known. What else takes most of the room, the biggest first; how many, or an error.
         */
        int (*owners)(struct record_source *source, struct source_owner ret_owners[SOURCE_OWNERS_MAX]);

        /*
         * NULL: a new list (open, next) shows what is really stored. Otherwise the list is only somebody's
         * view, or costs more than a question for each, and this says: 0 the record is gone, ERR_STILL_THERE,
         * or ERR_UNVERIFIED.
         */
        int (*confirm_erased)(struct record_source *source, const char *name);

        void (*close)(struct record_source *source);
};

struct record_source {
        const char *spec;        /* as --source takes it, for messages */
        enum record_store store; /* of its records; RECORD_STORE_END where they may be of several */
        const struct source_operations *operations;
        void *context;

        /*
         * What it is, for whoever would ask which one it is. Whether it can be written to or cleared, and
         * what it knows of its space, its operations say.
         */
        bool of_machine; /* a store of the machine that runs this: no image, no directory that was named */
        bool is_view;    /* shows what another store holds, which may be more than is shown */
        bool is_archive; /* holds copies, not originals: nothing waits in it, and no kernel writes to it */
        bool is_outbox;  /* an archive of ours from which copies go on to another place, and then go: see
                            store/collect.h */
        bool is_report;  /* told once, by firmware: nothing is ever written there, and nobody clears it */
        const char *location; /* the file, or the directory of files, that it reads; NULL: neither */
        const char *nature;   /* set by open(): what that is, where the spec tells it wrongly; else NULL */

        /* Set before open(): list what was deleted and is still there, instead of what is live. For sources
         * that can (see the front end); the others ignore it. */
        bool deleted;

        /* Set before open(): what is no record is left out without a word. That there was any is an error of
         * next() all the same. */
        bool is_quiet;

        /* Set by an open() that failed: why, where the error alone tells too little; else NULL. */
        const char *refusal;

        struct fault
                fault; /* where the input of the last failed open() is malformed; .field NULL otherwise */
};

/*
 * Why a source cannot be used, in a line: `refusal` where there is one; for an error of its input the
 * `fault`, which may be empty; else what the error means.
 */
void source_put_error(int error, const char *refusal, const struct fault *fault, struct text *text);

/* More records than any store has: a walk that exceeds it does not end by itself. */
#define SOURCE_RECORDS_MAX 65536

/*
 * A progress line while something takes time, where `total` is 0 while it is unknown; and whether what goes
 * on is to end where nothing is half, with ERR_INTERRUPTED. The observer and both of these may be NULL.
 */
struct observer {
        void *context;
        void (*progress)(void *context, const char *activity, size_t done, size_t total);
        bool (*stopped)(void *context);
};

static inline void observer_tell(const struct observer *observer, const char *activity, size_t done,
                                 size_t total) {
        if (observer && observer->progress)
                observer->progress(observer->context, activity, done, total);
}

static inline bool observer_stopped(const struct observer *observer) {
        return observer && observer->stopped && observer->stopped(observer->context);
}
