/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/work.h"
#include "base/error.h"
#include "base/memory.h"

int work_init(struct work *work, const struct catalog *catalog) {
        const struct allocator *allocator = catalog->allocator;
        size_t count = catalog->row_count;
        size_t size = count * sizeof(struct work_state);
        struct work_state *states = NULL;

        *work = (struct work){ 0 };
        if (count > 0) {
                states = allocator->resize(allocator->context, NULL, 0, size);
                if (!states)
                        return ERR_NO_MEMORY;
                memset(states, 0, size);
        }
        *work = (struct work){ .catalog = catalog, .states = states, .count = count };
        return 0;
}

void work_free(struct work *work) {
        if (work->states)
                work->catalog->allocator->resize(work->catalog->allocator->context, work->states,
                                                 work->count * sizeof(*work->states), 0);
        *work = (struct work){ 0 };
}

size_t work_selected_count(const struct work *work) {
        size_t count = 0;

        for (size_t i = 0; i < work->count; i++)
                count += work->states[i].selected;
        return count;
}
