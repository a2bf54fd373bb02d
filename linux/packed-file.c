/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/packed-file.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "base/error.h"
#include "posix/errno.h"

#define READ_BLOCK ((size_t) 64 * 1024)

static int read_data(struct archive *archive, size_t limit, struct buffer *content) {
        la_ssize_t got;
        int r;

        for (;;) {
                r = buffer_reserve(content, content->size + READ_BLOCK);
                if (r < 0)
                        return r;
                got = archive_read_data(archive, content->data + content->size, READ_BLOCK);
                if (got <= 0)
                        return got < 0 ? ERR_STREAM : 0;
                content->size += (size_t) got;
                if (content->size > limit)
                        return ERR_TOO_LARGE;
        }
}

int packed_file_read(const char *path, size_t limit, struct buffer *content) {
        struct archive *archive = archive_read_new();
        struct archive_entry *entry;
        int r = ERR_NO_MEMORY;

        if (!archive)
                return r;
        if (archive_read_support_filter_all(archive) >= ARCHIVE_WARN &&
            archive_read_support_format_raw(archive) == ARCHIVE_OK)
                r = 0;
        if (r == 0 && archive_read_open_filename(archive, path, READ_BLOCK) != ARCHIVE_OK)
                r = errno_to_error(archive_errno(archive));
        if (r == 0 && archive_read_next_header(archive, &entry) != ARCHIVE_OK)
                r = ERR_STREAM;
        if (r == 0)
                r = read_data(archive, limit, content);
        archive_read_free(archive);
        return r;
}

#define GZIP_WINDOW (15 + 16) /* 16: with gzip's header, in which zlib puts no time */

int packed_file_gzip(struct bytes content, struct buffer *packed) {
        z_stream stream = { .next_in = (Bytef *) content.data, .avail_in = (uInt) content.size };
        size_t bound;
        int r;

        if (content.size > UINT32_MAX / 2)
                return ERR_TOO_LARGE;
        if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
                return ERR_NO_MEMORY;
        bound = deflateBound(&stream, content.size);
        r = buffer_reserve(packed, packed->size + bound);
        if (r == 0) {
                stream.next_out = packed->data + packed->size;
                stream.avail_out = (uInt) bound;
                r = deflate(&stream, Z_FINISH) == Z_STREAM_END ? 0 : ERR_BUG;
                packed->size += r == 0 ? stream.total_out : 0;
        }
        (void) deflateEnd(&stream);
        return r;
}
