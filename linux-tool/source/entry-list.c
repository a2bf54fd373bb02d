/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source/entry-list.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "posix/memory.h"

int entry_list_append(struct entry_list *list, enum record_store store, struct bytes name) {
        struct source_entry *entry;
        int r;

        if (name.size >= RECORD_NAME_SIZE)
                return ERR_TOO_LARGE;
        if (list->count >= SOURCE_RECORDS_MAX)
                return ERR_LOOP;
        r = array_grow(&system_allocator, (void **) &list->entries, &list->capacity, list->count,
                       sizeof(*list->entries));
        if (r < 0)
                return r;
        entry = &list->entries[list->count++];
        *entry = (struct source_entry){ .store = store, .form = RECORD_FORM_STORED };
        memcpy(entry->name, name.data, name.size);
        return 0;
}

static int compare_entries(const void *left, const void *right) {
        const struct source_entry *left_entry = left, *right_entry = right;

        return strcmp(left_entry->name, right_entry->name);
}

void entry_list_sort(struct entry_list *list) {
        if (list->count > 0)
                qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
}

int entry_list_next(struct entry_list *list, struct source_entry *ret_entry) {
        if (list->next >= list->count)
                return 0;
        *ret_entry = list->entries[list->next++];
        return 1;
}

bool entry_list_has(const struct entry_list *list, const char *name) {
        for (size_t i = 0; i < list->count; i++)
                if (strcmp(list->entries[i].name, name) == 0)
                        return true;
        return false;
}

void entry_list_free(struct entry_list *list) {
        array_free(&system_allocator, (void **) &list->entries, &list->capacity, sizeof(*list->entries));
        list->count = list->next = 0;
}
