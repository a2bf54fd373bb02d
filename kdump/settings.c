/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "kdump/command-line.h"
#include "kdump/host.h"
#include "linux/dump-directory.h"
#include "posix/settings-file.h"

static int parse_crash_path(const struct setting_row *row, void *member, const char *value) {
        (void) row;
        return crash_path_parse(value, member);
}

static void put_crash_path(const struct setting_row *row, const void *member, struct text *text) {
        (void) row;
        text_put(text, crash_path_name(*(const enum crash_path *) member));
}

/* With what stands for this machine, so that one file serves many. */
static int parse_directory(const struct setting_row *row, void *member, const char *value) {
        char directory[PATH_MAX];
        int r = setting_path.parse(row, directory, value);

        if (r == 0)
                r = kdump_host_expand("", directory);
        if (r == 0)
                strcpy(member, directory);
        return r;
}

static const char *const initramfs_names[] = {
        [KDUMP_INITRAMFS_OWN] = "own",
        [KDUMP_INITRAMFS_DISTRIBUTION] = "distribution",
        NULL,
};

static const char *const watchdog_names[] = {
        [KDUMP_WATCHDOG_AUTO] = "auto",
        [KDUMP_WATCHDOG_NO] = "no",
        NULL,
};

static int parse_append(const struct setting_row *row, void *member, const char *value) {
        return command_line_may_append(value) ? setting_text.parse(row, member, value) : ERR_VALUE;
}

static const struct setting_kind setting_crash_path = { parse_crash_path, put_crash_path };
static const struct setting_kind setting_directory = { parse_directory, setting_put_text };
static const struct setting_kind setting_append = { parse_append, setting_put_text };

#define TEXT_ROW(member, kind, wanted) SETTING_TEXT_ROW(struct kdump_settings, member, kind, wanted)
#define ROW(member, kind, wanted)                                                                            \
        { #member, offsetof(struct kdump_settings, member), &(kind), 0, 0, wanted }

static const struct setting_row rows[] = {
        ROW(path, setting_crash_path, "is none of auto, pstore, kdump and both"),
        TEXT_ROW(directory, setting_directory,
                 "is no absolute path, or has a % that stands for nothing here"),
        TEXT_ROW(kernel, setting_path, "is no absolute path"),
        TEXT_ROW(image_tool, setting_text, "is no program"),
        TEXT_ROW(log_tool, setting_text, "is no program"),
        ROW(image, setting_flag, "is neither yes nor no"),
        ROW(unpack, setting_flag, "is neither yes nor no"),
        TEXT_ROW(append, setting_append,
                 "is too long, has an open quote, or one of panic=, oops=, rdinit= and --"),
        TEXT_ROW(modules, setting_text, "is too long"),
        TEXT_ROW(public_key, setting_text, "is too long"),
        TEXT_ROW(collector, setting_text, "is too long"),
        { "initramfs", offsetof(struct kdump_settings, initramfs), &setting_choice, 0, 0,
          "is neither own nor distribution", initramfs_names },
        { "watchdog", offsetof(struct kdump_settings, watchdog), &setting_choice, 0, 0,
          "is neither auto nor no", watchdog_names },
        { "reserve_mib", offsetof(struct kdump_settings, reserve_mib), &setting_number, 0,
          KDUMP_RESERVE_MAX_MIB, "is no number of MiB" },
};

void kdump_settings_tables(struct kdump_settings *settings,
                           struct settings_table ret_tables[KDUMP_SETTINGS_TABLES]) {
        ret_tables[0] = (struct settings_table){ rows, ARRAY_SIZE(rows), settings };
        ret_tables[1] = capture_plan_choices(&settings->plan);
}

int kdump_settings_read(const char *path, struct kdump_settings *settings, struct reason *ret_reason) {
        struct settings_table tables[KDUMP_SETTINGS_TABLES];

        kdump_settings_tables(settings, tables);
        return settings_file_read(path, tables, KDUMP_SETTINGS_TABLES, ret_reason);
}

void kdump_settings_default(struct kdump_settings *ret_settings) {
        *ret_settings = (struct kdump_settings){
                .path = CRASH_PATH_AUTO,
                .directory = DUMP_DIRECTORY,
                .image_tool = "makedumpfile",
                .log_tool = "vmcore-dmesg",
                .image = true,
                .unpack = true,
                .plan = capture_plan_default,
        };
}
