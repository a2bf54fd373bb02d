/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"

/*
 * Text that is filled word by word, and goes on in another line, indented, where it would be wider than a
 * console. A word is never cut, be it an id or a path: what is too wide by itself runs over.
 */

#define PARAGRAPH_WIDTH 80 /* columns, which are bytes here */

struct paragraph {
        struct text *text;
        size_t column; /* where its first line begins */
        size_t indent; /* where all others do */
        const char
                *joint; /* ends a line that another follows: "" of prose, " \\" of a command of the shell */
        bool begun;
};

/* One word, whatever is in it. */
void paragraph_put_word(struct paragraph *paragraph, struct bytes word);

/* The words of a text, with a blank between. Those of a command are not parted within quotation marks. */
void paragraph_put_words(struct paragraph *paragraph, const char *words);
