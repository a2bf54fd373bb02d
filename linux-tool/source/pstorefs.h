/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "pstore/variable-name.h"
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
 * The id in the name of the file that the kernel shows for a variable. Variables that differ in their ending
 * alone have one, and so have some from part 100 on: of them all there is one file.
 */
uint64_t pstorefs_variable_id(const struct variable_name *name);
