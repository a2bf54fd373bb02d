/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/session.h"
#include "store/sink.h"

/*
 * The selected events, and records of none, as one page of HTML: what crashed, the trace, the log with its
 * levels, the parts with what is missing between them, and the room in the stores that were read.
 *
 * The page is whole by itself and needs no script; its Content-Security-Policy lets a browser load nothing
 * and run nothing. Whatever comes from a record or a name is text in it: the characters of markup are
 * escaped, and what a reader would not see, control characters, bytes that are no UTF-8, marks that change
 * the direction of text, is written out.
 *
 * `program` is who made it. Returns the number of records shown, or the sink's error or ERR_NO_MEMORY.
 */
int show_html(const struct session *session, const char *program, const struct sink *sink);
