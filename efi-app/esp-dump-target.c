/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/esp-dump-target.h"

#include "base/arith.h"
#include "base/error.h"

#define PATH_MAX      1536
#define DUMP_FILE_MAX (64u * 1024 * 1024)

static int path_below(const char *path, char ret_path[PATH_MAX]) {
        struct text text = text_on(ret_path, PATH_MAX);

        text_format(&text, "%s/%s", ESP_DUMP_DIRECTORY, path);
        return text.truncated ? ERR_TOO_LARGE : 0;
}

static int make_directory(void *context, const char *path) {
        char full[PATH_MAX];
        int r = path_below(path, full);

        return r < 0 ? r : esp_make_directory(context, full);
}

static int write_file(void *context, const char *path, struct bytes content) {
        char full[PATH_MAX];
        int r = path_below(path, full);

        return r < 0 ? r : esp_write(context, full, content);
}

static int read_file(void *context, const char *path, struct buffer *buffer) {
        char full[PATH_MAX];
        int r = path_below(path, full);

        return r < 0 ? r : esp_read(context, full, DUMP_FILE_MAX, buffer);
}

static int remove_file(void *context, const char *path) {
        char full[PATH_MAX];
        int r = path_below(path, full);

        return r < 0 ? r : esp_remove_file(context, full);
}

static int remove_directory(void *context, const char *path) {
        char full[PATH_MAX];
        int r = path_below(path, full);

        return r < 0 ? r : esp_remove_directory(context, full);
}

static int rename_directory(void *context, const char *from, const char *to) {
        char full[PATH_MAX], full_to[PATH_MAX];
        int r = path_below(from, full);

        if (r == 0)
                r = path_below(to, full_to);
        return r < 0 ? r : esp_rename(context, full, full_to);
}

/* The directory of dumps lies in others, each of which somebody has made. */
static int flush_root(struct esp *esp) {
        static const char *const directories[] = { ESP_DUMP_DIRECTORY, "EFI/pstore-fw", "EFI", "/" };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(directories) && r == 0; i++)
                r = esp_flush(esp, directories[i]);
        return r;
}

static int flush(void *context, const char *path) {
        char full[PATH_MAX];
        int r;

        if (!path[0])
                return flush_root(context);
        r = path_below(path, full);
        return r < 0 ? r : esp_flush(context, full);
}

struct dump_target esp_dump_target(struct esp *esp) {
        return (struct dump_target){
                .context = esp,
                .is_volatile = esp->is_volatile,
                .make_directory = make_directory,
                .write_file = write_file,
                .read_file = read_file,
                .remove_file = remove_file,
                .remove_directory = remove_directory,
                .rename_directory = rename_directory,
                .flush = flush,
        };
}
