/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* ELF files of 64 bits, little-endian: System V ABI, chapters 4 and 5. */

/* Whether this is the beginning of an ELF file: a program, a library, a module. */
bool elf_is_one(struct bytes file);

struct elf {
        struct bytes file;     /* or its beginning */
        struct bytes segments; /* the program headers, a part of it */
        size_t segment_count;
        uint16_t type; /* ET_… of <elf.h> */
        uint64_t entry;
};

/* What a program header says; nothing of it is checked. */
struct elf_segment {
        uint32_t type; /* PT_… */
        uint64_t offset;
        uint64_t address; /* p_paddr, the physical one */
        uint64_t file_size, memory_size;
};

/*
 * A file for this processor (EM_…), of which the program headers have to be there. The result shares its
 * memory. ERR_TRUNCATED, ERR_SIGNATURE, ERR_VALUE.
 */
int elf_parse(struct bytes file, uint16_t machine, struct elf *ret_elf);

/* index < segment_count */
struct elf_segment elf_segment(const struct elf *elf, size_t index);

/*
 * The dynamic linker that a program for the running kernel's processor names (ELF, PT_INTERP); empty for a
 * static one. `file` is its beginning, in which the program headers and the name have to be. ERR_TRUNCATED,
 * ERR_SIGNATURE, ERR_VALUE.
 */
int elf_find_loader(struct bytes file, char ret_loader[PATH_MAX]);

/* The same of a file. */
int elf_read_loader(const char *path, char ret_loader[PATH_MAX]);
