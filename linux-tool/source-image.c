/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source-image.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "linux-tool/file.h"
#include "linux-tool/memory.h"

static struct image_source *image_of(struct record_source *source) {
        return source->context;
}

static void image_close(struct record_source *source) {
        struct image_source *image = image_of(source);

        array_free(&system_allocator, (void **) &image->records, &image->record_capacity,
                   sizeof(*image->records));
        entry_list_free(&image->list);
        buffer_free(&image->image);
        buffer_init(&image->image, &system_allocator);
        image->walk_error = 0;
        source->fault = (struct fault){ 0 };
}

static int image_open(struct record_source *source) {
        struct image_source *image = image_of(source);
        int r;

        image_close(source);
        r = file_read_at(AT_FDCWD, image->path, FILE_SIZE_MAX, &image->image);
        return r < 0 ? r : image->index(image);
}

static int image_next(struct record_source *source, struct source_entry *ret_entry) {
        struct image_source *image = image_of(source);
        int r = entry_list_next(&image->list, ret_entry);

        if (r == 0) {
                r = image->walk_error;
                image->walk_error = 0;
        }
        return r;
}

static int image_read(struct record_source *source, const char *name, struct buffer *buffer) {
        const struct image_source *image = image_of(source);

        for (size_t i = 0; i < image->list.count; i++) {
                if (strcmp(image->list.entries[i].name, name) != 0)
                        continue;
                buffer->size = 0;
                buffer_append(buffer, image->records[i]);
                return buffer_error(buffer);
        }
        return ERR_NOT_FOUND;
}

static int image_space(struct record_source *source, struct source_space *ret_space) {
        const struct image_source *image = image_of(source);

        return image->measure(image, ret_space);
}

int image_source_append(struct image_source *image, struct bytes name, struct bytes record) {
        size_t count = image->list.count;
        int r;

        r = array_grow(&system_allocator, (void **) &image->records, &image->record_capacity, count,
                       sizeof(*image->records));
        if (r == 0)
                r = entry_list_append(&image->list, image->base.store, name);
        if (r == 0)
                image->records[count] = record;
        return r;
}

struct record_source *image_source_new(const char *spec, const char *path, enum record_store store,
                                       int (*index)(struct image_source *source),
                                       int (*measure)(const struct image_source *source,
                                                      struct source_space *ret_space)) {
        static const struct source_operations operations = {
                .open = image_open,
                .next = image_next,
                .read = image_read,
                .space = image_space,
                .close = image_close,
        };
        struct image_source *image = calloc(1, sizeof(*image));

        if (!image)
                return NULL;
        image->base = (struct record_source){
                .spec = spec,
                .store = store,
                .operations = &operations,
                .context = image,
        };
        image->path = path;
        image->index = index;
        image->measure = measure;
        buffer_init(&image->image, &system_allocator);
        return &image->base;
}
