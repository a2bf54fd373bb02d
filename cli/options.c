/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "cli/options.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/common-options.h"
#include "store/selection.h"

struct parser {
        const struct cli *cli;
        const char **words;
        size_t count, next;
        struct options options;
        struct text *error;
};

/* Walks over the options of the cli, then over those of each verb. */
struct option_walk {
        const struct option *const *options;
        const struct verb *const *verbs;
};

static const struct option *next_option(struct option_walk *walk) {
        while (!walk->options || !*walk->options) {
                if (!*walk->verbs)
                        return NULL;
                walk->options = (*walk->verbs++)->options;
        }
        return *walk->options++;
}

static struct option_walk walk_of(const struct cli *cli) {
        return (struct option_walk){ cli->options, cli->verbs };
}

static const struct option *find_letter(const struct cli *cli, char letter) {
        struct option_walk walk = walk_of(cli);
        const struct option *option;

        while ((option = next_option(&walk)))
                if (option->letter == letter)
                        return option;
        return NULL;
}

/* By its name, or by a beginning of it that all options of one name have, and no other. */
static const struct option *find_name(const struct cli *cli, struct bytes name) {
        struct option_walk walk = walk_of(cli);
        const struct option *option, *found = NULL;
        bool ambiguous = false;

        while ((option = next_option(&walk))) {
                struct bytes whole = text_view(option->name);

                if (!bytes_start_with(whole, name))
                        continue;
                if (whole.size == name.size)
                        return option;
                ambiguous |= found && !text_equal(found->name, option->name);
                found = option;
        }
        return ambiguous ? NULL : found;
}

static int refuse(struct parser *parser, const char *word, const char *why) {
        text_put_escaped(parser->error, text_view(word));
        text_format(parser->error, ": %s", why);
        return ERR_INVALID_ARGUMENT;
}

static int give(struct parser *parser, const struct option *option, const char *text) {
        struct options *options = &parser->options;

        if (options->given_count == OPTIONS_GIVEN_MAX)
                return refuse(parser, option->name, "one option too many");
        options->given[options->given_count++] = (struct given_option){ .option = option, .text = text };
        return 0;
}

static int take_name(struct parser *parser, const char *word) {
        const char *name = word + text_length("--"), *equals = name;
        const struct option *option;

        while (*equals && *equals != '=')
                equals++;
        option = find_name(parser->cli, bytes_of(name, (size_t) (equals - name)));
        if (!option)
                return refuse(parser, word, "unknown or ambiguous option");
        if (!option->argument)
                return *equals ? refuse(parser, word, "takes no argument") : give(parser, option, "");
        if (*equals)
                return give(parser, option, equals + 1);
        if (parser->next == parser->count)
                return refuse(parser, word, "needs an argument");
        return give(parser, option, parser->words[parser->next++]);
}

/* "-qt dmesg" or "-qtdmesg": the argument of a letter is what stands behind it. */
static int take_letters(struct parser *parser, const char *word) {
        int r = 0;

        for (const char *at = word + 1; *at && r == 0; at++) {
                const struct option *option = find_letter(parser->cli, *at);
                const char named[] = { '-', *at, '\0' };

                if (!option)
                        return refuse(parser, named, "unknown option");
                if (!option->argument)
                        r = give(parser, option, "");
                else if (at[1])
                        return give(parser, option, at + 1);
                else if (parser->next == parser->count)
                        return refuse(parser, named, "needs an argument");
                else
                        r = give(parser, option, parser->words[parser->next++]);
        }
        return r;
}

/* "-" alone is an operand: standard input, where a verb reads one. */
static int take_words(struct parser *parser) {
        bool ended = false;
        int r = 0;

        while (parser->next < parser->count && r == 0) {
                const char *word = parser->words[parser->next++];

                /* Over words that were read already: so the operands come to stand first, in their order. */
                if (ended || word[0] != '-' || word[1] == '\0')
                        parser->words[parser->options.operand_count++] = word;
                else if (text_equal(word, "--"))
                        ended = true;
                else
                        r = word[1] == '-' ? take_name(parser, word) : take_letters(parser, word);
        }
        parser->options.operands = parser->words;
        return r;
}

static const char *pop_operand(struct options *options) {
        options->operand_count--;
        return *options->operands++;
}

bool options_is_help(const char *word) {
        return text_equal(word, "help") || text_equal(word, "/?");
}

/* "help list" is "list --help". */
static int take_help(struct parser *parser) {
        if (parser->options.operand_count == 0 || !options_is_help(parser->options.operands[0]))
                return 0;
        (void) pop_operand(&parser->options);
        return give(parser, &option_help, "");
}

