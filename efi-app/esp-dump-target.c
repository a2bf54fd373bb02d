/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/esp-dump-target.h"

#include "base/error.h"

#define PATH_MAX      1536
#define DUMP_FILE_MAX (64u * 1024 * 1024)

static int path_below(const struct esp_directory *directory, const char *path, char ret_path[PATH_MAX]) {
        struct text text = text_on(ret_path, PATH_MAX);

        text_format(&text, "%s/%s", directory->path, path);
        return text.truncated ? ERR_TOO_LARGE : 0;
}

static int make_directory(void *context, const char *path) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX];
        int r = path_below(directory, path, full);

        return r < 0 ? r : esp_make_directory(directory->esp, full);
}

static int write_file(void *context, const char *path, struct bytes content) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX];
        int r = path_below(directory, path, full);

        return r < 0 ? r : esp_write(directory->esp, full, content);
}

static int read_file(void *context, const char *path, struct buffer *buffer) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX];
        int r = path_below(directory, path, full);

        return r < 0 ? r : esp_read(directory->esp, full, DUMP_FILE_MAX, buffer);
}

static int remove_file(void *context, const char *path) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX];
        int r = path_below(directory, path, full);

        return r < 0 ? r : esp_remove_file(directory->esp, full);
}

static int remove_directory(void *context, const char *path) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX];
        int r = path_below(directory, path, full);

        return r < 0 ? r : esp_remove_directory(directory->esp, full);
}

static int rename_directory(void *context, const char *from, const char *to) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX], full_to[PATH_MAX];
        int r = path_below(directory, from, full);

        if (r == 0)
                r = path_below(directory, to, full_to);
        return r < 0 ? r : esp_rename(directory->esp, full, full_to);
}

/* The directory of dumps lies in others, each of which somebody has made. */
static int flush_root(const struct esp_directory *directory) {
        char path[PATH_MAX];
        struct text text = TEXT_ON(path);
        int r = 0;

        text_put(&text, directory->path);
        while (text.length > 0 && r == 0) {
                r = esp_flush(directory->esp, path);
                while (text.length > 0 && path[--text.length] != '/')
                        ;
                path[text.length] = '\0';
        }
        return r < 0 ? r : esp_flush(directory->esp, "/");
}

static int flush(void *context, const char *path) {
        const struct esp_directory *directory = context;
        char full[PATH_MAX];
        int r;

        if (!path[0])
                return flush_root(directory);
        r = path_below(directory, path, full);
        return r < 0 ? r : esp_flush(directory->esp, full);
}

struct dump_target esp_dump_target(struct esp_directory *directory) {
        return (struct dump_target){
                .context = directory,
                .is_volatile = directory->esp->is_volatile,
                .make_directory = make_directory,
                .write_file = write_file,
                .read_file = read_file,
                .remove_file = remove_file,
                .remove_directory = remove_directory,
                .rename_directory = rename_directory,
                .flush = flush,
        };
}
