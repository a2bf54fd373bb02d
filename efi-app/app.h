/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>

#include "base/allocator.h"
#include "cli/options.h"
#include "efi-app/console.h"

/* What every part of the application needs to know of where it runs; one per run, made in main.c. */
struct app {
        EFI_HANDLE image;
        EFI_SYSTEM_TABLE *system;
        EFI_BOOT_SERVICES *boot;
        EFI_RUNTIME_SERVICES *runtime;
        struct allocator allocator;
        struct console console;
        EFI_FILE_HANDLE input, output; /* files that the shell has redirected; NULL: it has not */
        struct options options;
        unsigned wait_s;   /* for a key, as the settings have it; 0: they say nothing */
        bool wait_known;   /* the settings were read for it: see boot_settings_wait() */
        bool wants_volume; /* a copy found no place, and other volumes have been named: see efi-app/output.h
                            */
};

/* EFI_STATUS to our errors: the one place. 0 for success and for warnings. */
int efi_status_to_error(EFI_STATUS status);

/* Seconds since 1970, UTC as far as the clock says; 0 when there is no clock. */
uint64_t clock_seconds(const struct app *app);
