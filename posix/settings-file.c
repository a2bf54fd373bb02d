/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/settings-file.h"

#include <fcntl.h>

#include "base/error.h"
#include "posix/file.h"
#include "posix/memory.h"

#define SIZE_MAX_OF_FILE ((size_t) 64 * 1024)

int settings_file_read(const char *path, const struct settings_table *tables, size_t table_count,
                       struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer text;
        char error[SETTINGS_ERROR_SIZE];
        int r;

        buffer_init(&text, &system_allocator);
        r = file_read_at(AT_FDCWD, path, SIZE_MAX_OF_FILE, &text);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, error_text(r));
        r = settings_parse(buffer_bytes(&text), tables, table_count, error);
        return r < 0 ? reason_set(ret_reason, r, "%s: %s", path, error) : 0;
}
