/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>

#include "base/allocator.h"
#include "efi-app/console.h"
#include "efi-app/options.h"

/* What every part of the application needs to know of where it runs; one per run, made in main.c. */
struct app {
        EFI_HANDLE image;
        EFI_SYSTEM_TABLE *system;
        EFI_BOOT_SERVICES *boot;
        EFI_RUNTIME_SERVICES *runtime;
        struct allocator allocator;
        struct console console;
        struct options options;
};

/* The statuses that both front ends end with. */
enum exit_status {
        EXIT_DONE = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_NOTHING_FOUND = 3,
};

/* EFI_STATUS to our errors: the one place. 0 for success and for warnings. */
int efi_status_to_error(EFI_STATUS status);

/* Seconds since 1970, UTC as far as the clock says; 0 when there is no clock. */
uint64_t clock_seconds(const struct app *app);
