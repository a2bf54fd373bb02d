/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/common-options.h"
#include "store/session.h"

/* The options of more than one verb, and of Linux alone. */
extern const struct option option_no_color;
extern const struct option option_no_pager;
extern const struct option option_source;  /* SPEC: see linux-tool/source/sources.h */
extern const struct option option_deleted; /* of sources that can: see options_check_deleted() */
extern const struct option option_output;

/* How many sources one command line may name. */
#define SOURCES_MAX SESSION_SOURCES_MAX

/*
 * A machine's own stores show what is live and nothing else: ERR_INVALID_ARGUMENT, and a line that says so,
 * when
 * --deleted is given and a source cannot do it.
 */
int options_check_deleted(const struct options *options, char ret_error[OPTIONS_ERROR_SIZE]);
