/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/text.h"
#include "linux-tool/source-image.h"
#include "linux-tool/sources.h"
#include "pstore/cper.h"
#include "pstore/erst-image.h"

/* A malformed slot is taken whole: reading it as a record tells what is wrong, and its bytes can be saved. */
static int index_slots(struct image_source *source) {
        struct erst_image image;
        struct erst_image_slot slot;
        size_t cursor = 0;
        int r;

        r = erst_image_open(buffer_bytes(&source->image), &image, &source->base.fault);
        while (r == 0 && erst_image_next(&image, &cursor, &slot)) {
                char name[RECORD_NAME_SIZE];
                struct text text = TEXT_ON(name);

                text_format(&text, "%016llx", (unsigned long long) slot.id);
                r = image_source_append(source, text_bytes(&text), slot.record);
        }
        return r;
}

static int measure_slots(const struct image_source *source, struct source_space *ret_space) {
        struct fault fault;
        struct erst_image image;
        int r;

        r = erst_image_open(buffer_bytes(&source->image), &image, &fault);
        if (r < 0)
                return r;
        *ret_space = (struct source_space){
                .known = image.formatted,
                .total = erst_image_capacity(&image) * image.record_size,
                .remaining = (erst_image_capacity(&image) - erst_image_count(&image)) * image.record_size,
                .largest_record = image.formatted ? image.record_size - CPER_LINUX_PAYLOAD_OFFSET : 0,
        };
        return 0;
}

struct record_source *erst_image_source_new(const char *spec, const char *argument) {
        return image_source_new(spec, argument, RECORD_STORE_ERST, index_slots, measure_slots);
}
