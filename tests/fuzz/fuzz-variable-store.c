/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any file as a variable volume, once as it is and once with its checksum put right: the walk ends, every
 * name and every piece of data lies in its own variable, variables follow each other without a gap but where
 * damage is told, and live, stale and free bytes make the whole.
 *
 * A variable that is appended is there, and gone when it is deleted; so is one of those that were there. The
 * others stay as they were, no bit is set that flash had cleared, and a refusal changes nothing. What
 * firmware has to go on with from its spare block is such a walk as well.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "pstore/variable-name.h"
#include "pstore/variable-store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/memory-image.h"

static void check_inside(const struct variable_store_entry *entry, const uint8_t *start, struct bytes part) {
        fuzz_check(part.size == 0 || (part.data >= start && part.data + part.size <= start + entry->size));
}

/* Returns the bytes that live variables take. */
static size_t check_walk(const struct variable_store *store) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault = { 0 };
        size_t expected = store->start, live = 0, errors = 0;
        int r;

        while ((r = variable_store_next(store, &cursor, &entry, &fault)) != 0) {
                if (r < 0) {
                        fuzz_check(fault.field && fault.reason);
                        fuzz_check(fault.offset >= expected && fault.offset < store->end);
                        fuzz_check(++errors <= (store->end - store->start) / 4 + 1);
                        continue;
                }
                fuzz_check(entry.offset == expected || (errors > 0 && entry.offset > expected));
                fuzz_check(entry.size >= 32 && entry.salvaged == (errors > 0 || store->damaged));
                expected = entry.offset + entry.size;
                fuzz_check(expected <= store->end);
                check_inside(&entry, store->image.data + entry.offset, entry.name);
                check_inside(&entry, store->image.data + entry.offset, entry.data);
                fuzz_check(!entry.live || (entry.state & 0xfe) == 0x3e);
                live += entry.live ? entry.size : 0;
        }
        fuzz_check((errors > 0) == (variable_store_check(store, &fault) < 0));
        fuzz_check(variable_store_next(store, &cursor, &entry, &fault) == 0);
        return live;
}

/* --- changing it ---------------------------------------------------------------------------------- */

static struct variable_store open_again(const struct memory_image *file) {
        struct variable_store store;
        struct fault fault;

        fuzz_check(variable_store_open(memory_image_bytes(file), &store, &fault) == 0);
        return store;
}

static bool same_name(const struct variable_store_entry *left, const struct variable_store_entry *right) {
        return guid_equal(&left->vendor, &right->vendor) && bytes_equal(left->name, right->name);
}

static size_t count_live(const struct variable_store *store, const struct variable_store_entry *wanted,
                         struct variable_store_entry *ret_last) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        size_t count = 0;

        int r;

        while ((r = variable_store_next(store, &cursor, &entry, &fault)) != 0)
                if (r > 0 && entry.live && same_name(&entry, wanted)) {
                        *ret_last = entry;
                        count++;
                }
        return count;
}

/*
 * What of other names was in the store `before` is in the store `after`, alive as it was; that one may have
 * one more at its end. More transitions than a walk follows are all shown, so then nothing can be said.
 */
static void check_others(const struct variable_store *before, const struct variable_store *after,
                         const struct variable_store_entry *but) {
        struct variable_store_cursor left_cursor = { 0 }, right_cursor = { 0 };
        struct variable_store_entry left, right;
        struct fault fault;

        while (variable_store_next(before, &left_cursor, &left, &fault) > 0) {
                fuzz_check(variable_store_next(after, &right_cursor, &right, &fault) > 0);
                fuzz_check(left.offset == right.offset && left.size == right.size);
                fuzz_check(bytes_equal(left.data, right.data) && bytes_equal(left.name, right.name));
                if (left_cursor.transitions < 256 && right_cursor.transitions < 256 && !same_name(&left, but))
                        fuzz_check(left.live == right.live && left.state == right.state);
        }
}

