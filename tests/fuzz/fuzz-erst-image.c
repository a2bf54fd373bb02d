/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any file as an ERST image: the walk ends within as many steps as there are slots, gives as many as are
 * counted, each in its own slot, and a record without an error has the length and the id it says. What is
 * deleted and what is live are apart.
 *
 * The same file with its pages of zeros as holes has the same slots; a record without an error is the same
 * one.
 *
 * A record that is written is there, and gone when it is cleared; nothing changes but its slot, its entry in
 * the map and the count, and nothing at all when it is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "pstore/cper.h"
#include "pstore/erst-image.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/memory-image.h"

static void check_slot(const struct erst_image *image, const struct erst_image_slot *slot) {
        size_t start = (size_t) (slot->record.data - image->image.data);

        fuzz_check(slot->number >= image->first_slot && slot->number < image->slot_end);
        fuzz_check(slot->offset == slot->number * image->record_size && start == slot->offset);
        fuzz_check(bytes_contain(image->image, start, slot->record.size));
        fuzz_check(slot->record.size >= 128 && slot->record.size <= image->record_size);
        if (slot->error < 0) {
                fuzz_check(slot->fault.field && slot->fault.reason);
                fuzz_check(slot->fault.offset >= start && slot->fault.offset < start + image->record_size);
        } else {
                fuzz_check(bytes_u32(slot->record, 20) == slot->record.size);
                fuzz_check(bytes_u64(slot->record, 96) == slot->id);
        }
}

static size_t check_deleted(const struct erst_image *image) {
        struct erst_image_slot slot;
        size_t cursor = 0, count = 0;

        for (; erst_image_next_deleted(image, &cursor, &slot); count++) {
                uint64_t entry = bytes_u64(image->image, 24 + slot.number * 8);

                fuzz_check(count < erst_image_capacity(image));
                fuzz_check(entry == 0 || entry == UINT64_MAX);
                check_slot(image, &slot);
        }
        return count;
}

static struct erst_image open_again(const struct memory_image *file) {
        struct erst_image image;
        struct fault fault;

        fuzz_check(erst_image_open(memory_image_bytes(file), NULL, &image, &fault) == 0 && image.formatted);
        return image;
}

/* True when the image has this id; *ret_slot is its first slot then. */
static bool find(const struct erst_image *image, uint64_t id, struct erst_image_slot *ret_slot) {
        size_t cursor = 0;

        while (erst_image_next(image, &cursor, ret_slot))
                if (ret_slot->id == id)
                        return true;
        return false;
}

/* All that differs lies in the count, in the slot's entry of the map or, with `body`, in the slot. */
static void check_changes(const struct memory_image *file, struct bytes before,
                          const struct erst_image *image, size_t slot, bool body) {
        for (size_t at = 0; at < file->size; at++) {
                bool in_count = at >= 20 && at < 24;
                bool in_map = at >= 24 + slot * 8 && at < 32 + slot * 8;
                bool in_slot = body && at / image->record_size == slot;

                fuzz_check(in_count || in_map || in_slot || file->data[at] == before.data[at]);
        }
}

static void check_clear(struct memory_image *file, uint64_t id, size_t number) {
        struct erst_image image = open_again(file);
        uint8_t *before = malloc(file->size);
        struct erst_image_slot slot;
        size_t count = erst_image_count(&image), deleted = check_deleted(&image);

        fuzz_check(before);
        memcpy(before, file->data, file->size);
        fuzz_check(erst_image_clear(&image, id, &file->writer) == 0);
        check_changes(file, bytes_of(before, file->size), &image, number, false);
        free(before);
        image = open_again(file);
        fuzz_check(!find(&image, id, &slot));
        fuzz_check(erst_image_count(&image) == count - 1 && check_deleted(&image) == deleted + 1);
}

