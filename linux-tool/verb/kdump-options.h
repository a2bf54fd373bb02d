/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/settings.h"
#include "linux-tool/options.h"

/* Options of more than one verb of kdump, and those that count more than a setting. */
extern const struct option option_config;
extern const struct option option_kernel;
extern const struct option option_path;    /* its number is an enum crash_path */
extern const struct option option_reserve; /* its number is in MiB */
extern const struct option option_root;

/*
 * Reads the file that --config names, or the default one, which need not exist; then what other options say
 * counts more. A file with an error is refused whole: told on standard error, with its name and the setting.
 */
int kdump_settings_load(const struct options *options, struct kdump_settings *ret_settings);

/* The same with another default file: that of a system below --root. */
int kdump_settings_load_from(const char *default_path, const struct options *options,
                             struct kdump_settings *ret_settings);
