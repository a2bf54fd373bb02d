/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "store/session.h"

/* Everything that is not data goes to standard error, one line each, with the program's name before it. */

/* With --quiet there are no notes and no progress; errors are always told. */
void message_set_quiet(bool quiet);

void message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "pstore-fw: SUBJECT: what the error means" */
void message_failure(const char *subject, int error);

/* For sessions: both of these. */
extern const struct teller message_teller;

/*
 * A line that replaces itself, only where standard error is a terminal, and of nothing that is over within
 * half a second.
 */
extern const struct observer message_progress;

/* What it was of is over: takes that line away, before anything else is written to the terminal. */
void message_progress_end(void);
