/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"
#include "store/variable-source.h"

/* This machine's variables, through the runtime services (UEFI 2.10, 8.2). */
struct runtime_variables {
        struct app *app;
        struct buffer name; /* of the walk: UCS-2, with its NUL */
        EFI_GUID vendor;
};

/* `variables` is the context, and must not move. */
struct variable_io runtime_variables_io(struct runtime_variables *variables, struct app *app);

/*
 * QueryVariableInfo() for variables as crash records are (UEFI 2.10, 8.2.4), in bytes: of all, free, and the
 * largest one. ERR_NOT_SUPPORTED where firmware has no such service.
 */
int runtime_variables_query(const struct app *app, uint64_t *ret_total, uint64_t *ret_remaining,
                            uint64_t *ret_largest);
