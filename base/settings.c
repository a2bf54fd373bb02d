/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/settings.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

static const uint8_t byte_order_mark[] = { 0xef, 0xbb, 0xbf };

struct parse {
        const struct settings_table *tables;
        size_t table_count;
        size_t line; /* the number of the one that is read, from 1 on */
        struct text error;
};

/* --- the form of a line ------------------------------------------------------------------------- */

static bool is_blank(uint8_t c) {
        return c == ' ' || c == '\t' || c == '\r';
}

/* Where the first such byte is; behind the end when there is none. */
static size_t find(struct bytes view, uint8_t byte) {
        size_t at = 0;

        while (at < view.size && view.data[at] != byte)
                at++;
        return at;
}

static struct bytes without_blanks(struct bytes view) {
        while (is_blank(bytes_u8(view, 0)))
                view = bytes_from(view, 1);
        while (view.size > 0 && is_blank(view.data[view.size - 1]))
                view.size--;
        return view;
}

/* Nor with blanks around. Nothing is left of an empty line. */
static struct bytes without_comment(struct bytes line) {
        size_t size = 0;

        while (size < line.size && (line.data[size] != ';' || (size > 0 && !is_blank(line.data[size - 1]))))
                size++;
        line = without_blanks(bytes_first(line, size));
        return bytes_u8(line, 0) == '#' ? bytes_of(NULL, 0) : line;
}

/* --- reading ------------------------------------------------------------------------------------ */

static const struct setting_row *find_row(const struct parse *parse, struct bytes name, void **ret_target) {
        for (size_t t = 0; t < parse->table_count; t++) {
                const struct settings_table *table = &parse->tables[t];

                for (size_t i = 0; i < table->row_count; i++)
                        if (bytes_equal(text_view(table->rows[i].name), name)) {
                                *ret_target = table->target;
                                return &table->rows[i];
                        }
        }
        return NULL;
}

static int refuse_line(struct parse *parse, const char *why) {
        text_format(&parse->error, "line %zu: %s", parse->line, why);
        return ERR_VALUE;
}

static int refuse_name(struct parse *parse, struct bytes name, const char *why) {
        text_format(&parse->error, "line %zu: ", parse->line);
        text_put_escaped(&parse->error, name);
        text_format(&parse->error, ": %s", why);
        return ERR_VALUE;
}

static int take_setting(struct parse *parse, struct bytes name, struct bytes value) {
        char string[SETTINGS_LINE_MAX + 1];
        struct text string_text = TEXT_ON(string);
        const struct setting_row *row;
        void *target;

        row = find_row(parse, name, &target);
        if (!row)
                return refuse_name(parse, name, "no such setting");
        text_put_bytes(&string_text, value); /* which has no NUL: settings_parse() */
        if (row->kind->parse(row, (char *) target + row->offset, string) < 0) {
                text_format(&parse->error, "line %zu: %s: '", parse->line, row->name);
                text_put_escaped(&parse->error, value);
                text_format(&parse->error, "' %s", row->wanted);
                return ERR_VALUE;
        }
        return 0;
}

static int take_line(struct parse *parse, struct bytes line) {
        struct bytes content = without_comment(line), name;
        size_t sign;

        if (line.size > SETTINGS_LINE_MAX) {
                text_format(&parse->error, "line %zu: longer than %d bytes", parse->line, SETTINGS_LINE_MAX);
                return ERR_VALUE;
        }
        if (content.size == 0)
                return 0;
        if (is_blank(line.data[0]))
                return refuse_line(parse, "begins with a blank");
        if (content.data[0] == '[')
                return refuse_name(parse, bytes_first(bytes_from(content, 1), find(content, ']') - 1),
                                   "there are no sections");
        sign = size_min(find(content, '='), find(content, ':'));
        name = without_blanks(bytes_first(content, sign));
        if (name.size == 0 || sign == content.size)
                return refuse_line(parse, "not 'name = value'");
        return take_setting(parse, name, without_blanks(bytes_from(content, sign + 1)));
}

/* Without a report the first line that is not taken is the last. */
static int take_lines(struct parse *parse, struct bytes text, settings_report *report, void *context) {
        int r = 0;

        if (bytes_start_with(text, bytes_of(byte_order_mark, sizeof(byte_order_mark))))
                text = bytes_from(text, sizeof(byte_order_mark));
        while (text.size > 0 && r == 0) {
                size_t size = find(text, '\n');

                parse->line++;
                r = take_line(parse, bytes_first(text, size));
                text = bytes_from(text, size + 1);
                if (r < 0 && report) {
                        report(context, parse->error.buffer);
                        text_init(&parse->error, parse->error.buffer, parse->error.capacity);
                        r = 0;
                }
        }
        return r;
}

static int refuse_binary(struct parse *parse, struct bytes text) {
        if (find(text, '\0') == text.size)
                return 0;
        text_put(&parse->error, "has a NUL: no file of settings");
        return ERR_VALUE;
}

int settings_parse(struct bytes text, const struct settings_table *tables, size_t table_count,
                   char ret_error[SETTINGS_ERROR_SIZE]) {
        struct parse parse = {
                .tables = tables,
                .table_count = table_count,
                .error = text_on(ret_error, SETTINGS_ERROR_SIZE),
        };
        int r = refuse_binary(&parse, text);

        return r < 0 ? r : take_lines(&parse, text, NULL, NULL);
}

