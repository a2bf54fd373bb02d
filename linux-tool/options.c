/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/options.h"

#include <getopt.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux-tool/output/output.h"
#include "linux-tool/source/sources.h"
#include "store/crash-path.h"
#include "store/selection.h"

/* getopt_long() returns rows of the table as numbers that are no characters. */
#define ROW_BASE 256

struct option_row {
        const char *name;
        char letter;          /* 0: has only a long form */
        const char *argument; /* NULL: takes none */
        uint32_t bit;
        const char *help;

        /* Of rows with an argument: how to take it, and what it has to be. */
        int (*parse)(struct options *options, const char *argument);
        const char *wanted;
};

static int parse_source(struct options *options, const char *argument) {
        if (options->source_count == SOURCES_MAX)
                return ERR_TOO_LARGE;
        if (!source_spec_is_valid(argument))
                return ERR_VALUE;
        options->sources[options->source_count++] = argument;
        return 0;
}

/* Only these can be written so that the kernel's pstore reads them. */
static int parse_type(struct options *options, const char *argument) {
        (void) options;
        return strcmp(argument, "dmesg") == 0 ? 0 : ERR_VALUE;
}

static int parse_older_than(struct options *options, const char *argument) {
        return duration_parse(argument, &options->older_than_seconds);
}

static int parse_keep(struct options *options, const char *argument) {
        struct bytes view = text_view(argument);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, UINT32_MAX, &number) < 0 || at != view.size)
                return ERR_VALUE;
        options->keep = (size_t) number;
        return 0;
}

static int take_name(const char **member, const char *argument) {
        if (!argument[0])
                return ERR_VALUE;
        *member = argument;
        return 0;
}

static int parse_output(struct options *options, const char *argument) {
        return take_name(&options->output, argument);
}

static int parse_config(struct options *options, const char *argument) {
        return take_name(&options->config, argument);
}

static int parse_kernel(struct options *options, const char *argument) {
        return take_name(&options->kernel, argument);
}

static int parse_initramfs(struct options *options, const char *argument) {
        return take_name(&options->initramfs, argument);
}

static int parse_root(struct options *options, const char *argument) {
        return take_name(&options->root, argument);
}

static int parse_path(struct options *options, const char *argument) {
        return crash_path_parse(argument, &options->path);
}

/* The kernel's own notation, of which megabytes are enough. */
static int parse_reserve(struct options *options, const char *argument) {
        struct bytes view = text_view(argument);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, 64 * 1024, &number) < 0 || at + 1 != view.size || argument[at] != 'M' ||
            number == 0)
                return ERR_VALUE;
        options->reserve_mib = (unsigned) number;
        return 0;
}

static const struct option_row option_rows[] = {
        { "source", 's', "SPEC", OPTION_SOURCE, "where records live, may be given several times",
          parse_source, "is no source" },
        { "all", 'a', NULL, OPTION_ALL, "all events and records" },
        { "deleted", 0, NULL, OPTION_DELETED, "of an image: what was deleted and is still in it" },
        { "raw", 0, NULL, OPTION_RAW, "the bytes as stored" },
        { "parts", 0, NULL, OPTION_PARTS, "keep the header line of each part" },
        { "output", 'o', "DIR", OPTION_OUTPUT, "where dumps are (default: /var/lib/pstore-fw)", parse_output,
          "is no directory" },
        { "type", 't', "TYPE", OPTION_TYPE, "of the record to write: dmesg", parse_type,
          "cannot be written: only dmesg can" },
        { "dumped", 0, NULL, OPTION_DUMPED, "only what has a complete copy already" },
        { "older-than", 0, "AGE", OPTION_OLDER_THAN, "only what is older: 90s, 15m, 36h, 30d, 2w",
          parse_older_than, "is no age: a number and s, m, h, d or w" },
        { "keep", 0, "N", OPTION_KEEP, "leave the newest N events", parse_keep, "is no number" },
        { "dry-run", 'n', NULL, OPTION_DRY_RUN, "only say what would be done" },
        { "yes", 'y', NULL, OPTION_YES, "do not ask" },
        { "config", 0, "FILE", OPTION_CONFIG, "settings (default: /etc/pstore-fw/kdump.conf)", parse_config,
          "is no file" },
        { "kernel", 'k', "FILE", OPTION_KERNEL, "the kernel to boot after a crash (default: this one)",
          parse_kernel, "is no file" },
        { "initramfs", 0, "FILE", OPTION_INITRAMFS, "write the initramfs there, and load nothing",
          parse_initramfs, "is no file" },
        { "path", 0, "PATH", OPTION_PATH, "where a panic goes: auto, pstore, kdump or both", parse_path,
          "is none of auto, pstore, kdump and both" },
        { "lock", 0, NULL, OPTION_LOCK, "allow no other load until the next boot" },
        { "reserve", 0, "SIZE", OPTION_RESERVE,
          "for the crash kernel, as 80M (default: what it needs)", parse_reserve,
          "is no size: a number and M" },
        { "remove", 0, NULL, OPTION_REMOVE, "undo it" },
        { "root", 0, "DIR", OPTION_ROOT, "a system that is not the running one", parse_root,
          "is no directory" },
        { "json", 'j', NULL, OPTION_JSON, "print one JSON object" },
        { "quiet", 'q', NULL, OPTION_QUIET, "no notes and no progress, only errors" },
        { "no-color", 0, NULL, OPTION_NO_COLOR, "no colour on a terminal (or set NO_COLOR)" },
        { "help", 'h', NULL, OPTION_HELP, "this text, or a verb's" },
        { "version", 'V', NULL, OPTION_VERSION, "the version" },
};

