/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>

#include "base/allocator.h"

/*
 * Where the words of the command line come from: the shell's parameters (UEFI Shell 2.2, 4.2), or else the
 * load options of a boot option (UEFI 2.10, 3.1.3), which are text here. All strings are UTF-8.
 */
struct arguments {
        const char **words; /* without the program's name */
        size_t count, capacity;
        struct buffer text;
        bool typed; /* into a shell: somebody meant this program, and reads what is wrong with them */
        EFI_FILE_HANDLE input,
                output; /* the files that the shell takes them from and to; NULL: the console */
};

/* 0 or an error, and then there is nothing to free. */
int arguments_load(EFI_BOOT_SERVICES *boot, EFI_HANDLE image, const struct allocator *allocator,
                   struct arguments *ret_arguments);
void arguments_free(struct arguments *arguments);
