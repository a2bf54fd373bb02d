/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/shim.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define OS_RELEASE       "/etc/os-release"
#define OS_RELEASE_LIMIT ((size_t) 64 * 1024)
#define ENTRIES_MAX      256
#define ID_SIZE          64

/* os-release(5): ID=debian, also in quotes; "" where nothing tells. */
static void read_id(const char *root, char ret_id[ID_SIZE]) {
        _cleanup_buffer_ struct buffer content;
        char path[PATH_MAX], *text, *line;

        ret_id[0] = '\0';
        buffer_init(&content, &system_allocator);
        if (!system_file_path(root, OS_RELEASE, path) ||
            file_read_at(AT_FDCWD, path, OS_RELEASE_LIMIT, &content) < 0)
                return;
        buffer_append(&content, bytes_of("", 1));
        if (buffer_error(&content) < 0)
                return;
        text = (char *) content.data;
        while ((line = strsep(&text, "\n")))
                if (strncmp(line, "ID=", 3) == 0) {
                        line += 3 + strspn(line + 3, "\"'");
                        snprintf(ret_id, ID_SIZE, "%.*s", (int) strcspn(line, "\"'"), line);
                }
}

int shim_find(const char *root, const char *esp_directory, const char *application,
              char ret_path[SHIM_PATH_SIZE], char ret_file[PATH_MAX], struct reason *ret_reason) {
        const char *ending = strstr(application, "-fw") + 3; /* "x64.efi" */
        char directory[PATH_MAX], file[PATH_MAX], chosen[NAME_MAX + 1] = "", id[ID_SIZE], names[256];
        struct text text = TEXT_ON(names);
        _cleanup_closedir_ DIR *stream = NULL;
        const struct dirent *entry;
        bool is_of_id = false;
        size_t count = 0;

        read_id(root, id);
        stream = system_file_path(esp_directory, "/EFI", directory) ? opendir(directory) : NULL;
        for (size_t i = 0; stream && i < ENTRIES_MAX && (entry = readdir(stream)); i++) {
                if (entry->d_name[0] == '.' ||
                    snprintf(file, sizeof(file), "/%s/shim%s", entry->d_name, ending) >= (int) sizeof(file) ||
                    !system_file_exists(directory, file))
                        continue;
                text_format(&text, "%s/EFI%s", count++ > 0 ? ", " : "", file);
                if (!is_of_id)
                        strcpy(chosen, entry->d_name);
                is_of_id |= strcasecmp(entry->d_name, id) == 0;
        }
        if (count == 0)
                return reason_set(ret_reason, ERR_NOT_FOUND, "%s: no directory there has a shim%s", directory,
                                  ending);
        if (count > 1 && !is_of_id)
                return reason_set(ret_reason, ERR_INVALID_ARGUMENT,
                                  "several shims, and none is of the system that runs: %s", names);
        if (snprintf(ret_path, SHIM_PATH_SIZE, "\\EFI\\%s\\shim%s", chosen, ending) >= SHIM_PATH_SIZE ||
            snprintf(ret_file, PATH_MAX, "%s/%s/shim%s", directory, chosen, ending) >= PATH_MAX)
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: the name is too long", chosen);
        return 0;
}
