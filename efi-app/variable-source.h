/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"
#include "store/source.h"

/* The crash records among the EFI variables, through the runtime services (UEFI 2.10, 8.2). */
struct variable_source {
        struct app *app;
        char (*names)[RECORD_NAME_SIZE];
        size_t name_count, name_capacity, next;
        size_t overlong_count; /* names under the crash GUID that no kernel gives */
        int list_error;        /* why the list broke off; next() tells it behind the names, once */
};

void variable_source_init(struct variable_source *variables, struct app *app,
                          struct record_source *ret_source);
