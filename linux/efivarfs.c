/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/efivarfs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/vfs.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "store/draft.h"

/* Before the data (K6.1 fs/efivarfs/file.c). */
#define ATTRIBUTES_SIZE 4

/* As large as any store. */
#define VARIABLE_LIMIT ((size_t) 4 * 1024 * 1024)

bool efivarfs_is_mounted(const char *root) {
        struct statfs status;
        char path[PATH_MAX];

        return system_file_path(root, EFIVARFS_DIRECTORY, path) && statfs(path, &status) == 0 &&
               status.f_type == EFIVARFS_MAGIC;
}

int efivarfs_read_space(const char *path, struct source_space *ret_space) {
        struct source_space space = variable_space_unknown;
        struct statfs status;

        if (statfs(path, &status) < 0)
                return errno_to_error(errno);
        if (status.f_type == EFIVARFS_MAGIC && status.f_blocks > 0) {
                space.known = true;
                space.total = status.f_blocks * (uint64_t) status.f_bsize;
                space.remaining = status.f_bfree * (uint64_t) status.f_bsize;
        }
        *ret_space = space;
        return 0;
}

bool efivarfs_parse_name(const char *file_name, struct guid *ret_vendor, struct bytes *ret_name) {
        struct bytes whole = text_view(file_name), tail;
        char text[GUID_TEXT_SIZE];
        struct guid vendor;

        if (whole.size <= GUID_TEXT_SIZE)
                return false;
        tail = bytes_from(whole, whole.size - GUID_TEXT_SIZE); /* a dash where the text has its NUL */
        if (tail.data[0] != '-' || guid_parse(bytes_from(tail, 1), &vendor) < 0)
                return false;
        guid_format(&vendor, text);
        if (!bytes_equal(bytes_from(tail, 1), text_view(text)))
                return false;
        *ret_vendor = vendor;
        *ret_name = bytes_first(whole, whole.size - GUID_TEXT_SIZE);
        return true;
}

const char *efivarfs_directory(void) {
        const char *path = getenv(EFIVARFS_VARIABLE);

        return path ? path : EFIVARFS_DIRECTORY;
}

int efivarfs_read(const char *name, struct buffer *data) {
        _cleanup_buffer_ struct buffer content;
        int r;

        buffer_init(&content, &system_allocator);
        r = system_file_read_in("", efivarfs_directory(), name, VARIABLE_LIMIT, &content);
        if (r < 0)
                return r;
        if (content.size <= ATTRIBUTES_SIZE)
                return content.size == 0 ? ERR_NOT_FOUND : ERR_TRUNCATED;
        buffer_append(data, bytes_from(buffer_bytes(&content), ATTRIBUTES_SIZE));
        return buffer_error(data);
}
