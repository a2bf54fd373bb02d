/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/* The list that a source takes in open() and hands out in next(). */
struct entry_list {
        const struct allocator *allocator;
        struct source_entry **entries; /* each a block of its own */
        size_t count, capacity, next;
        int error; /* why the list breaks off: set by the source, told once behind the last entry */
};

/* `allocator` outlives the list. */
void entry_list_init(struct entry_list *list, const struct allocator *allocator);

/*
 * Appends an entry of form STORED. ERR_TOO_LARGE for a name that does not fit, ERR_LOOP for more than
 * SOURCE_RECORDS_MAX, ERR_NO_MEMORY; the list is what it was then.
 */
int entry_list_append(struct entry_list *list, enum record_store store, struct bytes name);

/*
 * The same, where the entry belongs by the bytes of its name, among others that were put in so. ERR_LOOP also
 * for a name that is there already: whoever names it twice goes on naming it.
 */
int entry_list_insert(struct entry_list *list, enum record_store store, struct bytes name);

/* 1 and the next entry, or 0 at the end; once before that the error. */
int entry_list_next(struct entry_list *list, struct source_entry *ret_entry);

/* The list is empty then, and may be used on. */
void entry_list_free(struct entry_list *list);
