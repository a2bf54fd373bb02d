/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/*
 * Reads the name of a file as the kernel's pstore makes it: TYPE-BACKEND-ID, and ".enc.z" behind it for what
 * the kernel could not decompress (K6.1 fs/pstore/inode.c, pstore_mkfile()); a console or ftrace may lack the
 * id. Fills all but .seconds, which
 * only a variable's id tells. False for files of other back ends, and for what is no such name.
 */
bool pstorefs_parse_name(const char *file_name, struct source_entry *ret_entry);

/*
 * Corrects the name of a variable that the id in its file's name tells wrongly, as it does from part 100 on,
 * by its text, of which the beginning is enough.
 */
void pstorefs_correct_name(struct bytes text, struct source_entry *entry);

/*
 * Whether the kernel shows two variables, which are not the same, in one file: those that differ in their
 * ending alone have one id, and so have some from part 100 on. What is no kernel's name has no file.
 */
bool pstorefs_shows_as_one(const char *left_name, const char *right_name);
