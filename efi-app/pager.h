/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"

/*
 * Shows a text page by page to the person before the screen, who moves (space, b, arrows, j, k, g, G, PgUp,
 * PgDn, Home, End), searches (/ and n; capitals do not count) and goes back (q, Esc). Long lines are wrapped;
 * a line that begins with a kernel's level <0> to <3> has its colour. Columns and rows are those
 * that all of the console's devices show.
 *
 * Callers collect a verb's output in a buffer (sink_to_buffer()) and show it. `title` stands in the last row.
 *
 * 0 when the person has gone back. Where there is nobody (console_has_person()) the text is written as any
 * output is. ERR_INTERRUPTED: the shell has ended the run; ERR_NO_MEMORY.
 */
int pager_show(struct app *app, const char *title, struct bytes text);
