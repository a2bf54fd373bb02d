/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "linux-tool/output/pager.h"
#include "store/sink.h"

/*
 * Standard output. To a file or a pipe every byte goes as it is. On a terminal, control characters are made
 * visible, as a log may hold what somebody sent to the crashed machine, and headings get colour. A long text
 * may go through a pager, which starts with its first byte: what is told before stands above it.
 */
struct output {
        FILE *stream;
        bool terminal;
        bool colour;
        bool line_begins;  /* nothing of the current line is written yet */
        bool line_painted; /* the current line has colour */
        char heading[16];  /* the beginning of a line, until it is known whether to paint it */
        size_t heading_size;
        char pending[16]; /* the beginning of a character of which the end has not come */
        size_t pending_size;
        bool may_page; /* set by whoever expects a long text on a terminal */
        bool unread;   /* the pager was left: what is still written is nobody's loss */
        struct pager pager;
        int error;        /* the first that a write met */
        struct sink sink; /* everything is written through this */
};

/* `stream` is stdout, but in tests. Colour is used only on a terminal. The output must not be moved. */
void output_open(struct output *output, FILE *stream, bool terminal, bool colour);

/* Flushes. 0, or why not every byte arrived: ERR_NO_SPACE, ERR_IO … */
int output_close(struct output *output);
