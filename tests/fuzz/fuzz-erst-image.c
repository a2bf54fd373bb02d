/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any file as an ERST image: the walk ends within as many steps as there are slots, gives as many as are
 * counted, each in its own slot, and a record without an error has the length and the id it says.
 */
#include <stdlib.h>

#include "pstore/erst-image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_slot(const struct erst_image *image, const struct erst_image_slot *slot) {
        size_t start = (size_t) (slot->record.data - image->image.data);

        check(slot->number >= image->first_slot && slot->number < image->slot_end);
        check(slot->offset == slot->number * image->record_size && start == slot->offset);
        check(bytes_contain(image->image, start, slot->record.size));
        check(slot->record.size >= 128 && slot->record.size <= image->record_size);
        if (slot->error < 0) {
                check(slot->fault.field && slot->fault.reason);
                check(slot->fault.offset >= start && slot->fault.offset < start + image->record_size);
        } else {
                check(bytes_u32(slot->record, 20) == slot->record.size);
                check(bytes_u64(slot->record, 96) == slot->id);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct erst_image_slot slot;
        struct erst_image image;
        struct fault fault = { 0 };
        size_t cursor = 0, count = 0;

        if (erst_image_open(bytes_of(data, size), &image, &fault) < 0) {
                check(fault.field && fault.reason && fault.offset <= size);
                return 0;
        }
        for (; erst_image_next(&image, &cursor, &slot); count++) {
                check(count < erst_image_capacity(&image));
                check_slot(&image, &slot);
        }
        check(count == erst_image_count(&image));
        check(!erst_image_next(&image, &cursor, &slot));
        return 0;
}
