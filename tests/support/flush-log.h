/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/*
 * What this process flushes, renames, makes and removes, in its order. fsync() and the others are defined in
 * flush-log.c, which the Makefile links into the tests that name this header: a program's own come before
 * libc's. They pass each call on. Nothing is noted until flush_log_start(), nothing that another process
 * does, and no call that failed. Positions count from 1.
 */

void flush_log_start(void);

/* The same, and the call of this number fails with EIO and does nothing. */
void flush_log_start_failing(size_t number);

/* How many calls there were, with those that failed. */
size_t flush_log_stop(void);

/*
 * Fails the test, with all that was noted, unless the file had all its bytes when it was flushed, then got
 * this name, and then its directory was flushed. The position of the last of them.
 */
size_t flush_log_assert_durable(const char *path);

/* The same for a directory that was made, and then flushed in the one that holds it. */
size_t flush_log_assert_made(const char *path);

/* The same for a directory that got this name when it was flushed, with what is in it. */
size_t flush_log_assert_named(const char *path);

/*
 * For all that is in this directory, and below it: it is durable, was made and flushed, or lies in a
 * directory that got its name like that. The position of the last; 0: it is empty.
 */
size_t flush_log_assert_tree(const char *directory);

/* The same for a name that was removed. */
size_t flush_log_assert_removed(const char *path);

/* Where this file or directory was flushed last; 0: never. */
size_t flush_log_flushed_at(const char *path);

/* Where this file or directory was flushed first; fails the test when it never was. */
size_t flush_log_first_flush_of(const char *path);

/* Where a name like this, in whichever directory, was removed first; fails the test when none was. */
size_t flush_log_first_removal_of(const char *name);

/* Where the first of the names in this directory was removed; 0: none was. */
size_t flush_log_first_removal_in(const char *directory);
