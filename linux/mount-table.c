/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/mount-table.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define MOUNT_TABLE       "/proc/self/mountinfo"
#define MOUNT_TABLE_LIMIT ((size_t) 4 * 1024 * 1024)

#define FIELDS_MAX        64

enum field {
        FIELD_DEVICE = 2,
        FIELD_ROOT,
        FIELD_MOUNT_POINT,
        FIELD_OPTIONAL = 6, /* and what follows, up to a "-" */
};

int mount_table_is_below(const char *path, const char *directory) {
        size_t length = strlen(directory);

        if (length == 1) /* "/" */
                return 1;
        return strncmp(path, directory, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static bool is_octal(char c) {
        return c >= '0' && c <= '7';
}

/* Blank, tab, line feed and backslash come as three octal digits (K6.1 fs/seq_file.c, mangle_path()). */
static void unescape(char *text) {
        char *to = text;

        for (const char *from = text; *from; from++)
                if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) && is_octal(from[3])) {
                        *to++ = (char) ((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
                        from += 3;
                } else {
                        *to++ = *from;
                }
        *to = '\0';
}

static bool take(char *field, char *to, size_t size) {
        unescape(field);
        return (size_t) snprintf(to, size, "%s", field) < size;
}

/* What does not fit is cut, at a comma between two of them. */
static void take_options(char *field, char *to, size_t size) {
        char *comma;

        if (take(field, to, size))
                return;
        comma = strrchr(to, ',');
        if (comma)
                *comma = '\0';
}

static bool parse(char *line, struct mount_row *ret_row) {
        char *fields[FIELDS_MAX], *field;
        size_t count = 0, dash = FIELD_OPTIONAL;

        while (count < FIELDS_MAX && (field = strsep(&line, " ")))
                fields[count++] = field;
        /* How many optional fields there are, only the "-" behind them tells. */
        while (dash < count && strcmp(fields[dash], "-") != 0)
                dash++;
        if (dash + 3 >= count)
                return false;
        if (sscanf(fields[FIELD_DEVICE], "%u:%u", &ret_row->major, &ret_row->minor) != 2 ||
            !take(fields[FIELD_ROOT], ret_row->root, sizeof(ret_row->root)) ||
            !take(fields[FIELD_MOUNT_POINT], ret_row->mount_point, sizeof(ret_row->mount_point)))
                return false;
        /* A mount that is left out would make another the one that holds a path: these may be cut. */
        (void) take(fields[dash + 1], ret_row->file_system, sizeof(ret_row->file_system));
        (void) take(fields[dash + 2], ret_row->source, sizeof(ret_row->source));
        take_options(fields[dash + 3], ret_row->options, sizeof(ret_row->options));
        return true;
}

/* The longest mount point counts; of the same, the later mount, which covers the earlier. */
int mount_table_find(char *text, const char *path, struct mount_row *ret_row) {
        struct mount_row row;
        size_t longest = 0;
        char *line;

        while ((line = strsep(&text, "\n")))
                if (parse(line, &row) && mount_table_is_below(path, row.mount_point) &&
                    strlen(row.mount_point) >= longest) {
                        longest = strlen(row.mount_point);
                        *ret_row = row;
                }
        return longest > 0 ? 0 : ERR_NOT_FOUND;
}

static int read_table(const char *root, struct buffer *text) {
        char full[PATH_MAX];
        int r;

        if (!system_file_path(root, MOUNT_TABLE, full))
                return ERR_TOO_LARGE;
        r = file_read_at(AT_FDCWD, full, MOUNT_TABLE_LIMIT, text);
        if (r < 0)
                return r;
        buffer_append(text, bytes_of("", 1));
        return buffer_error(text);
}

int mount_table_read(const char *root, const char *path, struct mount_row *ret_row) {
        _cleanup_buffer_ struct buffer text;
        int r;

        buffer_init(&text, &system_allocator);
        r = read_table(root, &text);
        return r < 0 ? r : mount_table_find((char *) text.data, path, ret_row);
}

int mount_table_read_device(const char *root, unsigned major, unsigned minor, struct mount_row *ret_row) {
        _cleanup_buffer_ struct buffer text;
        char *lines, *line;
        int r;

        buffer_init(&text, &system_allocator);
        r = read_table(root, &text);
        if (r < 0)
                return r;
        lines = (char *) text.data;
        while ((line = strsep(&lines, "\n"))) {
                struct mount_row row;

                if (parse(line, &row) && row.major == major && row.minor == minor &&
                    strcmp(row.root, "/") == 0) {
                        *ret_row = row;
                        return 0;
                }
        }
        return ERR_NOT_FOUND;
}

const char *mount_option_find(const char *options, const char *name) {
        const char *at = options;

        while (at && strncmp(at, name, strlen(name)) != 0) {
                at = strchr(at, ',');
                at = at ? at + 1 : NULL;
        }
        return at ? at + strlen(name) : NULL;
}
