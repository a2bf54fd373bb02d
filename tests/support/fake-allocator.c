/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-allocator.h"

#include <stdlib.h>
#include <string.h>

#include "base/arith.h"

/* Each block has its size in front of it. */
#define PREFIX 16

static size_t size_of(void *block) {
        size_t size;

        memcpy(&size, (uint8_t *) block - PREFIX, sizeof(size));
        return size;
}

static void release(struct fake_allocator *fake, void *block) {
        fake->live_blocks--;
        fake->live_bytes -= size_of(block);
        free((uint8_t *) block - PREFIX);
}

static void *obtain(struct fake_allocator *fake, size_t size) {
        uint8_t *memory = malloc(PREFIX + size);

        if (!memory)
                return NULL;
        memset(memory, 0xa5, PREFIX + size);
        memcpy(memory, &size, sizeof(size));
        fake->live_blocks++;
        fake->live_bytes += size;
        return memory + PREFIX;
}

static void *resize(void *context, void *block, size_t old_size, size_t new_size) {
        struct fake_allocator *fake = context;
        void *moved = NULL;

        if (block ? size_of(block) != old_size : old_size != 0)
                abort();
        if (new_size > 0) {
                if (++fake->calls == fake->fail_at)
                        return NULL;
                moved = obtain(fake, new_size);
                if (!moved)
                        return NULL;
        }
        if (moved && block)
                memcpy(moved, block, size_min(old_size, new_size));
        if (block)
                release(fake, block);
        return moved;
}

void fake_allocator_init(struct fake_allocator *fake) {
        *fake = (struct fake_allocator){ .allocator = { .context = fake, .resize = resize } };
}

void fake_allocator_fail_at(struct fake_allocator *fake, size_t n) {
        fake->calls = 0;
        fake->fail_at = n;
}
