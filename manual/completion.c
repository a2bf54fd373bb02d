/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "manual/manual.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a shell completes an argument with is a function of its template: _pstore_fw_files, …_directories,
 * …_ids, …_words with the words behind it, or …_nothing.
 */

static const char *completer_of(const char *argument, bool is_id) {
        if (is_id)
                return "ids";
        if (strstr(argument, "FILE"))
                return "files";
        return strstr(argument, "DIR") ? "directories" : "nothing";
}

static void put_words(FILE *stream, const struct option *option, const char *colon) {
        char *words = manual_written(option->put_choices);

        for (char *word = strtok(words, "\n"); word; word = strtok(NULL, "\n")) {
                size_t size = strcspn(word, ":");

                fprintf(stream, " %.*s%s", (int) size, word, word[size] ? colon : "");
        }
        free(words);
}

/* `colon` is what stands for one there. */
static void put_completer(FILE *stream, const struct option *option, const char *colon) {
        if (!option->put_choices) {
                fprintf(stream, "_pstore_fw_%s", completer_of(option->argument, false));
                return;
        }
        fprintf(stream, "_pstore_fw_words");
        put_words(stream, option, colon);
}

/* In apostrophes, as all three shells take it; a backslash stands before each of `special`. */
static void put_quoted(FILE *stream, const char *text, const char *special) {
        for (; *text; text++) {
                if (*text == '\'')
                        fputs("'\\'", stream);
                else if (strchr(special, *text))
                        fputc('\\', stream);
                fputc(*text, stream);
        }
}

/* --- every option once -------------------------------------------------------------------------- */

typedef void put_option_function(const struct manual *manual, const struct option *option);

static bool has_name(const struct option *const *rows, const char *name) {
        for (; rows && *rows; rows++)
                if (strcmp((*rows)->name, name) == 0)
                        return true;
        return false;
}

static bool was_before(const struct cli *cli, const struct verb *const *verb, const char *name) {
        for (const struct verb *const *before = cli->verbs; before < verb; before++)
                if (has_name((*before)->options, name))
                        return true;
        return false;
}

/* Those of one name take an argument of one kind: the parser does not tell them apart before it has the verb.
 */
static void each_with_argument(const struct manual *manual, put_option_function *put) {
        for (const struct verb *const *verb = manual->cli->verbs; *verb; verb++)
                for (const struct option *const *row = (*verb)->options; row && *row; row++)
                        if ((*row)->argument && !was_before(manual->cli, verb, (*row)->name))
                                put(manual, *row);
}

static void put_names(const struct manual *manual, const struct option *option) {
        if (option->letter)
                fprintf(manual->stream, " -%c", option->letter);
        fprintf(manual->stream, " --%s", option->name);
}

static void put_names_with_argument(const struct manual *manual, const char *argument) {
        (void) argument;
        each_with_argument(manual, put_names);
        fputc('\n', manual->stream);
}

/* --- verbs, by their first word ----------------------------------------------------------------- */

/* "load" of "kdump load" */
static const char *last_word(const struct verb *verb) {
        const char *blank = strchr(verb->name, ' ');

        return blank ? blank + 1 : verb->name;
}

static void put_group_names(const struct manual *manual, const char *argument) {
        (void) argument;
        for (const struct verb_group *group = manual->cli->groups; group && group->name; group++)
                fprintf(manual->stream, " %s", group->name);
        fputc('\n', manual->stream);
}

/* --- bash --------------------------------------------------------------------------------------- */

static void put_bash_words(const struct manual *manual, const struct verb_group *group) {
        fprintf(manual->stream, "\t'%s') verbs='", group ? group->name : "");
        for (const struct verb *const *verb = manual->cli->verbs; *verb; verb++)
                if (verb_group_of(manual->cli, *verb) == group)
                        fprintf(manual->stream, "%s ", last_word(*verb));
        for (const struct verb_group *row = manual->cli->groups; !group && row && row->name; row++)
                fprintf(manual->stream, "%s ", row->name);
        fprintf(manual->stream, "' ;;\n");
}

