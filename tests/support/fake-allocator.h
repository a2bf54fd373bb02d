/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"

/*
 * An allocator that counts, and that can fail. It abort()s when somebody states another size of a block than
 * it has. `fake.allocator` points into `fake`, which must not move.
 */
struct fake_allocator {
        struct allocator allocator;
        size_t live_blocks, live_bytes;
        size_t calls;   /* that wanted memory, since fake_allocator_fail_at() */
        size_t fail_at; /* this call and no other returns NULL; 0: none */
};

void fake_allocator_init(struct fake_allocator *fake);

/* The call number `n` from now on fails; 0: none does. */
void fake_allocator_fail_at(struct fake_allocator *fake, size_t n);
