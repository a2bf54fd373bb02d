/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/entry-list.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

void entry_list_init(struct entry_list *list, const struct allocator *allocator) {
        *list = (struct entry_list){ .allocator = allocator };
}

static int put_at(struct entry_list *list, size_t at, enum record_store store, struct bytes name) {
        const struct allocator *allocator = list->allocator;
        struct source_entry *entry;
        int r;

        if (name.size >= RECORD_NAME_SIZE)
                return ERR_TOO_LARGE;
        if (list->count >= SOURCE_RECORDS_MAX)
                return ERR_LOOP;
        r = array_grow(allocator, (void **) &list->entries, &list->capacity, list->count,
                       sizeof(*list->entries));
        if (r < 0)
                return r;
        entry = allocator->resize(allocator->context, NULL, 0, sizeof(*entry));
        if (!entry)
                return ERR_NO_MEMORY;
        *entry = (struct source_entry){ .store = store, .form = RECORD_FORM_STORED };
        memcpy(entry->name, name.data, name.size);
        memmove(list->entries + at + 1, list->entries + at, (list->count - at) * sizeof(entry));
        list->entries[at] = entry;
        list->count++;
        return 0;
}

int entry_list_append(struct entry_list *list, enum record_store store, struct bytes name) {
        return put_at(list, list->count, store, name);
}

static int compare_names(struct bytes left, struct bytes right) {
        int order = memcmp(left.data, right.data, size_min(left.size, right.size));

        return order ? order : (left.size > right.size) - (left.size < right.size);
}

int entry_list_insert(struct entry_list *list, enum record_store store, struct bytes name) {
        size_t first = 0, end = list->count; /* it belongs somewhere from the one to the other */

        while (first < end) {
                size_t middle = first + (end - first) / 2;
                int order = compare_names(name, text_view(list->entries[middle]->name));

                if (order == 0)
                        return ERR_LOOP;
                if (order < 0)
                        end = middle;
                else
                        first = middle + 1;
        }
        return put_at(list, first, store, name);
}

int entry_list_next(struct entry_list *list, struct source_entry *ret_entry) {
        int r = list->error;

        if (list->next < list->count) {
                *ret_entry = *list->entries[list->next++];
                return 1;
        }
        list->error = 0;
        return r;
}

void entry_list_free(struct entry_list *list) {
        const struct allocator *allocator = list->allocator;

        for (size_t i = 0; i < list->count; i++)
                (void) allocator->resize(allocator->context, list->entries[i], sizeof(**list->entries), 0);
        array_free(allocator, (void **) &list->entries, &list->capacity, sizeof(*list->entries));
        entry_list_init(list, allocator);
}
