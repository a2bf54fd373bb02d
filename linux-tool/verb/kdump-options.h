/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/settings.h"
#include "linux-tool/options.h"

/*
 * Reads the file that --config names, or the default one, which need not exist; then what other options say
 * counts more. A file with an error is refused whole: told on standard error, with its name and the setting.
 */
int kdump_settings_load(const struct options *options, struct kdump_settings *ret_settings);
