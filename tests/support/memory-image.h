/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "pstore/image-writer.h"

/* More puts than any change of an image makes between two flushes. */
#define MEMORY_IMAGE_PENDING_MAX 8

struct memory_image_put {
        size_t offset, size;
        uint8_t *bytes; /* malloc()ed */
};

/*
 * An image in memory that is written through image_writer, and may lose its power at any put: then any of the
 * puts since the last flush may be lost, as a disk keeps no order among them.
 */
struct memory_image {
        uint8_t *data; /* malloc()ed */
        size_t size;
        size_t puts;          /* that were made */
        size_t steps;         /* puts and flushes that were made */
        size_t steps_allowed; /* those behind them are ERR_IO */
        uint8_t *flushed;     /* malloc()ed: the content at the last flush */
        struct memory_image_put pending[MEMORY_IMAGE_PENDING_MAX]; /* since then */
        size_t pending_count;
        bool unlike_flash; /* a put set a bit that was cleared, which takes flash an erase */
        struct image_writer writer;
};

/* A copy of the content. The image must not be moved. */
void memory_image_init(struct memory_image *image, struct bytes content);
void memory_image_free(struct memory_image *image);

/* The ways in which the puts since the last flush may be lost: memory_image_lose() takes each number below
 * this. */
static inline unsigned memory_image_losses(const struct memory_image *image) {
        return 1u << image->pending_count;
}

/* What is there when the puts whose bit is set were lost. May be called again. */
void memory_image_lose(struct memory_image *image, unsigned lost);

static inline struct bytes memory_image_bytes(const struct memory_image *image) {
        return bytes_of(image->data, image->size);
}
