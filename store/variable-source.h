/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/guid.h"
#include "store/entry-list.h"
#include "store/source.h"

/*
 * EFI variables of whoever keeps them: firmware's runtime services, or Linux's efivarfs (UEFI 2.10, 8.2). Its
 * bounds, and that nothing is believed of what is told here, are the source's business; an implementation
 * translates.
 *
 * Names are UTF-8 as base/ucs2.h makes it. All that is passed belongs to the caller. Results are 0, or errors
 * of base/error.h; ERR_NO_STORE from any of them says that the machine has no variables, ERR_PERMISSION that
 * they may not be touched.
 */
struct variable_io {
        void *context;

        /* Begins a walk over the names of all variables, of every vendor. There is one walk at a time. */
        int (*start_names)(void *context);

        /*
         * GetNextVariableName() (8.2.2). 1 with vendor and name, which is put into `name`, an empty text, and
         * cut where it does not fit; 0 behind the last. An error ends the walk, and ERR_NOT_SUPPORTED for the
         * first name is one more way to say that there are none.
         */
        int (*next_name)(void *context, struct guid *ret_vendor, struct text *name);

        /* Ends the walk where it is, and frees what it took. Follows every start_names() that succeeded. */
        void (*end_names)(void *context);

        /*
         * GetVariable() (8.2.1). *size is the room at `data` in bytes, and becomes the variable's size; with
         * ERR_BUFFER_TOO_SMALL it is the room that is wanted, and `data` may be NULL for a room of 0.
         * ERR_NOT_FOUND when there is no such variable; *ret_attributes is told of what was read.
         */
        int (*get)(void *context, const struct guid *vendor, const char *name, void *data, size_t *size,
                   uint32_t *ret_attributes);

        /* SetVariable() (8.2.3), of one byte or more. Success is only what is said. */
        int (*set)(void *context, const struct guid *vendor, const char *name, uint32_t attributes,
                   struct bytes data);

        /* SetVariable() of none, which deletes. ERR_NOT_FOUND; success, likewise, is only what is said. */
        int (*erase)(void *context, const struct guid *vendor, const char *name);

        /*
         * QueryVariableInfo() (8.2.4) for the attributes of crash records: bytes of the whole store, and what
         * of them is free. ERR_NOT_SUPPORTED where nobody tells.
         */
        int (*query)(void *context, uint64_t *ret_total, uint64_t *ret_remaining);

        /* So many records, one or more, are not in the list, as their names are longer than any that a kernel
         * gives: to be said to the user. */
        void (*tell_left_out)(void *context, size_t count);
};

/*
 * The records among EFI variables: those of the kernel's pstore, and hardware errors (appendix P). One call
 * reads one. ERR_LENGTH from erase(), and it stays: what the firmware gives is again and again of another
 * size than what it says.
 */
struct variable_source {
        const struct variable_io *io;
        const struct allocator *allocator;
        struct entry_list list;
        size_t overlong_count; /* records that are left out of the list for their names */
};

/*
 * Its list is in the order of names, its spec "efi". A walk that fails before it has found a record is an
 * error of open(); otherwise it is told behind the last. `io` and `allocator` outlive the source.
 */
void variable_source_init(struct variable_source *variables, const struct variable_io *io,
                          const struct allocator *allocator, struct record_source *ret_source);

/*
 * Calls `visit` for every variable, of whichever vendor, whose name fits and whose size the firmware tells.
 * 0, or why the walk ended before all were seen; one that does not end is cut.
 */
typedef void variable_visit(void *context, const struct guid *vendor, const char *name, size_t size,
                            uint32_t attributes);
int variable_io_walk(const struct variable_io *io, variable_visit *visit, void *context);

/*
 * Adds a variable to the biggest so far, `count` of them: its name as it shall be shown, and the bytes of its
 * data. Returns how many there are now.
 */
size_t variable_owners_put(struct source_owner owners[SOURCE_OWNERS_MAX], size_t count,
                           const struct guid *vendor, struct bytes name, uint64_t bytes);

/* Its operation (store/source.h), which walks over all variables and asks each for its size. */
int variable_source_owners(struct record_source *source, struct source_owner ret_owners[SOURCE_OWNERS_MAX]);