#define OPTION_COUNT ARRAY_SIZE(option_rows)

int duration_parse(const char *text, uint64_t *ret_seconds) {
        static const struct {
                char letter;
                uint64_t seconds;
        } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
        struct bytes view = text_view(text);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, UINT32_MAX, &number) < 0 || view.size != at + 1)
                return ERR_VALUE;
        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (units[i].letter == text[at]) {
                        *ret_seconds = number * units[i].seconds;
                        return 0;
                }
        return ERR_VALUE;
}

/* getopt's own tables, out of ours. The leading ':' tells a missing argument from an unknown option. */
static void make_getopt_tables(struct option longs[OPTION_COUNT + 1], char shorts[2 * OPTION_COUNT + 2]) {
        *shorts++ = ':';
        for (size_t i = 0; i < OPTION_COUNT; i++) {
                const struct option_row *row = &option_rows[i];

                longs[i] = (struct option){
                        .name = row->name,
                        .has_arg = row->argument ? required_argument : no_argument,
                        .val = ROW_BASE + (int) i,
                };
                if (!row->letter)
                        continue;
                *shorts++ = row->letter;
                if (row->argument)
                        *shorts++ = ':';
        }
        longs[OPTION_COUNT] = (struct option){ 0 };
        *shorts = '\0';
}

static const struct option_row *row_of(int code) {
        if (code >= ROW_BASE)
                return &option_rows[code - ROW_BASE];
        for (size_t i = 0; i < OPTION_COUNT; i++)
                if (option_rows[i].letter == code)
                        return &option_rows[i];
        return NULL;
}

/* What getopt stumbled over: a letter that it names, or the word before the next one. */
static void put_culprit(char **argv, struct text *error) {
        if (optopt > 0 && optopt < ROW_BASE)
                text_format(error, "-%c", optopt);
        else
                text_put_escaped(error, text_view(argv[optind - 1]));
}

static int take_option(int code, char **argv, struct options *options, struct text *error) {
        const struct option_row *row;

        if (code == '?') {
                put_culprit(argv, error);
                text_put(error, ": unknown or ambiguous option");
                return ERR_INVALID_ARGUMENT;
        }
        if (code == ':') {
                put_culprit(argv, error);
                text_put(error, ": needs an argument");
                return ERR_INVALID_ARGUMENT;
        }
        row = row_of(code);
        options->given |= row->bit;
        if (!row->parse || row->parse(options, optarg) == 0)
                return 0;
        text_format(error, "--%s: '", row->name);
        text_put_escaped(error, text_view(optarg));
        text_format(error, "' %s", row->wanted);
        return ERR_INVALID_ARGUMENT;
}

static const struct verb *find_verb(const struct verb *const *verbs, const char *name) {
        for (; *verbs; verbs++)
                if (strcmp((*verbs)->name, name) == 0)
                        return *verbs;
        return NULL;
}