void settings_parse_rest(struct bytes text, const struct settings_table *tables, size_t table_count,
                         settings_report *report, void *context) {
        char error[SETTINGS_ERROR_SIZE];
        struct parse parse = { .tables = tables, .table_count = table_count, .error = TEXT_ON(error) };

        if (refuse_binary(&parse, text) < 0)
                report(context, error);
        else
                (void) take_lines(&parse, text, report, context);
}

/* --- writing ------------------------------------------------------------------------------------ */

/* Whether reading gives back the line's value, which begins at `start`. */
static bool is_read_as_written(struct bytes line, size_t start) {
        struct bytes value = bytes_from(line, start);

        return find(line, '\n') == line.size && bytes_equal(without_blanks(value), value) &&
               bytes_equal(without_comment(line), line);
}

static int put_row(const struct setting_row *row, const void *source, struct text *text) {
        char buffer[SETTINGS_LINE_MAX + 1];
        struct text line = TEXT_ON(buffer);
        size_t start;

        text_format(&line, "%s = ", row->name);
        start = line.length;
        row->kind->put(row, (const char *) source + row->offset, &line);
        if (line.truncated)
                return ERR_VALUE;
        if (line.length == start)
                return 0;
        if (!is_read_as_written(text_bytes(&line), start))
                return ERR_VALUE;
        text_format(text, "%s\n", buffer);
        return 0;
}

int settings_put(const struct settings_table *tables, size_t table_count, struct text *text) {
        for (size_t t = 0; t < table_count; t++)
                for (size_t i = 0; i < tables[t].row_count; i++) {
                        int r = put_row(&tables[t].rows[i], tables[t].target, text);

                        if (r < 0)
                                return r;
                }
        return text->truncated ? ERR_BUFFER_TOO_SMALL : 0;
}

/* --- kinds -------------------------------------------------------------------------------------- */

static int parse_text(const struct setting_row *row, void *member, const char *value) {
        size_t length = text_length(value);

        if (length == 0 || length >= row->high)
                return ERR_VALUE;
        memcpy(member, value, length + 1);
        return 0;
}

static int parse_path(const struct setting_row *row, void *member, const char *value) {
        return value[0] == '/' ? parse_text(row, member, value) : ERR_VALUE;
}

static int parse_number(const struct setting_row *row, void *member, const char *value) {
        struct bytes view = text_view(value);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, row->high, &number) < 0 || at != view.size || number < row->low)
                return ERR_VALUE;
        *(unsigned *) member = (unsigned) number;
        return 0;
}

static const char size_letters[] = "KMG";

static int parse_size(const struct setting_row *row, void *member, const char *value) {
        struct bytes view = text_view(value);
        uint64_t number;
        size_t at = 0;

        (void) row;
        if (decimal_parse(view, &at, UINT64_MAX, &number) < 0)
                return ERR_VALUE;
        for (unsigned i = 0; size_letters[i] && at < view.size; i++)
                if (view.data[at] == (uint8_t) size_letters[i]) {
                        if (!u64_multiply(number, (uint64_t) 1024 << 10 * i, &number))
                                return ERR_VALUE;
                        at++;
                        break;
                }
        if (at != view.size)
                return ERR_VALUE;
        *(uint64_t *) member = number;
        return 0;
}

static int parse_flag(const struct setting_row *row, void *member, const char *value) {
        bool yes = text_equal(value, "yes");

        (void) row;
        if (!yes && !text_equal(value, "no"))
                return ERR_VALUE;
        *(bool *) member = yes;
        return 0;
}

void setting_put_text(const struct setting_row *row, const void *member, struct text *text) {
        (void) row;
        text_put(text, member);
}

static void put_number(const struct setting_row *row, const void *member, struct text *text) {
        (void) row;
        text_format(text, "%u", *(const unsigned *) member);
}

/* With the largest unit of which it is a whole number. */
static void put_size(const struct setting_row *row, const void *member, struct text *text) {
        uint64_t number = *(const uint64_t *) member;
        unsigned units = 0;

        (void) row;
        while (number > 0 && number % 1024 == 0 && units < sizeof(size_letters) - 1) {
                number /= 1024;
                units++;
        }
        text_format(text, "%llu", (unsigned long long) number);
        if (units > 0)
                text_put_char(text, size_letters[units - 1]);
}

static void put_flag(const struct setting_row *row, const void *member, struct text *text) {
        (void) row;
        text_put(text, *(const bool *) member ? "yes" : "no");
}

static int parse_choice(const struct setting_row *row, void *member, const char *value) {
        for (unsigned i = 0; row->choices[i]; i++)
                if (text_equal(row->choices[i], value)) {
                        *(unsigned *) member = i;
                        return 0;
                }
        return ERR_VALUE;
}

static void put_choice(const struct setting_row *row, const void *member, struct text *text) {
        text_put(text, row->choices[*(const unsigned *) member]);
}

const struct setting_kind setting_text = { parse_text, setting_put_text };
const struct setting_kind setting_path = { parse_path, setting_put_text };
const struct setting_kind setting_number = { parse_number, put_number };
const struct setting_kind setting_flag = { parse_flag, put_flag };
const struct setting_kind setting_size = { parse_size, put_size };
const struct setting_kind setting_choice = { parse_choice, put_choice };
