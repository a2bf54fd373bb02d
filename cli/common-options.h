/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"

/* Options that both front ends have. */
extern const struct option option_all;
extern const struct option option_raw;
extern const struct option option_parts;
extern const struct option option_type;
extern const struct option option_dumped;
extern const struct option option_volatile_copy;
extern const struct option option_older_than; /* its number is in seconds */
extern const struct option option_keep;
extern const struct option option_dry_run;
extern const struct option option_json;
extern const struct option option_yes;
extern const struct option option_quiet;
extern const struct option option_help;
extern const struct option option_version;
