/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <efishell.h>

#include "base/text.h"
#include "efi-app/app.h"

/*
 * The file systems of this machine (UEFI 2.10, 13.4), under the names that the shell has for them, or, where
 * there is no shell, fs0, fs1 … in the order of their handles.
 */
struct volumes {
        struct app *app;
        EFI_SHELL_PROTOCOL *shell; /* NULL: there is none */
        EFI_HANDLE *handles;
        UINTN count;
};

/* Also of none at all. volumes_free() is due. */
void volumes_find(struct volumes *volumes, struct app *app);
void volumes_free(struct volumes *volumes);

#define VOLUME_NAME_SIZE 32

/* The name of number `index`, with its colon: "fs1:". */
void volumes_put_name(const struct volumes *volumes, size_t index, struct text *text);

/*
 * The volume of this name, in capitals or not, without its colon; any of the names that the shell has for it.
 * Its number, or ERR_NOT_FOUND.
 */
int volumes_index(const struct volumes *volumes, struct bytes name);

/*
 * What a person knows the volume by that the application was started from: the shell's name and its label,
 * "fs0: (ESP)", or "fs0". To be asked for while it is well: a disk that is gone tells no label.
 */
void volumes_put_own(struct app *app, struct text *text);

/* Whether it takes writes and has room for some, and then "STICK, 63 of 64 MiB free, removable". */
bool volumes_describe(const struct volumes *volumes, size_t index, struct text *text);
