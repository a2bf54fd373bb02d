/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "posix/memory.h"
#include "pstore/container.h"

static struct image_source *image_of(struct record_source *source) {
        return source->context;
}

static void image_close(struct record_source *source) {
        struct image_source *image = image_of(source);

        array_free(&system_allocator, (void **) &image->records, &image->record_capacity,
                   sizeof(*image->records));
        entry_list_free(&image->list);
        image_file_close(&image->file);
        image->read_next = 0;
        image->read_only = false;
        source->fault = (struct fault){ 0 };
}

/* A form in which the store cannot be found is refused before anything is looked for. */
static int open_raw(struct image_source *image) {
        int r = image_file_open(&image->file, image->path);

        if (r == 0)
                r = container_refuse(image->file.bytes, &image->base.fault);
        if (r < 0)
                image_file_close(&image->file);
        return r;
}

static int open_raw_to_write(struct image_source *image, struct image_file *file) {
        int r = image_file_open_to_write(file, image->path);

        return r < 0 ? r : container_refuse(file->bytes, &image->base.fault);
}

static int image_next(struct record_source *source, struct source_entry *ret_entry) {
        return entry_list_next(&image_of(source)->list, ret_entry);
}

static int image_read(struct record_source *source, const char *name, struct buffer *buffer) {
        struct image_source *image = image_of(source);

        for (size_t i = 0; i < image->list.count; i++) {
                size_t at = (image->read_next + i) % image->list.count;

                if (strcmp(image->list.entries[at]->name, name) != 0)
                        continue;
                image->read_next = at + 1;
                buffer->size = 0;
                buffer_append(buffer, image->records[at]);
                return buffer_error(buffer);
        }
        return ERR_NOT_FOUND;
}

static int image_space(struct record_source *source, struct source_space *ret_space) {
        struct image_source *image = image_of(source);
        int r = 0;

        if (!image->file.bytes.data) /* who only writes has not opened it */
                r = open_raw(image);
        return r < 0 ? r : image->kind->measure(&image->file, ret_space);
}

static int image_owners(struct record_source *source, struct source_owner ret_owners[SOURCE_OWNERS_MAX]) {
        struct image_source *image = image_of(source);

        return image->kind->owners ? image->kind->owners(&image->file, ret_owners) : 0;
}

/* The list stays what it was; the next open() takes a new one. */
static int image_write(struct record_source *source, const struct record_draft *draft,
                       char ret_name[RECORD_NAME_SIZE]) {
        _cleanup_image_file_ struct image_file file;
        int r;

        source->fault = (struct fault){ 0 };
        r = open_raw_to_write(image_of(source), &file);
        return r < 0 ? r : image_of(source)->kind->write(&file, draft, ret_name, &source->fault);
}

static int image_erase(struct record_source *source, const char *name) {
        _cleanup_image_file_ struct image_file file;
        int r;

        if (source->deleted)
                return ERR_NOT_SUPPORTED; /* that is done already: only its bytes are left */
        source->fault = (struct fault){ 0 };
        r = open_raw_to_write(image_of(source), &file);
        return r < 0 ? r : image_of(source)->kind->erase(&file, name, &source->fault);
}

int image_source_append(struct image_source *image, struct bytes name, struct bytes record, bool salvaged) {
        size_t count = image->list.count;
        int r;

        r = array_grow(&system_allocator, (void **) &image->records, &image->record_capacity, count,
                       sizeof(*image->records));
        if (r == 0)
                r = entry_list_append(&image->list, image->base.store, name);
        if (r == 0) {
                image->list.entries[count]->deleted = image->base.deleted;
                image->list.entries[count]->salvaged = salvaged;
                image->records[count] = record;
        }
        return r;
}

static int image_open(struct record_source *source);

static const struct source_operations operations = {
        .open = image_open,
        .next = image_next,
        .read = image_read,
        .write = image_write,
        .erase = image_erase,
        .space = image_space,
        .owners = image_owners,
        .close = image_close,
};

static const struct source_operations operations_read_only = {
        .open = image_open,
        .next = image_next,
        .read = image_read,
        .space = image_space,
        .owners = image_owners,
        .close = image_close,
};

/* Only a regular file can be changed in place. */
static void choose_operations(struct image_source *image) {
        struct stat status;
        bool is_regular = stat(image->path, &status) < 0 || S_ISREG(status.st_mode);

        image->base.operations = is_regular && !image->read_only ? &operations : &operations_read_only;
}

static int image_open(struct record_source *source) {
        struct image_source *image = image_of(source);
        int r;

        image_close(source);
        r = open_raw(image);
        if (r == 0)
                r = image->kind->index(image);
        choose_operations(image);
        return r;
}

struct record_source *image_source_new(const char *spec, const char *path, const struct image_kind *kind) {
        struct image_source *image = calloc(1, sizeof(*image));

        if (!image)
                return NULL;
        image->base = (struct record_source){
                .spec = spec,
                .store = kind->store,
                .context = image,
                .location = path,
        };
        image->path = path;
        image->kind = kind;
        entry_list_init(&image->list, &system_allocator);
        image_file_init(&image->file);
        choose_operations(image);
        return &image->base;
}
