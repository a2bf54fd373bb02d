/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "manual/manual.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* mdoc(7), as mandoc and groff read it. */

/* What means something else than itself there, or is set as a typographer's: hyphens, quotes, accents. */
static const char *const escapes[UINT8_MAX + 1] = {
        ['\\'] = "\\e", ['-'] = "\\-", ['\''] = "\\(aq", ['`'] = "\\(ga", ['^'] = "\\(ha", ['~'] = "\\(ti",
};

static const char *escaped(char c) {
        static char plain[2];

        plain[0] = c;
        return escapes[(uint8_t) c] ? escapes[(uint8_t) c] : plain;
}

static void put_escaped(FILE *stream, const char *text, size_t size) {
        for (size_t i = 0; i < size; i++)
                fputs(escaped(text[i]), stream);
}

/* An argument of a macro: no word of it is taken for another macro. */
static void put_argument(FILE *stream, const char *text, size_t size) {
        fputs("\\&", stream);
        put_escaped(stream, text, size);
}

#define LINE_MAX_BYTES 79

static bool ends_sentence(const char *text, size_t size) {
        while (size > 0 && text[size - 1] == ')')
                size--;
        return size > 0 && strchr(".?!", text[size - 1]);
}

/* A word, and the LF or the blank before it. Returns the column behind it. */
static size_t put_word(FILE *stream, const char *word, size_t size, size_t column, bool new_line) {
        size_t width = 0;

        for (size_t i = 0; i < size; i++)
                width += strlen(escaped(word[i]));
        new_line = new_line || column + 1 + width > LINE_MAX_BYTES;
        if (column > 0)
                fputc(new_line ? '\n' : ' ', stream);
        /* What begins a line so would be a macro. */
        if ((column == 0 || new_line) && word[0] == '.')
                fputs("\\&", stream);
        put_escaped(stream, word, size);
        return new_line ? width : column + 1 + width;
}

/* Prose: each sentence begins a line, so that the space before it is the typographer's. */
static void put_prose(FILE *stream, const char *text, size_t size) {
        static const char blanks[] = " \n";
        size_t column = 0, length;
        bool new_line = false;

        for (size_t at = strspn(text, blanks); at < size; at += length + strspn(text + at + length, blanks)) {
                length = strcspn(text + at, blanks);
                if (length > size - at)
                        length = size - at;
                column = put_word(stream, text + at, length, column, new_line);
                new_line = ends_sentence(text + at, length);
        }
        fputc('\n', stream);
}

static void put_text(FILE *stream, const char *text) {
        put_prose(stream, text, strlen(text));
}

/* --- verbs -------------------------------------------------------------------------------------- */

static void put_title(const struct manual *manual, const char *argument) {
        const char *name = manual_joined_name(manual->verb, '-');

        (void) argument;
        fprintf(manual->stream, ".Dt PSTORE-FW-");
        for (const char *at = name; *at; at++)
                fputc(toupper((unsigned char) *at), manual->stream);
        fprintf(manual->stream, " 8\n.Os\n.Sh NAME\n.Nm %s-%s\n.Nd ", manual->cli->name, name);
        put_argument(manual->stream, manual->verb->summary, strlen(manual->verb->summary));
        fputs("\\&\n", manual->stream); /* so that a question mark at its end is no delimiter */
}

/* "--source=SPEC", behind a macro or as one of a line's. */
static void put_long_option(FILE *stream, const struct option *option) {
        fprintf(stream, "Fl \\-");
        put_escaped(stream, option->name, strlen(option->name));
        if (option->argument) {
                fprintf(stream, " Ns = Ns Ar ");
                put_argument(stream, option->argument, strlen(option->argument));
        }
}

/* "[ID...]", "FILE" */
static void put_operands(FILE *stream, const char *operands) {
        size_t size = strcspn(operands + (operands[0] == '['), ".]");

        if (!operands[0])
                return;
        fprintf(stream, operands[0] == '[' ? ".Op Ar " : ".Ar ");
        put_argument(stream, operands + (operands[0] == '['), size);
        fputs(strchr(operands, '.') ? " ...\n" : "\n", stream);
}