/* "kdump" is a group when there is a verb "kdump load". */
static bool is_in_group(const struct verb *verb, const char *group) {
        size_t length = strlen(group);

        return strncmp(verb->name, group, length) == 0 && verb->name[length] == ' ';
}

static bool is_group(const struct verb *const *verbs, const char *name) {
        for (; *verbs; verbs++)
                if (is_in_group(*verbs, name))
                        return true;
        return false;
}

static const struct verb *find_in_group(const struct verb *const *verbs, const char *group,
                                        const char *name) {
        for (; *verbs; verbs++)
                if (is_in_group(*verbs, group) && strcmp((*verbs)->name + strlen(group) + 1, name) == 0)
                        return *verbs;
        return NULL;
}

static int check_options_of_verb(const struct options *options, struct text *error) {
        uint32_t allowed = options->verb->options | OPTIONS_COMMON;

        for (size_t i = 0; i < OPTION_COUNT; i++)
                if (options->given & option_rows[i].bit & ~allowed) {
                        text_format(error, "--%s: not an option of %s", option_rows[i].name,
                                    options->verb->name);
                        return ERR_INVALID_ARGUMENT;
                }
        return 0;
}

/* A machine's own stores show what is live and nothing else. */
static int check_deleted(const struct options *options, struct text *error) {
        const char *unable = options->source_count > 0 ? NULL : sources_default[0];

        if (!options_have(options, OPTION_DELETED))
                return 0;
        for (size_t i = 0; i < options->source_count && !unable; i++)
                if (!source_spec_finds_deleted(options->sources[i]))
                        unable = options->sources[i];
        if (!unable)
                return 0;
        text_put(error, "--deleted: ");
        text_put_escaped(error, text_view(unable));
        text_put(error, " has only what is live; --source erst-image:FILE and efi-image:FILE find more");
        return ERR_INVALID_ARGUMENT;
}

static int check_operands(const struct options *options, struct text *error) {
        if (options->operand_count > options->verb->operand_max) {
                text_put_escaped(error, text_view(options->operands[options->verb->operand_max]));
                text_format(error, ": one argument too many for %s", options->verb->name);
                return ERR_INVALID_ARGUMENT;
        }
        for (size_t i = 0; i < options->operand_count && options->verb->operands_are_ids; i++)
                if (!selection_id_is_valid(options->operands[i])) {
                        text_put_escaped(error, text_view(options->operands[i]));
                        text_put(error, ": not an id of a record or an event; 'list' prints them");
                        return ERR_INVALID_ARGUMENT;
                }
        return 0;
}

static int refuse_verb(struct text *error, const char *name, const char *why) {
        text_put_escaped(error, text_view(name));
        text_put(error, why);
        return ERR_INVALID_ARGUMENT;
}

/* Takes the one or two words that name the verb; none, and the group alone, are for the help only. */
static int take_verb_name(int argc, char **argv, const struct verb *const *verbs, struct options *options,
                          struct text *error) {
        bool help = options_have(options, OPTION_HELP | OPTION_VERSION);

        if (optind >= argc) {
                text_put(error, help ? "" : "a verb is missing");
                return help ? 0 : ERR_INVALID_ARGUMENT;
        }
        options->verb = find_verb(verbs, argv[optind++]);
        if (options->verb)
                return 0;
        if (!is_group(verbs, argv[optind - 1]))
                return refuse_verb(error, argv[optind - 1], ": no such verb");
        options->group = argv[optind - 1];
        if (optind >= argc)
                return help ? 0 : refuse_verb(error, options->group, ": a verb is missing behind it");
        options->verb = find_in_group(verbs, options->group, argv[optind++]);
        return options->verb ? 0 : refuse_verb(error, argv[optind - 1], ": no such verb");
}

static int take_verb(int argc, char **argv, const struct verb *const *verbs, struct options *options,
                     struct text *error) {
        int r;

        r = take_verb_name(argc, argv, verbs, options, error);
        if (r < 0)
                return r;
        options->operands = argv + optind;
        options->operand_count = (size_t) (argc - optind);
        if (options_have(options, OPTION_HELP | OPTION_VERSION))
                return 0;
        r = check_options_of_verb(options, error);
        if (r == 0)
                r = check_deleted(options, error);
        return r < 0 ? r : check_operands(options, error);
}

