/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * Files of "name = value" lines. The settings of kdump and the plan of a capture are such files; each of them
 * is a struct and a table of rows.
 *
 * A name ends at the first '=' or ':'; blanks (space, tab, CR) around it and around the value do not count.
 * Quotes are part of a value, as is every other byte. A line that begins with '#' or ';' is a comment, and so
 * is what follows a ';' behind a blank. No line is continued in the next: one that is not empty or a comment
 * and begins with a blank is refused, and so is a section ("[name]"), a line of more than SETTINGS_LINE_MAX
 * bytes, and a NUL anywhere. A byte order mark before the first line is no part of it.
 */
#define SETTINGS_LINE_MAX 190 /* without the LF */

struct setting_row;

struct setting_kind {
        /* 0, or any error: the value is not taken, and the member is as it was. */
        int (*parse)(const struct setting_row *row, void *member, const char *value);

        /* Writes the value; nothing for one that is to have no line. */
        void (*put)(const struct setting_row *row, const void *member, struct text *text);
};

struct setting_row {
        const char *name;
        size_t offset; /* of the member in the struct */
        const struct setting_kind *kind;
        unsigned low, high;         /* of a number; of a text, `high` is the member's size */
        const char *wanted;         /* completes "NAME: 'VALUE' WANTED" */
        const char *const *choices; /* of a choice: the names of the values from 0 on, then NULL */
};

extern const struct setting_kind setting_text;   /* char[]: not empty, and fits */
extern const struct setting_kind setting_path;   /* char[]: the same, and absolute */
extern const struct setting_kind setting_number; /* unsigned: decimal */
extern const struct setting_kind setting_flag;   /* bool: yes or no */
extern const struct setting_kind setting_size;   /* uint64_t: decimal, in bytes, or in KiB, MiB, GiB with a K,
                                                    M, G behind it */
extern const struct setting_kind setting_choice; /* an enum: one of the row's names */

/* Of a kind of char[] that somebody else parses. */
void setting_put_text(const struct setting_row *row, const void *member, struct text *text);

/* The row of a text or a path. */
#define SETTING_TEXT_ROW(structure, member, of_kind, is_wanted)                                              \
        {                                                                                                    \
                .name = #member, .offset = offsetof(structure, member), .kind = &(of_kind),                  \
                .high = sizeof(((structure *) NULL)->member), .wanted = (is_wanted)                          \
        }

/* Rows, and the struct that they are about: the lines of one file may go to more than one struct. */
struct settings_table {
        const struct setting_row *rows;
        size_t row_count;
        void *target;
};

/* So that a line of the greatest length is told whole. What is longer, since it had to be escaped, is cut. */
#define SETTINGS_ERROR_SIZE 320

/*
 * Gives each line to the row of its name; a name that comes twice is parsed twice. ERR_VALUE for the first
 * line that is malformed, whose name has no row, or whose value its row refuses, and in `ret_error` one line
 * that says which: "line 3: NAME: 'VALUE' WANTED". Lines after it have no effect. With a NUL none has.
 */
int settings_parse(struct bytes text, const struct settings_table *tables, size_t table_count,
                   char ret_error[SETTINGS_ERROR_SIZE]);

/* A line that was not taken: as settings_parse() has it. */
typedef void settings_report(void *context, const char *error);

/*
 * The same for who has nobody to mend a file before it is used: each such line is reported and left out, and
 * all others have their effect. With a NUL that is reported, and none has.
 */
void settings_parse_rest(struct bytes text, const struct settings_table *tables, size_t table_count,
                         settings_report *report, void *context);

/*
 * Appends the lines of all that has a value. What settings_parse() would read in another way is not written:
 * ERR_VALUE for a value that no line holds, ERR_BUFFER_TOO_SMALL.
 */
int settings_put(const struct settings_table *tables, size_t table_count, struct text *text);