static void check_delete(struct bytes image, const struct variable_store_entry *wanted) {
        struct variable_store before, after;
        struct variable_store_entry live;
        struct memory_image file;
        struct fault fault;
        size_t count;
        int r, damage;

        memory_image_init(&file, image);
        fuzz_check(variable_store_open(image, &before, &fault) == 0);
        damage = variable_store_check(&before, &fault);
        count = count_live(&before, wanted, &live);
        r = variable_store_delete(&before, &wanted->vendor, wanted->name, &file.writer, &fault);
        if (damage < 0)
                fuzz_check(r == damage || (r == ERR_EXISTS && count > 1));
        else
                fuzz_check(r == (count == 0 ? ERR_NOT_FOUND : count == 1 ? 0 : ERR_EXISTS));
        fuzz_check((r == 0) == (file.puts > 0) && !file.unlike_flash && file.pending_count == 0);
        after = open_again(&file);
        fuzz_check(r < 0 || file.data[live.offset + 2] == (live.state & 0xfd));
        fuzz_check(count_live(&after, wanted, &live) == (r == 0 ? 0 : count));
        check_others(&before, &after, wanted);
        memory_image_free(&file);
}

static void check_append(struct bytes image, const struct variable_store_draft *draft) {
        const struct variable_store_entry wanted = {
                .vendor = draft->vendor,
                .name = bytes_first(draft->name, draft->name.size - 2),
        };
        struct variable_store before, after;
        struct variable_store_entry live;
        struct fault fault = { 0 };
        struct memory_image file;
        int r;

        memory_image_init(&file, image);
        fuzz_check(variable_store_open(image, &before, &fault) == 0);
        r = variable_store_append(&before, draft, &file.writer, &fault);
        fuzz_check(!file.unlike_flash && file.pending_count == 0 && (r == 0) == (file.puts > 0));
        fuzz_check(r == 0 || r == ERR_NO_SPACE || r == ERR_EXISTS || fault.field);
        after = open_again(&file);
        check_others(&before, &after, &wanted);
        if (r == 0) {
                fuzz_check(count_live(&after, &wanted, &live) == 1);
                fuzz_check(bytes_equal(live.data, draft->data) && live.attributes == draft->attributes);
                check_delete(memory_image_bytes(&file), &wanted);
        }
        memory_image_free(&file);
}

static void check_writer(const struct variable_store *store) {
        static const uint8_t name[] = { 'a', 0, 0, 0 }, data[64] = "Panic#1 Part1\n";
        const struct variable_store_draft draft = {
                .vendor = variable_vendor_crash,
                .attributes = VARIABLE_ATTRIBUTES_CRASH,
                .name = bytes_of(name, sizeof(name)),
                .data = bytes_of(data, store->image.size % sizeof(data)),
        };
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;

        check_append(store->image, &draft);
        for (int i = 0; i < 4 && variable_store_next(store, &cursor, &entry, &fault) > 0; i++)
                check_delete(store->image, &entry);
}

/* What a store without good headers begins with is a variable. */
static void check_salvage(struct bytes image) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        struct fault fault;

        if (variable_store_salvage(image, &store) < 0)
                return;
        fuzz_check(store.start <= store.end && store.end <= image.size);
        (void) check_walk(&store);
        if (store.damaged)
                fuzz_check(variable_store_next(&store, &cursor, &entry, &fault) != 0 &&
                           cursor.offset >= store.start);
}

static void check_spare(struct bytes image) {
        struct variable_store store;
        struct fault fault = { 0 };

        if (variable_store_open_spare(image, &store, &fault) == 0) {
                fuzz_check(!fault.field);
                return;
        }
        fuzz_check(fault.field && fault.reason && fault.offset < store.start);
        fuzz_check(store.start <= store.end && store.end <= image.size);
        (void) check_walk(&store);
}

static void check_image(struct bytes image) {
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault = { 0 };

        check_spare(image);
        if (variable_store_open(image, &store, &fault) < 0) {
                fuzz_check(fault.field && fault.reason && fault.offset <= image.size);
                check_salvage(image);
                return;
        }
        fuzz_check(store.start <= store.end && store.end <= image.size);
        variable_store_measure(&store, &space);
        fuzz_check(space.size == store.end - store.start);
        fuzz_check(space.live + space.stale + space.free == space.size);
        fuzz_check(space.live == check_walk(&store));
        check_writer(&store);
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

        fuzz_check(copy);
        check_image(bytes_of(data, size));
        if (size > 0)
                memcpy(copy, data, size);
        fix_checksum(copy, size);
        check_image(bytes_of(copy, size));
        free(copy);
        return 0;
}