static void put_call(const struct manual *manual, const struct verb *verb) {
        fprintf(manual->stream, ".Nm %s\n.Cm %s\n", manual->cli->name, verb->name);
        for (const struct option *const *row = verb->options; row && *row; row++) {
                fprintf(manual->stream, ".Op ");
                put_long_option(manual->stream, *row);
                fputc('\n', manual->stream);
        }
        put_operands(manual->stream, verb->operands);
}

static void put_synopsis(const struct manual *manual, const char *argument) {
        (void) argument;
        fprintf(manual->stream, ".Sh SYNOPSIS\n");
        put_call(manual, manual->verb);
}

static void put_description(const struct manual *manual, const char *argument) {
        (void) argument;
        fprintf(manual->stream, ".Sh DESCRIPTION\n");
        put_text(manual->stream, manual->verb->description);
}

static void put_option(FILE *stream, const struct option *option) {
        fprintf(stream, ".It ");
        if (option->letter)
                fprintf(stream, "Fl %c , ", option->letter);
        put_long_option(stream, option);
        fputc('\n', stream);
        put_text(stream, option->help);
}

static void put_option_rows(FILE *stream, const struct option *const *rows) {
        for (; rows && *rows; rows++)
                put_option(stream, *rows);
}

/* One line of what an option adds to the help: "  name   what it is", "heading:", or a text's. */
static void put_help_line(FILE *stream, const char *line, bool *in_list) {
        bool is_row = strncmp(line, "  ", 2) == 0;
        const char *gap;

        if (is_row != *in_list)
                fprintf(stream, is_row ? ".Bl -tag -width Ds\n" : ".El\n.Pp\n");
        *in_list = is_row;
        if (!is_row) {
                fprintf(stream, text_ends_with(line, ":") ? ".Pp\n" : "");
                put_text(stream, line);
                return;
        }
        line += 2;
        gap = strstr(line, "  ");
        fprintf(stream, ".It Cm ");
        put_argument(stream, line, gap ? (size_t) (gap - line) : strlen(line));
        fputc('\n', stream);
        put_text(stream, gap ? gap + strspn(gap, " ") : "");
}

static void put_more_help(FILE *stream, const struct option *option) {
        char *text = manual_written(option->put_help);
        bool in_list = false;

        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
                put_help_line(stream, line, &in_list);
        if (in_list)
                fprintf(stream, ".El\n");
        free(text);
}

static void put_verb_options(FILE *stream, const struct option *const *own,
                             const struct option *const *common) {
        fprintf(stream, ".Bl -tag -width Ds\n");
        put_option_rows(stream, own);
        put_option_rows(stream, common);
        fprintf(stream, ".El\n");
        for (; own && *own; own++)
                if ((*own)->put_help)
                        put_more_help(stream, *own);
}

static void put_options(const struct manual *manual, const char *argument) {
        (void) argument;
        fprintf(manual->stream, ".Pp\nOptions:\n");
        put_verb_options(manual->stream, manual->verb->options, manual->cli->options);
}

static void put_statuses_of(FILE *stream, const struct verb *verb) {
        const char *text = verb_statuses(verb);

        fprintf(stream, ".Bl -tag -width Ds -compact\n");
        while (*text) {
                size_t digits = strspn(text, "0123456789"), size = digits;

                while (text[size] && !(text[size] == ',' && isdigit((unsigned char) text[size + 2])))
                        size++;
                fprintf(stream, ".It %.*s\n", (int) digits, text);
                put_prose(stream, text + digits + 1, size - digits - 1);
                text += text[size] ? size + 2 : size;
        }
        fprintf(stream, ".El\n");
}

static void put_statuses(const struct manual *manual, const char *argument) {
        (void) argument;
        fprintf(manual->stream, ".Sh EXIT STATUS\n");
        put_statuses_of(manual->stream, manual->verb);
}

/* --- the program -------------------------------------------------------------------------------- */

static void put_group(const struct manual *manual, const struct verb_group *group) {
        fprintf(manual->stream, ".Bl -tag -width Ds\n");
        for (const struct verb *const *row = manual->cli->verbs; *row; row++) {
                if (verb_group_of(manual->cli, *row) != group)
                        continue;
                fprintf(manual->stream, ".It Xr %s-%s 8\n", manual->cli->name, manual_joined_name(*row, '-'));
                put_text(manual->stream, (*row)->summary);
        }
        fprintf(manual->stream, ".El\n");
}

static void put_about(const struct manual *manual, const char *argument) {
        (void) argument;
        put_text(manual->stream, manual->cli->about);
}

