/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"
#include "store/retire.h"

/* The command line of `clear`, in both front ends. */

/* NULL, or what is wrong with it: nothing says which records, or two things do that exclude each other. */
const char *retire_options_misuse(const struct options *options);

/*
 * What it asks for. `now` is in seconds since 1970, and 0 without a clock: then no record is old. A record
 * whose time lies in the future, by a clock that was wrong, is not old either.
 */
struct retire_wish retire_options_wish(const struct options *options, uint64_t now, bool sources_named);
