/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst.h"
#include "efi-app/app.h"
#include "efi-app/runtime-variables.h"
#include "store/bert-source.h"
#include "store/erst-source.h"

/* The stores of this machine, in the order in which they are read and written. */
enum store {
        STORE_ERST,
        STORE_EFI,
        STORE_BERT,
        STORE_END,
};

/* "erst", "efi" or "bert"; its number is an enum store. */
extern const struct option option_source;

struct stores {
        struct app *app;
        struct record_source sources[STORE_END];
        int errors[STORE_END];  /* 0: the source can be used; ERR_NO_STORE: there is no such store */
        bool wanted[STORE_END]; /* --source names it, or names none */

        struct buffer table_bytes;
        struct erst_table table;
        struct acpi_io io;
        struct erst erst;
        struct erst_source erst_source;
        struct runtime_variables runtime_variables;
        struct variable_io variable_io;
        struct variable_source variable_source;
        struct bert_source bert_source;
};

/* Opens what the options want. A store that cannot be used gets a line and its error, and stops nothing. */
void stores_open(struct stores *stores, struct app *app);
void stores_close(struct stores *stores);
