/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/memory.h"

static void *system_resize(void *context, void *block, size_t old_size, size_t new_size) {
        (void) context;
        (void) old_size;
        if (new_size == 0) {
                free(block);
                return NULL;
        }
        return realloc(block, new_size);
}

const struct allocator system_allocator = { .resize = system_resize };