static void put_verbs(const struct manual *manual, const char *argument) {
        (void) argument;
        put_group(manual, NULL);
        for (const struct verb_group *group = manual->cli->groups; group && group->name; group++) {
                fprintf(manual->stream, ".Pp\n");
                put_text(manual->stream, group->heading);
                put_group(manual, group);
        }
}

static void put_common_options(const struct manual *manual, const char *argument) {
        (void) argument;
        put_verb_options(manual->stream, manual->cli->shown, manual->cli->options);
}

/* Of a program whose verbs have no pages of their own. */
static void put_every_verb(const struct manual *manual, const char *argument) {
        (void) argument;
        for (const struct verb *const *row = manual->cli->verbs; *row; row++) {
                const struct verb *verb = *row;

                fprintf(manual->stream, ".Ss ");
                put_argument(manual->stream, verb->name, strlen(verb->name));
                fprintf(manual->stream, "\n.Bd -ragged -compact\n");
                put_call(manual, verb);
                fprintf(manual->stream, ".Ed\n.Pp\n");
                put_text(manual->stream, verb->summary);
                if (verb->description[0])
                        fprintf(manual->stream, ".Pp\n");
                if (verb->description[0])
                        put_text(manual->stream, verb->description);
                if (verb->options && verb->options[0])
                        put_verb_options(manual->stream, verb->options, NULL);
                if (verb->statuses) {
                        fprintf(manual->stream, ".Pp\nExit status:\n");
                        put_statuses_of(manual->stream, verb);
                }
        }
}

static void put_default_statuses(const struct manual *manual, const char *argument) {
        static const struct verb any;

        (void) argument;
        put_statuses_of(manual->stream, &any);
}

/* --- settings ----------------------------------------------------------------------------------- */

/* What stands above a setting in its file, up to an empty line. */
struct paragraph_of_file {
        char prose[8192];
        size_t size;
        bool has_setting; /* without one it is the file's head */
};

/* "#name = value", which ends in LF */
static void put_setting(FILE *stream, const char *line, const char *equals) {
        fprintf(stream, ".It Cm ");
        put_argument(stream, line + 1, (size_t) (equals - line - 1));
        fprintf(stream, " No = Ar ");
        put_argument(stream, equals + 3, strcspn(equals + 3, "\n"));
        fputc('\n', stream);
}

static void end_paragraph(FILE *stream, struct paragraph_of_file *paragraph) {
        if (paragraph->has_setting)
                put_prose(stream, paragraph->prose, paragraph->size);
        *paragraph = (struct paragraph_of_file){ 0 };
}

static void put_setting_line(FILE *stream, const char *line, struct paragraph_of_file *paragraph) {
        const char *equals = strstr(line, " = ");

        if (strncmp(line, "# ", 2) == 0) {
                paragraph->size +=
                        (size_t) snprintf(paragraph->prose + paragraph->size,
                                          sizeof(paragraph->prose) - paragraph->size, "%s", line + 2);
        } else if (line[0] == '#' && equals) {
                put_setting(stream, line, equals);
                paragraph->has_setting = true;
        } else {
                end_paragraph(stream, paragraph);
        }
}

/* Each with its default and with the words above it, from the file of settings that is installed. */
static void put_settings(const struct manual *manual, const char *path) {
        FILE *file = manual_open(path, "re");
        struct paragraph_of_file paragraph = { 0 };
        char *line = NULL;
        size_t capacity = 0;

        fprintf(manual->stream, ".Bl -tag -width Ds\n");
        while (getline(&line, &capacity, file) > 0)
                put_setting_line(manual->stream, line, &paragraph);
        end_paragraph(manual->stream, &paragraph);
        fprintf(manual->stream, ".El\n");
        free(line);
        fclose(file);
}

const struct directive mdoc_directives[] = {
        { "title", put_title, true },
        { "synopsis", put_synopsis, true },
        { "description", put_description, true },
        { "options", put_options, true },
        { "statuses", put_statuses, true },
        { "about", put_about, false },
        { "verbs", put_verbs, false },
        { "common-options", put_common_options, false },
        { "common-statuses", put_default_statuses, false },
        { "every-verb", put_every_verb, false },
        { "settings", put_settings, false },
        { NULL, NULL, false },
};
