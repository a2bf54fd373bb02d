/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/verb/kdump-options.h"

#include <stdio.h>

#include "base/error.h"
#include "linux-tool/output/message.h"

static int take_path(const char *path, char member[PATH_MAX]) {
        if (!path)
                return 0;
        if (snprintf(member, PATH_MAX, "%s", path) < PATH_MAX)
                return 0;
        message_failure(path, ERR_TOO_LARGE);
        return ERR_TOO_LARGE;
}

static int take_options(const struct options *options, struct kdump_settings *settings) {
        int r;

        if (options_have(options, OPTION_PATH))
                settings->path = options->path;
        if (options_have(options, OPTION_RESERVE))
                settings->reserve_mib = options->reserve_mib;
        r = take_path(options->kernel, settings->kernel);
        return r < 0 ? r : take_path(options->output, settings->directory);
}

int kdump_settings_load(const struct options *options, struct kdump_settings *ret_settings) {
        const char *path = options->config ? options->config : KDUMP_SETTINGS_PATH;
        struct kdump_settings settings;
        struct reason reason;
        int r;

        kdump_settings_default(&settings);
        r = kdump_settings_read(path, &settings, &reason);
        if (r < 0 && (r != ERR_NOT_FOUND || options->config)) {
                message_error("%s", reason.text);
                return r;
        }
        r = take_options(options, &settings);
        if (r < 0)
                return r;
        *ret_settings = settings;
        return 0;
}
