/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/verb/kdump-options.h"

#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "linux-tool/output/message.h"

static int parse_path(const char *text, uint64_t *ret_number) {
        enum crash_path path;

        if (crash_path_parse(text, &path) < 0)
                return ERR_VALUE;
        *ret_number = path;
        return 0;
}

static void put_paths(const struct sink *sink) {
        enum crash_path path;

        for (int i = 0; crash_path_parse(crash_path_name((enum crash_path) i), &path) == 0; i++)
                sink_format(sink, "%s\n", crash_path_name(path));
}

/* The kernel's own notation, of which megabytes are enough. */
static int parse_reserve(const char *text, uint64_t *ret_number) {
        struct bytes view = text_view(text);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, KDUMP_RESERVE_MAX_MIB, &number) < 0 || at + 1 != view.size ||
            text[at] != 'M' || number == 0)
                return ERR_VALUE;
        *ret_number = number;
        return 0;
}

const struct option option_config = {
        .name = "config",
        .argument = "FILE",
        .help = "settings (default: " KDUMP_SETTINGS_PATH ")",
        .wanted = "is no file",
};
const struct option option_kernel = {
        .name = "kernel",
        .letter = 'k',
        .argument = "FILE",
        .help = "the kernel to boot after a crash (default: this one)",
        .wanted = "is no file",
};
const struct option option_path = {
        .name = "path",
        .argument = "PATH",
        .help = "where a panic goes: auto, pstore, kdump or both",
        .parse = parse_path,
        .wanted = "is none of auto, pstore, kdump and both",
        .put_choices = put_paths,
};
const struct option option_reserve = {
        .name = "reserve",
        .argument = "SIZE",
        .help = "for the crash kernel, as 80M (default: what it needs)",
        .parse = parse_reserve,
        .wanted = "is no size: a number and M",
};
const struct option option_root = {
        .name = "root",
        .argument = "DIR",
        .help = "a system that is not the running one",
        .wanted = "is no directory",
};

static int take_path(const char *path, char member[PATH_MAX]) {
        if (!path)
                return 0;
        if (snprintf(member, PATH_MAX, "%s", path) < PATH_MAX)
                return 0;
        message_failure(path, ERR_TOO_LARGE);
        return ERR_TOO_LARGE;
}

int kdump_settings_load_from(const char *default_path, const struct options *options,
                             struct kdump_settings *ret_settings) {
        const char *path = options_text(options, &option_config);
        struct kdump_settings settings;
        struct reason reason;
        int r;

        kdump_settings_default(&settings);
        r = kdump_settings_read(path ? path : default_path, &settings, &reason);
        /* Without a file there are the defaults; but one that was named has to be there. */
        if (r < 0 && (r != ERR_NOT_FOUND || path)) {
                message_error("%s", reason.text);
                return r;
        }
        if (options_have(options, &option_path))
                settings.path = (enum crash_path) options_number(options, &option_path);
        if (options_have(options, &option_reserve))
                settings.reserve_mib = (unsigned) options_number(options, &option_reserve);
        r = take_path(options_text(options, &option_kernel), settings.kernel);
        if (r == 0)
                r = take_path(options_text(options, &option_output), settings.directory);
        if (r < 0)
                return r;
        *ret_settings = settings;
        return 0;
}

int kdump_settings_load(const struct options *options, struct kdump_settings *ret_settings) {
        return kdump_settings_load_from(KDUMP_SETTINGS_PATH, options, ret_settings);
}
