/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"

/* A directory that one test may fill. Everything here fails the test when it does not work. */

/* A new empty directory; an absolute path that scratch_remove() frees. */
char *scratch_make(void);

/* Removes it with all that is in it. */
void scratch_remove(char *directory);

/* "<directory>/<name>", valid until the eighth call after it. */
const char *scratch_path(const char *directory, const char *name);

void scratch_write(const char *path, struct bytes content);

/* A file of a made-up system below `root`, such as "/sys/kernel/x", and the directories above it. */
void scratch_put(const char *root, const char *name, const char *content);

/* Copies the files of one directory, not what is below it. */
void scratch_copy_files(const char *from, const char *to);

/* The number of files in a directory and below it; 0 when there is none. */
size_t scratch_count_files(const char *directory);