/* "kdump load" is in the group "kdump". */
static bool is_in_group(const struct verb *verb, const char *group) {
        return text_starts_with(verb->name, group) && verb->name[text_length(group)] == ' ';
}

static const struct verb_group *find_group(const struct cli *cli, const char *name) {
        for (const struct verb_group *group = cli->groups; group && group->name; group++)
                if (text_equal(group->name, name))
                        return group;
        return NULL;
}

const struct verb_group *verb_group_of(const struct cli *cli, const struct verb *verb) {
        for (const struct verb_group *group = cli->groups; group && group->name; group++)
                if (is_in_group(verb, group->name))
                        return group;
        return NULL;
}

/* By its whole name, or by what follows in it behind the group. */
static const struct verb *find_verb(const struct cli *cli, const char *group, const char *name) {
        size_t skipped = group ? text_length(group) + 1 : 0;

        for (const struct verb *const *verb = cli->verbs; *verb; verb++)
                if ((!group || is_in_group(*verb, group)) && text_equal((*verb)->name + skipped, name))
                        return *verb;
        return NULL;
}

/* Takes the one or two words that name the verb; none, and the group alone, are for the help only. */
static int take_verb(struct parser *parser) {
        const struct cli *cli = parser->cli;
        struct options *options = &parser->options;
        bool help = options_have(options, &option_help) || options_have(options, &option_version);
        const char *name;

        if (options->operand_count == 0) {
                options->verb = help ? NULL : cli->usual;
                if (!help && !cli->usual)
                        text_put(parser->error, "a verb is missing");
                return help || cli->usual ? 0 : ERR_INVALID_ARGUMENT;
        }
        name = pop_operand(options);
        options->verb = find_verb(cli, NULL, name);
        if (options->verb)
                return 0;
        if (!find_group(cli, name))
                return refuse(parser, name, "no such verb");
        options->group = name;
        if (options->operand_count == 0)
                return help ? 0 : refuse(parser, name, "a verb is missing behind it");
        name = pop_operand(options);
        options->verb = find_verb(cli, options->group, name);
        return options->verb ? 0 : refuse(parser, name, "no such verb");
}

static const struct option *find_row(const struct option *const *rows, const char *name) {
        for (; rows && *rows; rows++)
                if (text_equal((*rows)->name, name))
                        return *rows;
        return NULL;
}

static size_t count_given(const struct options *options, const struct option *option) {
        size_t count = 0;

        for (size_t i = 0; i < options->given_count; i++)
                count += options->given[i].option == option;
        return count;
}

/*
 * Which row a name means is known when the verb is: two verbs may have options of one name, which both take
 * an argument or both none.
 */
static int settle_option(struct parser *parser, struct given_option *given) {
        struct options *options = &parser->options;
        struct text *error = parser->error;
        const char *name = given->option->name;
        const struct option *row = find_row(parser->cli->options, name);

        if (!row)
                row = find_row(options->verb->options, name);
        if (!row) {
                text_format(error, "--%s: not an option of %s", name, options->verb->name);
                return ERR_INVALID_ARGUMENT;
        }
        given->option = row;
        if (row->most > 0 && count_given(options, row) > row->most) {
                text_format(error, "--%s: given more than %zu times", name, row->most);
                return ERR_INVALID_ARGUMENT;
        }
        if (!row->argument ||
            (given->text[0] && (!row->parse || row->parse(given->text, &given->number) == 0)))
                return 0;
        text_format(error, "--%s: '", name);
        text_put_escaped(error, text_view(given->text));
        text_format(error, "' %s", row->wanted);
        return ERR_INVALID_ARGUMENT;
}

static int check_operands(struct parser *parser) {
        const struct options *options = &parser->options;

        if (options->operand_count > options->verb->operand_max) {
                refuse(parser, options->operands[options->verb->operand_max], "one argument too many for ");
                text_put(parser->error, options->verb->name);
                return ERR_INVALID_ARGUMENT;
        }
        for (size_t i = 0; i < options->operand_count && options->verb->operands_are_ids; i++)
                if (!selection_id_is_valid(options->operands[i]))
                        return refuse(parser, options->operands[i],
                                      "not an id of a record or an event; 'list' prints them");
        return 0;
}

