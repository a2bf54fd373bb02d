/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/target/tar.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define BLOCK 512

/* ustar Interchange Format: fields of text, numbers in octal. */
struct header {
        char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type[1], link[100],
                magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

#define TYPE_FILE      '0'
#define TYPE_DIRECTORY '5'
#define TYPE_EXTENDED  'x' /* pax Extended Header */

#define NUMBER_MAX     UINT64_C(077777777777) /* eleven digits */

static int put_padded(struct bytes bytes, const struct sink *sink) {
        static const char zeros[BLOCK];
        int r = sink_put(sink, bytes);

        return r < 0 ? r : sink_put(sink, bytes_of(zeros, (BLOCK - bytes.size % BLOCK) % BLOCK));
}

/* The sum of all bytes, while the field itself is blanks. */
static void set_checksum(struct header *header) {
        const uint8_t *bytes = (const uint8_t *) header;
        unsigned sum = 0;

        memset(header->checksum, ' ', sizeof(header->checksum));
        for (size_t i = 0; i < sizeof(*header); i++)
                sum += bytes[i];
        snprintf(header->checksum, sizeof(header->checksum), "%06o", sum);
}

/* A name that is too long is cut here: the extended header before has it. */
static int put_header(const char *name, char type, uint64_t size, uint64_t seconds, const struct sink *sink) {
        struct header header = { .type = { type }, .magic = "ustar", .version = { '0', '0' } };

        if (size > NUMBER_MAX)
                return ERR_TOO_LARGE;
        memcpy(header.name, name, strnlen(name, sizeof(header.name)));
        snprintf(header.mode, sizeof(header.mode), "%07o", type == TYPE_DIRECTORY ? 0700U : 0600U);
        snprintf(header.uid, sizeof(header.uid), "%07o", 0U);
        snprintf(header.gid, sizeof(header.gid), "%07o", 0U);
        snprintf(header.size, sizeof(header.size), "%011llo", (unsigned long long) size);
        snprintf(header.mtime, sizeof(header.mtime), "%011llo",
                 (unsigned long long) (seconds < NUMBER_MAX ? seconds : NUMBER_MAX));
        set_checksum(&header);
        return sink_put(sink, bytes_of(&header, sizeof(header)));
}

/* "LENGTH path=NAME\n", where the length is that of all of it, its own digits too. */
static int put_long_name(const char *name, uint64_t seconds, const struct sink *sink) {
        char line[PATH_MAX + 32];
        int length = snprintf(NULL, 0, " path=%s\n", name), digits = 1, r;

        while (snprintf(NULL, 0, "%d", length + digits) > digits)
                digits++;
        length = snprintf(line, sizeof(line), "%d path=%s\n", length + digits, name);
        if (length >= (int) sizeof(line))
                return ERR_TOO_LARGE;
        r = put_header("pax", TYPE_EXTENDED, (uint64_t) length, seconds, sink);
        return r < 0 ? r : put_padded(bytes_of(line, (size_t) length), sink);
}

int tar_put(const struct tar_member *member, const struct sink *sink) {
        char name[PATH_MAX];
        int r = 0;

        if (snprintf(name, sizeof(name), "%s%s", member->path, member->is_directory ? "/" : "") >= PATH_MAX)
                return ERR_TOO_LARGE;
        if (strlen(name) > sizeof(((struct header *) NULL)->name))
                r = put_long_name(name, member->seconds, sink);
        if (r == 0)
                r = put_header(name, member->is_directory ? TYPE_DIRECTORY : TYPE_FILE, member->content.size,
                               member->seconds, sink);
        return r < 0 ? r : put_padded(member->content, sink);
}

int tar_end(const struct sink *sink) {
        static const char zeros[2 * BLOCK];

        return sink_put(sink, bytes_of(zeros, sizeof(zeros)));
}
