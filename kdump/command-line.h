/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* Writes the first `length` bytes of a word and a blank; a quote that has no end gets one. */
void command_line_put_word(const char *word, size_t length, struct text *text);

/*
 * The command line of the crash kernel, in two parts.
 *
 * What `running`, the running kernel's, has that this machine may need to boot at all or to show a message.
 */
void command_line_put_kept(const char *running, struct text *text);

/*
 * Whether `append` leaves alone what brings the machine back: no panic=, oops= or rdinit=, and neither "--"
 * nor a quote without an end, which would hide from the kernel what stands behind it.
 */
bool command_line_may_append(const char *append);

/* What makes a crash kernel small and always come back, on the processor of uname(2)'s name; then `append`.
 */
void command_line_put_always(const char *processor, const char *append, struct text *text);
