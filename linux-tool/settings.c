/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/dump-directory.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "posix/settings-file.h"

#define DROP_INS       ".d"
#define DROP_IN_SUFFIX ".conf"

static const char *const clear_names[] = {
        [COLLECT_CLEAR_CRASHES] = "crashes",
        [COLLECT_CLEAR_ALL] = "all",
        [COLLECT_CLEAR_NONE] = "none",
        NULL,
};

#define ROW(member, kind, high, wanted)                                                                      \
        { #member, offsetof(struct settings, member), &(kind), 0, high, wanted }

static const struct setting_row rows[] = {
        SETTING_TEXT_ROW(struct settings, directory, setting_path, "is no absolute path"),
        ROW(keep_events, setting_number, 1000000, "is no number of events"),
        ROW(keep_bytes, setting_size, 0, "is no size: a number, and K, M or G"),
        { "clear", offsetof(struct settings, clear), &setting_choice, 0, 0,
          "is none of crashes, all and none", clear_names },
        ROW(journal, setting_flag, 0, "is neither yes nor no"),
        ROW(metrics, setting_flag, 0, "is neither yes nor no"),
        SETTING_TEXT_ROW(struct settings, metrics_directory, setting_path, "is no absolute path"),
};

struct settings_table settings_table(struct settings *settings) {
        return (struct settings_table){ rows, ARRAY_SIZE(rows), settings };
}

void settings_default(struct settings *ret_settings) {
        *ret_settings = (struct settings){
                .directory = DUMP_DIRECTORY,
                .keep_events = 100,
                .keep_bytes = (uint64_t) 256 * 1024 * 1024,
                .clear = COLLECT_CLEAR_CRASHES,
                .journal = true,
                .metrics = true,
        };
}

static int read_one(const char *path, struct settings *settings, struct reason *ret_reason) {
        const struct settings_table table = settings_table(settings);

        return settings_file_read(path, &table, 1, ret_reason);
}

/* --- drop-ins ----------------------------------------------------------------------------------- */

struct drop_in {
        char name[NAME_MAX + 1];
        size_t directory; /* of several that have this name the last counts */
};

struct drop_ins {
        struct drop_in *rows;
        size_t count, capacity;
};

static int by_name(const void *left, const void *right) {
        const struct drop_in *a = left, *b = right;
        int difference = strcmp(a->name, b->name);

        return difference != 0 ? difference : a->directory < b->directory ? -1 : 1;
}

static int list_directory(const char *path, size_t directory, struct drop_ins *drop_ins,
                          struct reason *ret_reason) {
        _cleanup_closedir_ DIR *stream = opendir(path);
        const struct dirent *entry;
        int r = stream || errno == ENOENT ? 0 : errno_to_error(errno);

        while (r == 0 && stream && (entry = readdir(stream))) {
                if (entry->d_name[0] == '.' || !text_ends_with(entry->d_name, DROP_IN_SUFFIX))
                        continue;
                r = array_grow(&system_allocator, (void **) &drop_ins->rows, &drop_ins->capacity,
                               drop_ins->count, sizeof(*drop_ins->rows));
                if (r < 0)
                        break;
                drop_ins->rows[drop_ins->count] = (struct drop_in){ .directory = directory };
                strcpy(drop_ins->rows[drop_ins->count++].name, entry->d_name);
        }
        return r < 0 ? reason_set(ret_reason, r, "%s: %s", path, error_text(r)) : 0;
}

static int read_drop_ins(const char (*directories)[PATH_MAX], size_t count, struct settings *settings,
                         struct reason *ret_reason) {
        struct drop_ins drop_ins = { 0 };
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++)
                r = list_directory(directories[i], i, &drop_ins, ret_reason);
        if (r == 0 && drop_ins.count > 0)
                qsort(drop_ins.rows, drop_ins.count, sizeof(*drop_ins.rows), by_name);
        for (size_t i = 0; i < drop_ins.count && r == 0; i++) {
                const struct drop_in *drop_in = &drop_ins.rows[i];
                char path[2 * PATH_MAX];

                if (i + 1 < drop_ins.count && strcmp(drop_in->name, drop_in[1].name) == 0)
                        continue;
                snprintf(path, sizeof(path), "%s/%s", directories[drop_in->directory], drop_in->name);
                r = read_one(path, settings, ret_reason);
        }
        free(drop_ins.rows);
        return r;
}

int settings_read(const char *root, const char *path, struct settings *settings, struct reason *ret_reason) {
        static const char *const above[] = { "/usr/lib", "/run", "/etc" };
        char file[PATH_MAX], directories[ARRAY_SIZE(above)][PATH_MAX];
        size_t count = path ? 1 : ARRAY_SIZE(above);
        struct settings taken = *settings;
        int r;

        snprintf(file, sizeof(file), "%s%s", path ? "" : root, path ? path : SETTINGS_PATH);
        for (size_t i = 0; i < count; i++)
                if (snprintf(directories[i], PATH_MAX, "%s%s%s" DROP_INS, path ? path : root,
                             path ? "" : above[i], path ? "" : "/pstore-fw/pstore-fw.conf") >= PATH_MAX)
                        return reason_set(ret_reason, ERR_TOO_LARGE, "%s: %s", file,
                                          error_text(ERR_TOO_LARGE));
        r = read_one(file, &taken, ret_reason);
        if (r == ERR_NOT_FOUND && !path)
                r = 0;
        if (r == 0)
                r = read_drop_ins(directories, count, &taken, ret_reason);
        if (r == 0)
                *settings = taken;
        return r;
}
