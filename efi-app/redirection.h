/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"

/*
 * Bytes from and to the files that the shell has redirected standard input and output to. The console would
 * make text of them: UCS-2, with a byte order mark at the beginning of the file, or, by `>a` and `<a`, ASCII.
 */

/*
 * Puts bytes into the file of the output, where the shell's byte order mark was or behind what was there. Its
 * write() is ERR_NOT_SUPPORTED where something else arrives there, as by `>a`.
 */
struct sink redirection_sink(struct app *app);

/* A line that says what came of it, for an error of that sink. */
void redirection_tell_error(struct app *app, int error);

/*
 * All of the input, of at most `maximum` bytes: as it is, or, where it begins with a byte order mark, as a
 * pipe of the shell and what it writes by `>` do, that text in UTF-8 with \n at the end of each line.
 * ERR_NOT_SUPPORTED for
 * `<a`, ERR_TOO_LARGE, ERR_TRUNCATED for half a character, or what the file says.
 */
int redirection_read(struct app *app, size_t maximum, struct buffer *buffer);
