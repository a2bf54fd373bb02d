/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/memory-image.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static int put(void *context, size_t offset, struct bytes bytes) {
        struct memory_image *image = context;

        if (!bytes_contain(memory_image_bytes(image), offset, bytes.size))
                abort();
        if (image->puts == image->puts_allowed)
                return ERR_IO;
        image->puts++;
        image->unflushed = true;
        for (size_t i = 0; i < bytes.size; i++) {
                image->unlike_flash |= bytes.data[i] & ~image->data[offset + i];
                image->data[offset + i] = bytes.data[i];
        }
        return 0;
}

static int flush(void *context) {
        struct memory_image *image = context;

        image->unflushed = false;
        return 0;
}

void memory_image_init(struct memory_image *image, struct bytes content) {
        *image = (struct memory_image){
                .data = malloc(content.size + 1),
                .size = content.size,
                .puts_allowed = SIZE_MAX,
                .writer = { .context = image, .put = put, .flush = flush },
        };
        if (!image->data)
                abort();
        if (content.size > 0)
                memcpy(image->data, content.data, content.size);
}

void memory_image_free(struct memory_image *image) {
        free(image->data);
}