static void put_bash_verbs(const struct manual *manual, const char *argument) {
        (void) argument;
        put_bash_words(manual, NULL);
        for (const struct verb_group *row = manual->cli->groups; row && row->name; row++)
                put_bash_words(manual, row);
}

static void put_bash_option_names(FILE *stream, const struct option *const *rows) {
        for (; rows && *rows; rows++)
                fprintf(stream, "--%s ", (*rows)->name);
}

static void put_bash_verb(const struct manual *manual, const char *name, const struct option *const *options,
                          const char *completer) {
        fprintf(manual->stream, "\t'%s')\n\t\toptions='", name);
        put_bash_option_names(manual->stream, options);
        put_bash_option_names(manual->stream, manual->cli->options);
        fprintf(manual->stream, "'\n\t\toperand=_pstore_fw_%s ;;\n", completer);
}

static void put_bash_options(const struct manual *manual, const char *argument) {
        const struct cli *cli = manual->cli;

        (void) argument;
        put_bash_verb(manual, "", cli->shown, "nothing");
        for (const struct verb *const *verb = cli->verbs; *verb; verb++)
                put_bash_verb(manual, manual_joined_name(*verb, ' '), (*verb)->options,
                              completer_of((*verb)->operands, (*verb)->operands_are_ids));
}

static void put_bash_argument(const struct manual *manual, const struct option *option) {
        fputc('\t', manual->stream);
        if (option->letter)
                fprintf(manual->stream, "-%c|", option->letter);
        fprintf(manual->stream, "--%s) ", option->name);
        put_completer(manual->stream, option, ":");
        fprintf(manual->stream, "; return ;;\n");
}

static void put_bash_arguments(const struct manual *manual, const char *argument) {
        (void) argument;
        each_with_argument(manual, put_bash_argument);
}

/* --- fish --------------------------------------------------------------------------------------- */

static void put_fish_begin(const struct manual *manual, const char *at) {
        fprintf(manual->stream, "complete -c %s -n \"__pstore_fw_is_at '%s'\"", manual->cli->name, at);
}

static void put_fish_words(const struct manual *manual, const struct verb_group *group) {
        for (const struct verb *const *verb = manual->cli->verbs; *verb; verb++) {
                if (verb_group_of(manual->cli, *verb) != group)
                        continue;
                put_fish_begin(manual, group ? group->name : "");
                fprintf(manual->stream, " -a %s -d '", last_word(*verb));
                put_quoted(manual->stream, (*verb)->summary, "\\");
                fprintf(manual->stream, "'\n");
        }
}

static void put_fish_options(const struct manual *manual, const char *at, const struct option *const *rows) {
        for (; rows && *rows; rows++) {
                put_fish_begin(manual, at);
                if ((*rows)->letter)
                        fprintf(manual->stream, " -s %c", (*rows)->letter);
                fprintf(manual->stream, " -l %s -d '", (*rows)->name);
                put_quoted(manual->stream, (*rows)->help, "\\");
                fputc('\'', manual->stream);
                if ((*rows)->argument) {
                        fprintf(manual->stream, " -x -a '(");
                        put_completer(manual->stream, *rows, ":");
                        fprintf(manual->stream, ")'");
                }
                fputc('\n', manual->stream);
        }
}

static void put_fish(const struct manual *manual, const char *argument) {
        const struct cli *cli = manual->cli;

        (void) argument;
        put_fish_words(manual, NULL);
        for (const struct verb_group *group = cli->groups; group && group->name; group++) {
                put_fish_begin(manual, "");
                fprintf(manual->stream, " -a %s -d '", group->name);
                put_quoted(manual->stream, group->heading, "\\");
                fprintf(manual->stream, "'\n");
                put_fish_words(manual, group);
        }
        put_fish_options(manual, "", cli->shown);
        put_fish_options(manual, "", cli->options);
        for (const struct verb *const *verb = cli->verbs; *verb; verb++) {
                put_fish_options(manual, (*verb)->name, (*verb)->options);
                put_fish_options(manual, (*verb)->name, cli->options);
                put_fish_begin(manual, (*verb)->name);
                fprintf(manual->stream, " -a '(_pstore_fw_%s)'\n",
                        completer_of((*verb)->operands, (*verb)->operands_are_ids));
        }
}

