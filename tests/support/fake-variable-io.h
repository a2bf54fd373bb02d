/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/variable-source.h"

/*
 * EFI variables in memory, honest unless told otherwise. Neither libc's assertions nor cmocka: abort()s when
 * it is used against the contract of struct variable_io.
 */

#define FAKE_IO_VARIABLES 1200
#define FAKE_IO_NAME_MAX  512 /* with the NUL */
#define FAKE_IO_DATA_MAX  4096

struct fake_io_variable {
        bool used;
        bool hidden; /* no walk names it */
        struct guid vendor;
        char name[FAKE_IO_NAME_MAX];
        uint32_t attributes;
        size_t size;
        uint8_t data[FAKE_IO_DATA_MAX];
};

enum fake_io_operation {
        FAKE_IO_START,
        FAKE_IO_NEXT,
        FAKE_IO_GET,
        FAKE_IO_SET,
        FAKE_IO_ERASE,
        FAKE_IO_QUERY,
        FAKE_IO_OPERATION_END,
};

/* What next_name() does behind the last name. */
enum fake_io_names {
        FAKE_IO_NAMES_END,
        FAKE_IO_NAMES_REPEAT, /* the last name, for ever */
        FAKE_IO_NAMES_INVENT, /* new names of the last name's vendor, for ever */
};

enum fake_io_get {
        FAKE_IO_GET_HONEST,
        FAKE_IO_GET_GROWS,    /* each call wants one byte more than there is room, three times */
        FAKE_IO_GET_GROWS_ON, /* the same, for ever */
        FAKE_IO_GET_SHRINKS,  /* one byte less than is stored, and than was said */
        FAKE_IO_GET_SHRINKS_ONCE,
        FAKE_IO_GET_WANTS_WHAT_IT_HAS,
        FAKE_IO_GET_WANTS_EXABYTES,
        FAKE_IO_GET_OVERRUNS, /* success, with a size larger than the room; nothing is written behind it */
};

enum fake_io_set {
        FAKE_IO_SET_HONEST,
        FAKE_IO_SET_STORES_NOTHING,
        FAKE_IO_SET_STORES_HALF,
        FAKE_IO_SET_STORES_OTHER_BYTES,
        FAKE_IO_SET_STORES_OTHER_ATTRIBUTES,
};

struct fake_variable_io {
        struct variable_io io;
        struct fake_io_variable variables[FAKE_IO_VARIABLES]; /* walked in this order */
        size_t capacity;                                      /* how many there may be */

        /* How it misbehaves. */
        int errors[FAKE_IO_OPERATION_END]; /* every call of the operation fails with it */
        unsigned fail_at;                  /* the call number n of any operation, counted from 1, … */
        int fail_error;                    /* … fails with it */
        enum fake_io_names names;
        enum fake_io_get get;
        enum fake_io_set set;
        bool erase_lies; /* success, and it stays */
        uint64_t total, remaining;

        /* To be read. */
        unsigned calls, calls_of[FAKE_IO_OPERATION_END];
        unsigned left_out_calls;
        size_t left_out_count;
        bool walking;

        size_t cursor;
        unsigned grown;
};

/* `fake` must not move. */
void fake_variable_io_init(struct fake_variable_io *fake);

/* Puts a variable with the crash records' attributes. abort()s when there is no room. */
struct fake_io_variable *fake_variable_io_put(struct fake_variable_io *fake, const struct guid *vendor,
                                              const char *name, struct bytes data);

/* The one that is there, or NULL. */
struct fake_io_variable *fake_variable_io_find(struct fake_variable_io *fake, const struct guid *vendor,
                                               const char *name);

size_t fake_variable_io_count(const struct fake_variable_io *fake);