static void check_write(struct memory_image *file, struct bytes before) {
        static const uint8_t log[3000] = "Panic#1 Part1\n";
        uint8_t record[sizeof(log) + CPER_LINUX_PAYLOAD_OFFSET];
        struct erst_image image = open_again(file);
        size_t size, count = erst_image_count(&image);
        uint64_t id = before.size % 7 + 1;
        struct erst_image_slot slot;
        int r;

        fuzz_check(cper_build_dmesg(id, 1, bytes_of(log, before.size % sizeof(log)), record, sizeof(record),
                                    &size) == 0);
        r = erst_image_write(&image, bytes_of(record, size), &file->writer);
        if (r < 0) {
                fuzz_check(r == ERR_NO_SPACE || (r == ERR_EXISTS && find(&image, id, &slot)));
                fuzz_check(bytes_equal(memory_image_bytes(file), before));
                return;
        }
        image = open_again(file);
        fuzz_check(find(&image, id, &slot) && slot.error == 0);
        fuzz_check(bytes_equal(slot.record, bytes_of(record, size)));
        fuzz_check(erst_image_count(&image) == count + 1 && image.stored_count >= count + 1);
        check_changes(file, before, &image, slot.number, true);
        check_clear(file, id, slot.number);
}

static void check_writer(struct bytes input, bool formatted) {
        struct memory_image file;
        uint8_t *before;

        memory_image_init(&file, input);
        if (formatted || erst_image_format(input.size, &file.writer) == 0) {
                before = malloc(input.size);
                fuzz_check(before);
                memcpy(before, file.data, input.size);
                check_write(&file, bytes_of(before, input.size));
                free(before);
        }
        memory_image_free(&file);
}

#define PAGE 4096

/* As a file system that keeps no page of zeros. */
static void next_extent(void *context, size_t offset, size_t *ret_start, size_t *ret_end) {
        const struct bytes *file = context;
        size_t start = offset, end;

        while (start < file->size &&
               bytes_are_all(bytes_first(bytes_from(*file, start / PAGE * PAGE), PAGE), 0))
                start = start / PAGE * PAGE + PAGE;
        end = start;
        while (end < file->size && !bytes_are_all(bytes_first(bytes_from(*file, end / PAGE * PAGE), PAGE), 0))
                end = end / PAGE * PAGE + PAGE;
        *ret_start = start < file->size ? start : file->size;
        *ret_end = end < file->size ? end : file->size;
}

static void check_holes(const struct erst_image *image) {
        struct bytes file = image->image;
        const struct image_extents extents = { .context = &file, .next = next_extent };
        struct erst_image_slot left, right;
        struct erst_image sparse;
        struct fault fault;
        size_t left_cursor = 0, right_cursor = 0;

        fuzz_check(erst_image_open(file, &extents, &sparse, &fault) == 0);
        fuzz_check(sparse.formatted == image->formatted);
        while (erst_image_next(image, &left_cursor, &left)) {
                fuzz_check(erst_image_next(&sparse, &right_cursor, &right));
                fuzz_check(left.number == right.number && left.id == right.id && right.record.size >= 128);
                fuzz_check(right.error == left.error || right.error == ERR_TRUNCATED);
                fuzz_check(right.error < 0 || bytes_equal(left.record, right.record));
        }
        fuzz_check(!erst_image_next(&sparse, &right_cursor, &right));
        left_cursor = right_cursor = 0;
        while (erst_image_next_deleted(image, &left_cursor, &left)) {
                fuzz_check(erst_image_next_deleted(&sparse, &right_cursor, &right));
                fuzz_check(left.number == right.number && left.id == right.id);
        }
        fuzz_check(!erst_image_next_deleted(&sparse, &right_cursor, &right));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct erst_image_slot slot;
        struct erst_image image;
        struct fault fault = { 0 };
        size_t cursor = 0, count = 0;

        if (erst_image_open(bytes_of(data, size), NULL, &image, &fault) < 0) {
                fuzz_check(fault.field && fault.reason && fault.offset <= size);
                return 0;
        }
        for (; erst_image_next(&image, &cursor, &slot); count++) {
                fuzz_check(count < erst_image_capacity(&image));
                check_slot(&image, &slot);
        }
        fuzz_check(count == erst_image_count(&image));
        fuzz_check(!erst_image_next(&image, &cursor, &slot));
        fuzz_check(count + check_deleted(&image) <= erst_image_capacity(&image));
        check_holes(&image);
        check_writer(bytes_of(data, size), image.formatted);
        return 0;
}