/* --- zsh ---------------------------------------------------------------------------------------- */

static void put_zsh_words(const struct manual *manual, const struct verb_group *group) {
        fprintf(manual->stream, "\t('%s') verbs=(", group ? group->name : "");
        for (const struct verb *const *verb = manual->cli->verbs; *verb; verb++) {
                if (verb_group_of(manual->cli, *verb) != group)
                        continue;
                fprintf(manual->stream, "\n\t\t'%s:", last_word(*verb));
                put_quoted(manual->stream, (*verb)->summary, "");
                fputc('\'', manual->stream);
        }
        for (const struct verb_group *row = manual->cli->groups; !group && row && row->name; row++) {
                fprintf(manual->stream, "\n\t\t'%s:", row->name);
                put_quoted(manual->stream, row->heading, "");
                fputc('\'', manual->stream);
        }
        fprintf(manual->stream, ") ;;\n");
}

static void put_zsh_verbs(const struct manual *manual, const char *argument) {
        (void) argument;
        put_zsh_words(manual, NULL);
        for (const struct verb_group *row = manual->cli->groups; row && row->name; row++)
                put_zsh_words(manual, row);
}

/* As _arguments has it: '(-o --output)'{-o+,--output=}'[where dumps are]:DIR:_pstore_fw_directories' */
static void put_zsh_option(FILE *stream, const struct option *option) {
        const char *equals = option->argument ? "=" : "", *plus = option->argument ? "+" : "";

        fprintf(stream, "\n\t\t");
        if (option->most > 0)
                fprintf(stream, "'*'");
        else if (option->letter)
                fprintf(stream, "'(-%c --%s)'", option->letter, option->name);
        if (option->letter)
                fprintf(stream, "{-%c%s,--%s%s}'[", option->letter, plus, option->name, equals);
        else
                fprintf(stream, "'--%s%s[", option->name, equals);
        put_quoted(stream, option->help, "[]:\\");
        fputc(']', stream);
        if (option->argument) {
                fprintf(stream, ":%s: ", option->argument);
                put_completer(stream, option, "\\:");
        }
        fputc('\'', stream);
}

static void put_zsh_verb(const struct manual *manual, const char *name, const struct option *const *rows,
                         const char *completer) {
        fprintf(manual->stream, "\t('%s') specs=(", name);
        for (; rows && *rows; rows++)
                put_zsh_option(manual->stream, *rows);
        for (rows = manual->cli->options; *rows; rows++)
                put_zsh_option(manual->stream, *rows);
        fprintf(manual->stream, "\n\t\t'*: : _pstore_fw_%s') ;;\n", completer);
}

static void put_zsh_options(const struct manual *manual, const char *argument) {
        (void) argument;
        put_zsh_verb(manual, "", manual->cli->shown, "verbs");
        for (const struct verb_group *row = manual->cli->groups; row && row->name; row++)
                put_zsh_verb(manual, row->name, NULL, "verbs");
        for (const struct verb *const *verb = manual->cli->verbs; *verb; verb++)
                put_zsh_verb(manual, (*verb)->name, (*verb)->options,
                             completer_of((*verb)->operands, (*verb)->operands_are_ids));
}

const struct directive completion_directives[] = {
        { "names-with-argument", put_names_with_argument, false },
        { "group-names", put_group_names, false },
        { "bash-verbs", put_bash_verbs, false },
        { "bash-options", put_bash_options, false },
        { "bash-arguments", put_bash_arguments, false },
        { "fish", put_fish, false },
        { "zsh-verbs", put_zsh_verbs, false },
        { "zsh-options", put_zsh_options, false },
        { NULL, NULL, false },
};
