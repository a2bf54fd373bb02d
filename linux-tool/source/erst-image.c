/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/erst-image.h"
#include "base/error.h"
#include "base/text.h"
#include "linux-tool/source/image.h"
#include "linux-tool/source/sources.h"
#include "posix/memory.h"
#include "pstore/cper.h"
#include "store/erst-source.h"

static int open_image(const struct image_file *file, struct erst_image *ret_image, struct fault *ret_fault) {
        return erst_image_open(file->bytes, file->mapped ? &file->extents : NULL, ret_image, ret_fault);
}

static int append_slot(struct image_source *source, const struct erst_image_slot *slot) {
        char name[RECORD_NAME_SIZE], slot_name[RECORD_NAME_SIZE];
        struct text text = TEXT_ON(slot_name);

        record_format_erst_name(slot->id, name);
        text_put(&text, name);
        if (source->base.deleted)
                text_format(&text, "@%zu", slot->number);
        return image_source_append(source, text_bytes(&text), slot->record, false);
}

/*
 * What is left of a malformed slot is taken: reading it as a record tells what is wrong, and it can be saved.
 * When there are more records than a list holds, those before are shown and the error is told behind them.
 */
static int index_slots(struct image_source *source) {
        bool (*next)(const struct erst_image *, size_t *, struct erst_image_slot *) =
                source->base.deleted ? erst_image_next_deleted : erst_image_next;
        struct erst_image image;
        struct erst_image_slot slot;
        size_t cursor = 0;
        int r;

        r = open_image(&source->file, &image, &source->base.fault);
        while (r == 0 && next(&image, &cursor, &slot))
                r = append_slot(source, &slot);
        if (r != ERR_LOOP)
                return r;
        source->list.error = r;
        return 0;
}

static int measure_slots(const struct image_file *file, struct source_space *ret_space) {
        struct fault fault;
        struct erst_image image;
        int r;

        r = open_image(file, &image, &fault);
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

/* An image that no machine has used yet becomes what QEMU would make of it. */
static int open_formatted(const struct image_file *file, struct erst_image *ret_image,
                          struct fault *ret_fault) {
        int r = open_image(file, ret_image, ret_fault);

        if (r < 0 || ret_image->formatted)
                return r;
        r = erst_image_format(file->bytes.size, &file->writer);
        return r < 0 ? r : open_image(file, ret_image, ret_fault);
}

/* In the image as it is now. */
static int find_slot(const struct image_file *file, uint64_t id, struct erst_image_slot *ret_slot) {
        struct erst_image image;
        struct fault fault;
        int r = open_image(file, &image, &fault);

        if (r < 0)
                return r;
        return erst_image_find(&image, id, ret_slot) ? ret_slot->error : ERR_NOT_FOUND;
}

static int write_record(const struct image_file *file, const struct erst_image *image,
                        const struct record_draft *draft, uint64_t id) {
        _cleanup_buffer_ struct buffer record;
        struct erst_image_slot slot;
        int r;

        buffer_init(&record, &system_allocator);
        if (draft->log.size > image->record_size - CPER_LINUX_PAYLOAD_OFFSET)
                return ERR_TOO_LARGE;
        r = buffer_reserve(&record, CPER_LINUX_PAYLOAD_OFFSET + draft->log.size);
        if (r == 0)
                r = cper_build_dmesg(id, draft->seconds, draft->log, record.data, record.capacity,
                                     &record.size);
        if (r == 0)
                r = erst_image_write(image, buffer_bytes(&record), &file->writer);
        if (r < 0)
                return r;
        r = find_slot(file, id, &slot);
        return r == 0 && bytes_equal(slot.record, buffer_bytes(&record)) ? 0 : ERR_MISMATCH;
}

static int write_slot(const struct image_file *file, const struct record_draft *draft,
                      char ret_name[RECORD_NAME_SIZE], struct fault *ret_fault) {
        _cleanup_free_ uint64_t *ids = NULL;
        struct erst_image_slot slot;
        struct erst_image image;
        size_t cursor = 0, count = 0;
        uint64_t id;
        int r;

        r = open_formatted(file, &image, ret_fault);
        if (r < 0)
                return r;
        ids = calloc(erst_image_count(&image) + 1, sizeof(*ids));
        if (!ids)
                return ERR_NO_MEMORY;
        while (erst_image_next(&image, &cursor, &slot))
                ids[count++] = slot.id;
        id = erst_source_new_id(draft->seconds, ids, count);
        r = write_record(file, &image, draft, id);
        if (r == 0)
                record_format_erst_name(id, ret_name);
        return r;
}

static int erase_slot(const struct image_file *file, const char *name, struct fault *ret_fault) {
        struct erst_image_slot slot;
        struct erst_image image;
        uint64_t id;
        int r;

        r = record_parse_erst_name(text_view(name), &id);
        if (r == 0)
                r = open_image(file, &image, ret_fault);
        if (r == 0)
                r = erst_image_clear(&image, id, &file->writer);
        if (r < 0)
                return r;
        return find_slot(file, id, &slot) == ERR_NOT_FOUND ? 0 : ERR_STILL_THERE;
}

struct record_source *erst_image_source_new(const char *spec, const char *argument) {
        static const struct image_kind kind = {
                .store = RECORD_STORE_ERST,
                .index = index_slots,
                .measure = measure_slots,
                .write = write_slot,
                .erase = erase_slot,
        };

        return image_source_new(spec, argument, &kind);
}
