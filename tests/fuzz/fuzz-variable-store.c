/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any file as a variable volume, once as it is and once with its checksum put right: the walk ends, every
 * name and every piece of data lies in its own variable, variables follow each other without a gap, and
 * live, stale and free bytes make the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "pstore/variable-store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_inside(const struct variable_store_entry *entry, const uint8_t *start, struct bytes part) {
        check(part.size == 0 || (part.data >= start && part.data + part.size <= start + entry->size));
}

/* Returns the bytes that live variables take. */
static size_t check_walk(const struct variable_store *store) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault = { 0 };
        size_t expected = store->start, live = 0;
        int r;

        while ((r = variable_store_next(store, &cursor, &entry, &fault)) > 0) {
                check(entry.offset == expected && entry.size >= 32);
                expected += entry.size;
                check(expected <= store->end);
                check_inside(&entry, store->image.data + entry.offset, entry.name);
                check_inside(&entry, store->image.data + entry.offset, entry.data);
                check(!entry.live || (entry.state & 0xfe) == 0x3e);
                live += entry.live ? entry.size : 0;
        }
        check(r == 0 ||
              (fault.field && fault.reason && fault.offset >= expected && fault.offset < store->end));
        check(variable_store_next(store, &cursor, &entry, &fault) == 0);
        return live;
}

static void check_image(struct bytes image) {
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault = { 0 };

        if (variable_store_open(image, &store, &fault) < 0) {
                check(fault.field && fault.reason && fault.offset <= image.size);
                return;
        }
        check(store.start <= store.end && store.end <= image.size);
        variable_store_measure(&store, &space);
        check(space.size == store.end - store.start);
        check(space.live + space.stale + space.free == space.size);
        check(space.live == check_walk(&store));
}

/* UEFI PI 1.7, volume 3, 3.2.1: the 16-bit sum of the header is zero. */
static void fix_checksum(uint8_t *image, size_t size) {
        struct bytes header = bytes_first(bytes_of(image, size), bytes_u16(bytes_of(image, size), 48));
        uint16_t sum = 0;

        if (size < 52)
                return;
        store_u16(image + 50, 0);
        for (size_t at = 0; at < header.size; at += 2)
                sum += bytes_u16(header, at);
        store_u16(image + 50, (uint16_t) -sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint8_t *copy = malloc(size + (size == 0));

        check(copy);
        check_image(bytes_of(data, size));
        if (size > 0)
                memcpy(copy, data, size);
        fix_checksum(copy, size);
        check_image(bytes_of(copy, size));
        free(copy);
        return 0;
}
