/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/options.h"
#include "base/arith.h"
#include "base/error.h"

static const struct option_row {
        const char *name;
        bool has_value;
} option_rows[OPTION_END] = {
        [OPTION_ALL] = { "--all", false },         [OPTION_RAW] = { "--raw", false },
        [OPTION_PARTS] = { "--parts", false },     [OPTION_DUMPED] = { "--dumped", false },
        [OPTION_DRY_RUN] = { "--dry-run", false }, [OPTION_YES] = { "--yes", false },
        [OPTION_QUIET] = { "--quiet", false },     [OPTION_HELP] = { "--help", false },
        [OPTION_VERSION] = { "--version", false }, [OPTION_SOURCE] = { "--source", true },
        [OPTION_TYPE] = { "--type", true },        [OPTION_OLDER_THAN] = { "--older-than", true },
        [OPTION_KEEP] = { "--keep", true },
};

static int fail(struct options_fault *ret_fault, const char *argument, const char *reason) {
        *ret_fault = (struct options_fault){ .argument = argument, .reason = reason };
        return ERR_INVALID_ARGUMENT;
}

const char *options_name(enum option_flag flag) {
        return option_rows[flag].name;
}

/* "--name" or "--name=value"; *ret_value is the value behind '=', or NULL. */
static bool names_option(const char *argument, const char *name, const char **ret_value) {
        size_t length = text_length(name);

        if (!text_starts_with(argument, name) || (argument[length] != '\0' && argument[length] != '='))
                return false;
        *ret_value = argument[length] == '=' ? argument + length + 1 : NULL;
        return true;
}

bool options_has_source(const struct options *options, const char *name) {
        for (size_t i = 0; i < options->source_count; i++)
                if (text_equal(options->sources[i], name))
                        return true;
        return options->source_count == 0;
}

static int set_value(struct options *options, enum option_flag flag, const char *value,
                     struct options_fault *ret_fault) {
        options->values[flag] = value;
        if (flag != OPTION_SOURCE)
                return 0;
        if (options->source_count == OPTIONS_SOURCES_MAX)
                return fail(ret_fault, value, "is one source too many");
        options->sources[options->source_count++] = value;
        return 0;
}

/* Returns how many arguments were used, 1 or 2. */
static int take_option(char *const *arguments, size_t count, struct options *options,
                       struct options_fault *ret_fault) {
        for (enum option_flag flag = 0; flag < OPTION_END; flag++) {
                const char *value;
                int r;

                if (!names_option(arguments[0], option_rows[flag].name, &value))
                        continue;
                if (!option_rows[flag].has_value) {
                        if (value)
                                return fail(ret_fault, arguments[0], "takes no value");
                        options->values[flag] = "";
                        return 1;
                }
                if (!value && count < 2)
                        return fail(ret_fault, arguments[0], "wants a value");
                r = set_value(options, flag, value ? value : arguments[1], ret_fault);
                if (r < 0)
                        return r;
                return value ? 1 : 2;
        }
        return fail(ret_fault, arguments[0], "is no option");
}

static int take_word(const char *word, struct options *options, struct options_fault *ret_fault) {
        if (!options->verb) {
                options->verb = word;
                return 1;
        }
        if (options->id_count == OPTIONS_IDS_MAX)
                return fail(ret_fault, word, "is one argument too many");
        options->ids[options->id_count++] = word;
        return 1;
}

int options_parse(char *const *arguments, size_t count, struct options *ret_options,
                  struct options_fault *ret_fault) {
        struct options options = { 0 };

        for (size_t i = 0; i < count;) {
                int used = text_starts_with(arguments[i], "--")
                                   ? take_option(arguments + i, count - i, &options, ret_fault)
                                   : take_word(arguments[i], &options, ret_fault);

                if (used < 0)
                        return used;
                i += (size_t) used;
        }
        *ret_options = options;
        return 0;
}

int options_parse_number(const char *text, uint64_t *ret_number) {
        struct bytes view = text_view(text);
        uint64_t number;
        size_t at = 0;
        int r;

        r = decimal_parse(view, &at, UINT32_MAX, &number);
        if (r < 0)
                return r;
        if (at != view.size)
                return ERR_VALUE;
        *ret_number = number;
        return 0;
}

int options_parse_duration(const char *text, uint64_t *ret_seconds) {
        static const struct {
                char unit;
                uint64_t seconds;
        } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
        struct bytes view = text_view(text);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, UINT32_MAX, &number) < 0 || at + 1 != view.size)
                return ERR_VALUE;
        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (view.data[at] == (uint8_t) units[i].unit) {
                        *ret_seconds = number * units[i].seconds;
                        return 0;
                }
        return ERR_VALUE;
}
