/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/newc.h"

#include <sys/stat.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"

#define ALIGNMENT 4

static void append_padding(struct buffer *archive) {
        static const uint8_t zeros[ALIGNMENT];

        buffer_append(archive, bytes_of(zeros, -archive->size % ALIGNMENT));
}

int newc_append(struct buffer *archive, const struct newc_member *member) {
        size_t name_size = text_length(member->name) + 1;
        const uint32_t fields[] = {
                member->inode,
                member->mode,
                0,                             /* user */
                0,                             /* group */
                S_ISDIR(member->mode) ? 2 : 1, /* links to it */
                0,                             /* time of the last change */
                (uint32_t) member->content.size,
                0, /* major number of the device that holds it */
                0, /* minor */
                0, /* major number of the device that it is */
                0, /* minor */
                (uint32_t) name_size,
                0, /* checksum, in another format */
        };

        if (member->content.size > UINT32_MAX)
                return ERR_TOO_LARGE;
        buffer_append_text(archive, "070701");
        for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
                buffer_append_format(archive, "%08x", fields[i]);
        buffer_append(archive, bytes_of(member->name, name_size));
        append_padding(archive);
        buffer_append(archive, member->content);
        append_padding(archive);
        return buffer_error(archive);
}

int newc_end(struct buffer *archive) {
        return newc_append(archive, &(struct newc_member){ .name = "TRAILER!!!" });
}