int options_parse(int argc, char **argv, const struct verb *const *verbs, struct options *ret_options,
                  char ret_error[OPTIONS_ERROR_SIZE]) {
        struct text error = text_on(ret_error, OPTIONS_ERROR_SIZE);
        struct option longs[OPTION_COUNT + 1];
        char shorts[2 * OPTION_COUNT + 2];
        struct options options = { 0 };
        int code, r = 0;

        make_getopt_tables(longs, shorts);
        opterr = 0;
        optind = 0; /* glibc: start anew */
        while (r == 0 && (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
                r = take_option(code, argv, &options, &error);
        if (r == 0)
                r = take_verb(argc, argv, verbs, &options, &error);
        if (r == 0)
                *ret_options = options;
        return r;
}

static void put_option_help(const struct option_row *row, const struct sink *sink) {
        char left[40], letter[4] = { '-', row->letter, ',', '\0' };
        struct text text = TEXT_ON(left);

        text_format(&text, "%3s --%s%s%s", row->letter ? letter : "", row->name, row->argument ? "=" : "",
                    row->argument ? row->argument : "");
        sink_format(sink, "  %-24s%s\n", left, row->help);
}

static void put_options_help(uint32_t bits, const struct sink *sink) {
        for (size_t i = 0; i < OPTION_COUNT; i++)
                if (option_rows[i].bit & bits)
                        put_option_help(&option_rows[i], sink);
}

static int print_verb_help(const struct verb *verb, const struct sink *sink) {
        sink_format(sink, "Usage: pstore-fw %s [OPTION...]%s%s\n\n%s: %s\n\n", verb->name,
                    verb->operands[0] ? " " : "", verb->operands, verb->name, verb->summary);
        sink_put(sink, text_view(verb->description));
        sink_format(sink, "\nOptions:\n");
        put_options_help(verb->options | OPTIONS_COMMON, sink);
        if (verb->options & OPTION_SOURCE)
                sources_print_help(sink);
        return sink_format(sink, "\nExit status: %s\n",
                           strcmp(verb->name, "check") == 0
                                   ? "0 OK, 1 WARNING, 2 CRITICAL or usage, 3 UNKNOWN"
                                   : "0 done, 1 failed, 2 usage, 3 nothing found");
}

/* The verbs of a group, or of no group, where a group is one line. */
static void put_verbs_help(const struct verb *const *verbs, const char *group, const struct sink *sink) {
        for (; *verbs; verbs++)
                if (group ? is_in_group(*verbs, group) : !strchr((*verbs)->name, ' '))
                        sink_format(sink, group ? "  %-15s%s\n" : "  %-8s%s\n", (*verbs)->name,
                                    (*verbs)->summary);
}

static int print_group_help(const struct verb *const *verbs, const char *group, const struct sink *sink) {
        sink_format(sink, "Usage: pstore-fw %s VERB [OPTION...]\n\nVerbs:\n", group);
        put_verbs_help(verbs, group, sink);
        sink_format(sink, "\nOptions:\n");
        put_options_help(OPTIONS_COMMON, sink);
        return sink_format(sink, "\n'pstore-fw %s VERB --help' tells more of a verb.\n", group);
}

int options_print_help(const struct verb *const *verbs, const struct options *options,
                       struct output *output) {
        const struct sink *sink = &output->sink;

        if (options->verb)
                return print_verb_help(options->verb, sink);
        if (options->group)
                return print_group_help(verbs, options->group, sink);
        sink_format(sink, "Usage: pstore-fw VERB [OPTION...] [ARGUMENT...]\n\n"
                          "Reads, saves and clears the records that a crashed kernel leaves in firmware: in\n"
                          "the error record store of ACPI (ERST) and in EFI variables.\n\nVerbs:\n");
        put_verbs_help(verbs, NULL, sink);
        if (is_group(verbs, GROUP_KDUMP)) {
                sink_format(sink, "\nFor machines without such a store:\n");
                put_verbs_help(verbs, GROUP_KDUMP, sink);
        }
        sink_format(sink, "\nOptions:\n");
        put_options_help(OPTIONS_COMMON | OPTION_SOURCE, sink);
        sources_print_help(sink);
        return sink_format(sink, "\n'pstore-fw VERB --help' tells more of a verb.\n");
}
