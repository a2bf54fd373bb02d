/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/esp-dump-target.h"

#include "base/error.h"

#define PATH_MAX      1536
#define DUMP_FILE_MAX (16u * 1024 * 1024)

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

struct dump_target esp_dump_target(struct esp *esp) {
        return (struct dump_target){
                .context = esp,
                .make_directory = make_directory,
                .write_file = write_file,
                .read_file = read_file,
        };
}
