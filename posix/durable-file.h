/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <sys/types.h>

#include "base/bytes.h"

/*
 * Files that outlive a loss of power. Under its name there is, at any moment, a whole file: the old one or
 * the new one; and what returned 0 stays. Paths are seen from the open directory `at`, or AT_FDCWD. All
 * return 0 or what the system says; one that fails leaves all as it was, but for a directory that could not
 * be flushed in the end: then the change is made, and may be lost.
 */

/* The end of the name of what is not finished; a loss of power may leave such a file, which nobody reads. */
#define DURABLE_FILE_PART ".part"

/* Creates or replaces the file; `mode` as for open(). A symbolic link in its place is replaced, not followed.
 */
int durable_file_write(int at, const char *path, struct bytes content, mode_t mode);

/* The same, but nothing is replaced: ERR_EXISTS when anything has the name. */
int durable_file_create(int at, const char *path, struct bytes content, mode_t mode);

/* As durable_file_write(), but mode and owner of a file that is replaced stay; a new one has `mode` whatever
 * umask says. */
int durable_file_update(int at, const char *path, struct bytes content, mode_t mode);

/* The same for what another program has written beside it, to `part` in the same directory. */
int durable_file_finish(int at, const char *part, const char *path);

/* The same, but nothing is replaced. */
int durable_file_finish_new(int at, const char *part, const char *path);

/* ERR_NOT_FOUND. */
int durable_file_remove(int at, const char *path);

/* Makes the directory and those above it; one that exists is no error, and stays as it is. */
int durable_directory_make(int at, const char *path, mode_t mode);

/* Returns after what is open is on the medium: a file with its bytes, a directory with its names. */
int durable_flush(int fd);

/*
 * The same for all directories above an open one, up to the root: its name depends on each of them, and who
 * made it may have been cut off before that.
 */
int durable_flush_above(int fd);
