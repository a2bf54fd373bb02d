/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/keys.h"

#include <ini.h>
#include <string.h>

#include "base/error.h"

#define LINE_SIZE_MAX 190 /* inih's buffer has 200 bytes (INI_MAX_LINE) */

struct parse {
        const struct key_table *tables;
        size_t table_count;
        struct text error;
        bool failed; /* and .error says why */
};

static const struct key_row *find_row(const struct parse *parse, const char *name, void **ret_target) {
        for (size_t t = 0; t < parse->table_count; t++) {
                const struct key_table *table = &parse->tables[t];

                for (size_t i = 0; i < table->row_count; i++)
                        if (strcmp(table->rows[i].name, name) == 0) {
                                *ret_target = table->target;
                                return &table->rows[i];
                        }
        }
        return NULL;
}

static void refuse_name(struct parse *parse, const char *name, const char *why) {
        parse->failed = true;
        text_put_escaped(&parse->error, text_view(name));
        text_format(&parse->error, ": %s", why);
}

static void refuse_value(struct parse *parse, const struct key_row *row, const char *value) {
        parse->failed = true;
        text_format(&parse->error, "%s: '", row->name);
        text_put_escaped(&parse->error, text_view(value));
        text_format(&parse->error, "' %s", row->wanted);
}

/* inih's way: 0 is an error, and it goes on all the same. */
static int take_line(void *context, const char *section, const char *name, const char *value) {
        struct parse *parse = context;
        void *target = NULL;
        const struct key_row *row = find_row(parse, name, &target);

        if (parse->failed)
                return 0;
        if (section[0])
                refuse_name(parse, section, "there are no sections");
        else if (!row)
                refuse_name(parse, name, "no such setting");
        else if (row->kind->parse(row, (char *) target + row->offset, value) < 0)
                refuse_value(parse, row, value);
        return !parse->failed;
}

static bool is_empty_or_comment(const char *line, size_t length) {
        size_t blanks = strspn(line, " \t\r");

        return blanks >= length || line[blanks] == '#' || line[blanks] == ';';
}

/*
 * inih (r56, ini.c) gives the rest of a line that is longer than its buffer as another line, and takes one
 * that begins with a blank for more of the setting before it: both would change a value without a word.
 */
static int check_lines(const char *text, struct text *error) {
        for (unsigned number = 1; *text; number++) {
                size_t length = strcspn(text, "\n");
                const char *why = NULL;

                if (length > LINE_SIZE_MAX)
                        why = "longer than 190 bytes";
                else if ((*text == ' ' || *text == '\t') && !is_empty_or_comment(text, length))
                        why = "begins with a blank";
                if (why) {
                        text_format(error, "line %u: %s", number, why);
                        return ERR_VALUE;
                }
                text += length + (text[length] == '\n');
        }
        return 0;
}

int keys_parse(const char *text, const struct key_table *tables, size_t table_count,
               char ret_error[KEYS_ERROR_SIZE]) {
        struct parse parse = {
                .tables = tables,
                .table_count = table_count,
                .error = text_on(ret_error, KEYS_ERROR_SIZE),
        };
        int line;

        if (check_lines(text, &parse.error) < 0)
                return ERR_VALUE;
        line = ini_parse_string(text, take_line, &parse);
        if (line < 0 && !parse.failed)
                return ERR_NO_MEMORY;
        if (line != 0 && !parse.failed)
                text_format(&parse.error, "line %d: not 'name = value'", line);
        return line == 0 ? 0 : ERR_VALUE;
}

static void put_row(const struct key_row *row, const void *source, struct text *text) {
        const void *member = (const char *) source + row->offset;
        char value[1024];
        struct text value_text = TEXT_ON(value);

        row->kind->put(member, &value_text);
        if (value[0])
                text_format(text, "%s = %s\n", row->name, value);
        text->truncated |= value_text.truncated;
}

void keys_print(const struct key_table *tables, size_t table_count, struct text *text) {
        for (size_t t = 0; t < table_count; t++)
                for (size_t i = 0; i < tables[t].row_count; i++)
                        put_row(&tables[t].rows[i], tables[t].target, text);
}

static int parse_text(const struct key_row *row, void *member, const char *value) {
        size_t length = strlen(value);

        if (length == 0 || length >= row->high)
                return ERR_VALUE;
        memcpy(member, value, length + 1);
        return 0;
}

static int parse_path(const struct key_row *row, void *member, const char *value) {
        return value[0] == '/' ? parse_text(row, member, value) : ERR_VALUE;
}

static int parse_number(const struct key_row *row, void *member, const char *value) {
        struct bytes view = text_view(value);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, row->high, &number) < 0 || at != view.size || number < row->low)
                return ERR_VALUE;
        *(unsigned *) member = (unsigned) number;
        return 0;
}

static int parse_flag(const struct key_row *row, void *member, const char *value) {
        bool yes = strcmp(value, "yes") == 0;

        (void) row;
        if (!yes && strcmp(value, "no") != 0)
                return ERR_VALUE;
        *(bool *) member = yes;
        return 0;
}

static void put_text(const void *member, struct text *text) {
        text_put(text, member);
}

static void put_number(const void *member, struct text *text) {
        text_format(text, "%u", *(const unsigned *) member);
}

static void put_flag(const void *member, struct text *text) {
        text_put(text, *(const bool *) member ? "yes" : "no");
}

const struct key_kind key_text = { parse_text, put_text };
const struct key_kind key_path = { parse_path, put_text };
const struct key_kind key_number = { parse_number, put_number };
const struct key_kind key_flag = { parse_flag, put_flag };
