/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * Files of "name = value" lines, as inih reads them: '#' and ';' begin a comment, sections are refused. The
 * settings of kdump and the plan of a capture are such files; each of them is a struct and a table of rows.
 */

struct key_row;

struct key_kind {
        /* 0, or any error: the value is not taken, and the member is as it was. */
        int (*parse)(const struct key_row *row, void *member, const char *value);

        /* Writes the value; nothing for one that is to have no line. */
        void (*put)(const void *member, struct text *text);
};

struct key_row {
        const char *name;
        size_t offset; /* of the member in the struct */
        const struct key_kind *kind;
        unsigned low, high; /* of a number; of a text, `high` is the member's size */
        const char *wanted; /* completes "NAME: 'VALUE' WANTED" */
};

extern const struct key_kind key_text;   /* char[]: not empty, and fits */
extern const struct key_kind key_path;   /* char[]: the same, and absolute */
extern const struct key_kind key_number; /* unsigned: decimal */
extern const struct key_kind key_flag;   /* bool: yes or no */

/* The row of a text or a path. */
#define KEY_TEXT_ROW(structure, member, of_kind, is_wanted)                                                  \
        {                                                                                                    \
                .name = #member, .offset = offsetof(structure, member), .kind = &(of_kind),                  \
                .high = sizeof(((structure *) NULL)->member), .wanted = (is_wanted)                          \
        }

#define KEYS_ERROR_SIZE 256

/* Rows, and the struct that they are about: the lines of one file may go to more than one struct. */
struct key_table {
        const struct key_row *rows;
        size_t row_count;
        void *target;
};

/*
 * Gives each line to the row of its name. A name that comes twice is parsed twice. A line has at most 190
 * bytes, and is not continued. ERR_VALUE for the first line that is malformed, whose name has no row, or whose
 * value its row refuses, and in `ret_error` one line that names it; lines after it have no effect.
 * ERR_NO_MEMORY.
 */
int keys_parse(const char *text, const struct key_table *tables, size_t table_count,
               char ret_error[KEYS_ERROR_SIZE]);

/* The lines of all that has a value. */
void keys_print(const struct key_table *tables, size_t table_count, struct text *text);
