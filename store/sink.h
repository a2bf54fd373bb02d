/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "base/bytes.h"
#include "base/text.h"

/* Where shared code puts what a person or a file shall get: a console, standard output, a buffer. */
struct sink {
        void *context;
        int (*write)(void *context, struct bytes bytes); /* 0 or an error */
};

/* Appends to the buffer, whose error it returns. */
struct sink sink_to_buffer(struct buffer *buffer);

int sink_put(const struct sink *sink, struct bytes bytes);

/* At most 511 bytes; what is longer is cut. Conversions as in base/text.h. */
int sink_format(const struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A line of prose, ended: folded where it is wider than PARAGRAPH_WIDTH, with what follows below the end of
 * `head`. Conversions as in base/text.h, and the bound of sink_format().
 */
int sink_prose(const struct sink *sink, const char *head, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The same for a command of the shell, which stays one: lines that go on end in a backslash. */
int sink_command(const struct sink *sink, const char *head, const char *command);
