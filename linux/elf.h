/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/bytes.h"

/* Whether this is the beginning of an ELF file: a program, a library, a module. */
bool elf_is_one(struct bytes file);

/*
 * The dynamic linker that a program for the running kernel's processor names (ELF, PT_INTERP); empty for a
 * static one. `file` is its beginning, in which the program headers and the name have to be. ERR_TRUNCATED,
 * ERR_SIGNATURE, ERR_VALUE.
 */
int elf_find_loader(struct bytes file, char ret_loader[PATH_MAX]);

/* The same of a file. */
int elf_read_loader(const char *path, char ret_loader[PATH_MAX]);
