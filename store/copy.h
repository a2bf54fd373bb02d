/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/dump-target.h"
#include "store/manifest-reader.h"

/*
 * A copy on a target of dumps, as store/dump.h lays it out: three files of an event in a directory, or two of
 * another record. A copy is whole or it is not there: its manifest is written last, and a directory gets its
 * name when all that is in it is flushed and was compared.
 */
struct copy_layout {
        bool is_directory; /* the files lie in it; otherwise they stand beside others */
        const char *log;   /* what goes behind the place; NULL: no log */
        const char *stored;
        const char *manifest;
};

extern const struct copy_layout copy_of_event, copy_of_other;

struct copy_content {
        struct bytes log, stored, manifest;
};

struct copier {
        const struct dump_target *target;
        const struct allocator *allocator;
        struct buffer readback;
        size_t file_count;  /* that were written */
        bool cannot_rename; /* the target's file system gives no directory another name */
        bool is_clean;      /* nothing unfinished is there, of an earlier run or of this one */
        bool is_gathering;  /* the directory is there in which copies wait for their names */
};

void copier_init(struct copier *copier, const struct dump_target *target, const struct allocator *allocator);
void copier_free(struct copier *copier);

/*
 * Removes an event's copy: whole or, should the power fail, not at all, or so that the next run finishes it.
 * ERR_EXISTS when there is more in its directory than a copy.
 */
int copy_remove(struct copier *copier, const char *place);

/* Removes what an earlier run did not finish; where that fails, making a copy says so. */
void copier_clean(struct copier *copier);

enum copy_state {
        COPY_ABSENT,
        COPY_UNFINISHED, /* there is no whole manifest: the place is free for who makes a copy */
        COPY_FOREIGN,    /* not what its manifest says, or no place for a copy: left alone */
        COPY_WHOLE,
};

struct copy {
        struct manifest manifest;
        struct buffer stored;
};

/*
 * What is at this place, an enum copy_state; copy_close() is due for COPY_WHOLE. Or why that cannot be known.
 * The records' bytes are not compared with the manifest, but by copy_holds() with those of a record.
 */
int copy_open(struct copier *copier, const struct copy_layout *layout, const char *place,
              struct copy *ret_copy);
void copy_close(struct copy *copy);

/* Whether the copy has these bytes, of which that is the digest. */
bool copy_holds(const struct copy *copy, struct bytes content, const uint8_t sha256[SHA256_SIZE]);

/*
 * Flushes a copy that was found: who made it may not have. What it lies in is flushed by who has looked at
 * all: copy_flush_above().
 */
int copy_flush(struct copier *copier, const struct copy_layout *layout, const char *place);

/* Flushes the directory that a place is in; "" the target's own, and those above. */
int copy_flush_above(struct copier *copier, const char *directory);

/*
 * Many copies at once, on a target that can (struct dump_target_many). Each is written aside, by a number
 * that no other has; what was is flushed, once for all; each is compared and gets its place; and that is
 * flushed. A copy that fails at any step leaves nothing.
 */
int copy_gather(struct copier *copier, const struct copy_layout *layout, size_t number,
                const struct copy_content *content);

/* Of what copy_gather() wrote. ERR_MISMATCH for what reads back otherwise. */
int copy_compare(struct copier *copier, const struct copy_layout *layout, size_t number,
                 const struct copy_content *content);

/*
 * At a place that copy_open() found absent or unfinished; `clears` what an earlier run left there. ERR_EXISTS
 * when something is there, and the copy stays aside.
 */
int copy_place(struct copier *copier, const struct copy_layout *layout, size_t number, const char *place,
               bool clears);

void copy_abandon(struct copier *copier, const struct copy_layout *layout, size_t number);

/* Flushes what was written aside, or what got its place. */
int copier_flush_gathered(struct copier *copier);

/* No copy waits any more. To be flushed like what got its place. */
void copier_end_gathering(struct copier *copier);

/*
 * Makes a copy at a place that copy_open() found absent or unfinished: each file flushed, read back and
 * compared, but for the directory above. Otherwise nothing of it stays. ERR_EXISTS when the place is taken by
 * something else; ERR_MISMATCH for what reads back otherwise.
 */
int copy_make(struct copier *copier, const struct copy_layout *layout, const char *place,
              const struct copy_content *content);