int options_parse(const struct cli *cli, const char **words, size_t count, struct options *ret_options,
                  char ret_error[OPTIONS_ERROR_SIZE]) {
        struct text error = text_on(ret_error, OPTIONS_ERROR_SIZE);
        struct parser parser = { .cli = cli, .words = words, .count = count, .error = &error };
        struct options *options = &parser.options;
        int r;

        r = take_words(&parser);
        if (r == 0)
                r = take_help(&parser);
        if (r == 0)
                r = take_verb(&parser);
        if (r == 0 && !options_have(options, &option_help) && !options_have(options, &option_version)) {
                for (size_t i = 0; i < options->given_count && r == 0; i++)
                        r = settle_option(&parser, &options->given[i]);
                if (r == 0)
                        r = check_operands(&parser);
        }
        if (r == 0)
                *ret_options = *options;
        return r;
}

/* From the end, as the last one counts. */
static const struct given_option *find_given(const struct options *options, const struct option *option) {
        for (size_t i = options->given_count; i > 0; i--)
                if (options->given[i - 1].option == option)
                        return &options->given[i - 1];
        return NULL;
}

bool options_have(const struct options *options, const struct option *option) {
        return find_given(options, option);
}

const char *options_text(const struct options *options, const struct option *option) {
        const struct given_option *given = find_given(options, option);

        return given ? given->text : NULL;
}

uint64_t options_number(const struct options *options, const struct option *option) {
        const struct given_option *given = find_given(options, option);

        return given ? given->number : 0;
}

size_t options_texts(const struct options *options, const struct option *option, const char **ret_texts) {
        size_t count = 0;

        for (size_t i = 0; i < options->given_count; i++)
                if (options->given[i].option == option)
                        ret_texts[count++] = options->given[i].text;
        return count;
}

static void put_option(const struct option *option, const struct sink *sink) {
        char left[40], letter[4] = { '-', option->letter, ',', '\0' };
        struct text text = TEXT_ON(left);

        text_format(&text, "%3s --%s%s%s", option->letter ? letter : "", option->name,
                    option->argument ? "=" : "", option->argument ? option->argument : "");
        sink_format(sink, "  %-24s%s\n", left, option->help);
}

static void put_options(const struct option *const *own, const struct cli *cli, const struct sink *sink) {
        sink_format(sink, "\nOptions:\n");
        for (const struct option *const *row = own; row && *row; row++)
                put_option(*row, sink);
        for (const struct option *const *row = cli->options; *row; row++)
                put_option(*row, sink);
        for (const struct option *const *row = own; row && *row; row++)
                if ((*row)->put_help)
                        (*row)->put_help(sink);
}

const char *verb_statuses(const struct verb *verb) {
        return verb->statuses ? verb->statuses : "0 done, 1 failed, 2 usage, 3 nothing found";
}

static int print_verb_help(const struct cli *cli, const struct verb *verb, const struct sink *sink) {
        sink_format(sink, "Usage: %s %s [OPTION...]%s%s\n\n%s: %s\n\n", cli->name, verb->name,
                    verb->operands[0] ? " " : "", verb->operands, verb->name, verb->summary);
        sink_put(sink, text_view(verb->description));
        put_options(verb->options, cli, sink);
        return sink_format(sink, "\nExit status: %s\n", verb_statuses(verb));
}

/* Those of the group; NULL: those of none. */
static void put_verbs(const struct cli *cli, const char *group, const struct sink *sink) {
        for (const struct verb *const *verb = cli->verbs; *verb; verb++)
                if (group ? is_in_group(*verb, group) : !verb_group_of(cli, *verb))
                        sink_format(sink, "  %-15s%s\n", (*verb)->name, (*verb)->summary);
}

static int print_group_help(const struct cli *cli, const char *group, const struct sink *sink) {
        sink_format(sink, "Usage: %s %s VERB [OPTION...]\n\nVerbs:\n", cli->name, group);
        put_verbs(cli, group, sink);
        put_options(NULL, cli, sink);
        return sink_format(sink, "\n'%s %s VERB --help' tells more of a verb.\n", cli->name, group);
}

int options_print_help(const struct cli *cli, const struct options *options, const struct sink *sink) {
        if (options->verb)
                return print_verb_help(cli, options->verb, sink);
        if (options->group)
                return print_group_help(cli, options->group, sink);
        sink_format(sink, "Usage: %s %s [OPTION...] [ARGUMENT...]\n\n%s\nVerbs:\n", cli->name,
                    cli->usual ? "[VERB]" : "VERB", cli->about);
        put_verbs(cli, NULL, sink);
        for (const struct verb_group *group = cli->groups; group && group->name; group++) {
                if (group->heading)
                        sink_format(sink, "\n%s\n", group->heading);
                put_verbs(cli, group->name, sink);
        }
        put_options(cli->shown, cli, sink);
        return sink_format(sink, "\n'%s VERB --help' tells more of a verb.\n", cli->name);
}
