/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* EFI variables in memory, and the ways in which firmware gets them wrong. */

#define FAKE_VARIABLES_MAX     96
#define FAKE_VARIABLE_NAME_MAX 2048 /* units, with the NUL */
#define FAKE_VARIABLE_DATA_MAX 4096

struct fake_variable {
        bool used;
        CHAR16 name[FAKE_VARIABLE_NAME_MAX];
        EFI_GUID vendor;
        UINT32 attributes;
        size_t size;
        uint8_t data[FAKE_VARIABLE_DATA_MAX];
};

/* What GetNextVariableName() does once it has handed out `names_good` names. */
enum fake_names {
        NAMES_HONEST,
        NAMES_REPEAT,        /* the last name, for ever */
        NAMES_REPEAT_ALL,    /* from the first name on, for ever */
        NAMES_INVENT,        /* names of another vendor, for ever */
        NAMES_WANT_MORE,     /* BUFFER_TOO_SMALL, two bytes more each time */
        NAMES_WANT_THE_SAME, /* BUFFER_TOO_SMALL, and the size stays as it was */
        NAMES_WANT_EXABYTES,
        NAMES_UNTERMINATED, /* once: the crash vendor, a name that fills the buffer; then the end */
        NAMES_DEVICE_ERROR,
        NAMES_UNSUPPORTED,
};

/* What GetVariable() does with a variable of the crash vendor. */
enum fake_read {
        READ_HONEST,
        READ_GROWS,    /* each call wants one byte more than the buffer has, three times */
        READ_SHRINKS,  /* the second call returns one byte less than the first one said */
        READ_OVERRUNS, /* success, with a size larger than the buffer; nothing is written behind it */
        READ_WANTS_EXABYTES,
        READ_DEVICE_ERROR,
};

/* What SetVariable() does. */
enum fake_write {
        WRITE_HONEST,
        WRITE_STORES_NOTHING, /* and says success; so does a delete */
        WRITE_STORES_HALF,
        WRITE_FAILS, /* with write_status */
};

struct fake_variables {
        struct fake_variable list[FAKE_VARIABLES_MAX];
        enum fake_names names;
        unsigned names_good;
        enum fake_read read;
        const CHAR16 *read_only_of; /* the mode holds for this name alone; NULL: for all */
        enum fake_write write;
        EFI_STATUS write_status;
        EFI_STATUS query_status;
        uint64_t total, remaining;

        /* to be read */
        unsigned name_calls, read_calls, write_calls, deletes;
};

extern const EFI_GUID fake_vendor_crash, fake_vendor_other;

void fake_variables_init(struct fake_variables *variables);
void fake_variables_install(EFI_RUNTIME_SERVICES *runtime, struct fake_variables *variables);

void fake_variables_put(struct fake_variables *variables, const CHAR16 *name, const EFI_GUID *vendor,
                        struct bytes data);

/* A record of the crash vendor with this text. */
void fake_variables_put_record(struct fake_variables *variables, const CHAR16 *name, const char *text);

/* Those that do not outlive a reset are gone. */
void fake_variables_reset(struct fake_variables *variables);

/* The crash vendor's variable of this name, or NULL. */
const struct fake_variable *fake_variables_find(const struct fake_variables *variables, const CHAR16 *name);

/* Anybody's. */
const struct fake_variable *fake_variables_find_of(const struct fake_variables *variables, const CHAR16 *name,
                                                   const EFI_GUID *vendor);

/* How many variables the crash vendor has. */
size_t fake_variables_count(const struct fake_variables *variables);

bool fake_units_equal(const CHAR16 *left, const CHAR16 *right);
size_t fake_units_length(const CHAR16 *units);
