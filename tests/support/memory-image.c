/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/memory-image.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static uint8_t *copy_of(struct bytes bytes) {
        uint8_t *copy = malloc(bytes.size + 1);

        if (!copy)
                abort();
        if (bytes.size > 0)
                memcpy(copy, bytes.data, bytes.size);
        return copy;
}

static void note(struct memory_image *image, size_t offset, struct bytes bytes) {
        if (image->pending_count == MEMORY_IMAGE_PENDING_MAX)
                abort();
        image->pending[image->pending_count++] =
                (struct memory_image_put){ offset, bytes.size, copy_of(bytes) };
}

static int put(void *context, size_t offset, struct bytes bytes) {
        struct memory_image *image = context;

        if (!bytes_contain(memory_image_bytes(image), offset, bytes.size))
                abort();
        if (image->steps == image->steps_allowed)
                return ERR_IO;
        image->steps++;
        image->puts++;
        note(image, offset, bytes);
        for (size_t i = 0; i < bytes.size; i++) {
                image->unlike_flash |= bytes.data[i] & ~image->data[offset + i];
                image->data[offset + i] = bytes.data[i];
        }
        return 0;
}

static void forget_pending(struct memory_image *image) {
        while (image->pending_count > 0)
                free(image->pending[--image->pending_count].bytes);
}

static int flush(void *context) {
        struct memory_image *image = context;

        if (image->steps == image->steps_allowed)
                return ERR_IO;
        image->steps++;
        memcpy(image->flushed, image->data, image->size);
        forget_pending(image);
        return 0;
}

void memory_image_init(struct memory_image *image, struct bytes content) {
        *image = (struct memory_image){
                .data = copy_of(content),
                .flushed = copy_of(content),
                .size = content.size,
                .steps_allowed = SIZE_MAX,
                .writer = { .context = image, .put = put, .flush = flush },
        };
}

void memory_image_lose(struct memory_image *image, unsigned lost) {
        memcpy(image->data, image->flushed, image->size);
        for (size_t i = 0; i < image->pending_count; i++)
                if (!(lost & 1u << i))
                        memcpy(image->data + image->pending[i].offset, image->pending[i].bytes,
                               image->pending[i].size);
}

void memory_image_free(struct memory_image *image) {
        forget_pending(image);
        free(image->data);
        free(image->flushed);
}
