/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The command line that the running kernel was booted with (/proc/cmdline). */
struct boot_line {
        bool known;
        char text[8192]; /* without its end; no architecture has a longer one */
};

/* `root` goes before the path: "" for this machine, a directory in tests. */
void boot_line_read(const char *root, struct boot_line *ret_line);

/* The length of the word that `line` begins with; a quote keeps blanks together. 0 before a blank, and at the
 * end. */
size_t boot_line_word(const char *line);

/* Whether one of its words is `word`; what stands behind "--" is for init, and does not count. */
bool boot_line_has(const struct boot_line *line, const char *word);

/* The value of the last "NAME=VALUE", which is the one that counts. False where there is none, or no room. */
bool boot_line_value(const struct boot_line *line, const char *name, char *ret_value, size_t size);

/* Whether any "NAME=VALUE" has `item` in its value, a list with commas. */
bool boot_line_lists(const struct boot_line *line, const char *name, const char *item);
