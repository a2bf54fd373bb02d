/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/source.h"

/* The list that a source takes in open() and hands out in next(). */
struct entry_list {
        struct source_entry *entries;
        size_t count, capacity, next;
};

/* Appends an entry of form STORED. ERR_TOO_LARGE for a name that does not fit, ERR_NO_MEMORY. */
int entry_list_append(struct entry_list *list, enum record_store store, struct bytes name);

/* By name, so that the order does not depend on the file system. */
void entry_list_sort(struct entry_list *list);

/* 1 and the next entry, or 0 at the end. */
int entry_list_next(struct entry_list *list, struct source_entry *ret_entry);

bool entry_list_has(const struct entry_list *list, const char *name);
void entry_list_free(struct entry_list *list);
