/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "pstore/image-writer.h"

/* An image in memory that is written through image_writer, and may lose its power at any put. */
struct memory_image {
        uint8_t *data; /* malloc()ed */
        size_t size;
        size_t puts;         /* that were made */
        size_t puts_allowed; /* those behind them are ERR_IO */
        bool unflushed;      /* the last put was not flushed */
        bool unlike_flash;   /* a put set a bit that was cleared, which takes flash an erase */
        struct image_writer writer;
};

/* A copy of the content. The image must not be moved. */
void memory_image_init(struct memory_image *image, struct bytes content);
void memory_image_free(struct memory_image *image);

static inline struct bytes memory_image_bytes(const struct memory_image *image) {
        return bytes_of(image->data, image->size);
}
