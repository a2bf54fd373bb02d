/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/dump.h"

/* A folder in memory for dumps that can fail, lie and be full. For tests and fuzzers. */

#define FAKE_TARGET_FILES 1024

struct fake_file {
        char *path;
        bool is_directory;
        struct bytes content;
        bool unflushed;      /* its bytes are not on the medium */
        bool name_unflushed; /* nor is its name */
};

struct fake_target {
        struct dump_target target;
        struct fake_file files[FAKE_TARGET_FILES];
        size_t count;

        const char *location; /* the one that lies here; NULL: none does */

        /* How it misbehaves. */
        unsigned fail_at; /* the operation of this number, counted from 1, returns ERR_IO; 0: none does */
        bool tears;       /* a write that fails leaves the first half of the file */
        bool corrupts;    /* a write says success and stores one bit wrong */
        size_t capacity;  /* bytes of files that fit; 0: any; more is ERR_NO_SPACE */
        bool keeps_names; /* no directory gets another name */
        bool stops;       /* from `fail_at` on nothing works any more, as after a loss of power */

        /* What was done to it. */
        unsigned operations, writes, flushes;
        unsigned overwrites; /* of a file that had other bytes: there must be none */
        unsigned bad_paths;  /* absolute, or with what FAT cannot hold, or in no directory that was made */
};

/* `fake` must not move. */
void fake_target_init(struct fake_target *fake);
void fake_target_free(struct fake_target *fake);

/* It writes many files at once, and flushes them together. */
void fake_target_take_many(struct fake_target *fake);

/* From now on counts operations and writes anew. */
void fake_target_fail_at(struct fake_target *fake, unsigned n);

/* Puts a file there behind the interface's back, in place of the one that has this name. */
void fake_target_put(struct fake_target *fake, const char *path, struct bytes content);

/* NULL when there is no such file. */
const struct fake_file *fake_target_find(const struct fake_target *fake, const char *path);

/* How many files, not directories, there are. */
size_t fake_target_size(const struct fake_target *fake);

/* How many files and names would be lost with the power. */
size_t fake_target_unflushed(const struct fake_target *fake);

/* Somebody else has made all that is there, and has flushed nothing of it. */
void fake_target_unflush(struct fake_target *fake);
