/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/options.h"

#include "base/error.h"
#include "base/text.h"
#include "linux-tool/source/sources.h"

static int parse_source(const char *text, uint64_t *ret_number) {
        (void) ret_number;
        return source_spec_is_valid(text) ? 0 : ERR_VALUE;
}

const struct option option_no_color = { "no-color", 0, NULL, "no colour on a terminal (or set NO_COLOR)" };
const struct option option_no_pager = { "no-pager", 0, NULL,
                                        "all at once on a terminal (or set PAGER to cat)" };
const struct option option_source = {
        .name = "source",
        .letter = 's',
        .argument = "SPEC",
        .help = "where records live, may be given several times",
        .parse = parse_source,
        .wanted = "is no source",
        .most = SOURCES_MAX,
        .put_help = sources_print_help,
        .put_choices = sources_print_choices,
};
const struct option option_deleted = { "deleted", 0, NULL,
                                       "of an image: what was deleted and is still in it" };
const struct option option_output = {
        .name = "output",
        .letter = 'o',
        .argument = "DIR",
        .help = "where dumps are (default: /var/lib/pstore-fw)",
        .wanted = "is no directory",
};

int options_check_deleted(const struct options *options, char ret_error[OPTIONS_ERROR_SIZE]) {
        struct text error = text_on(ret_error, OPTIONS_ERROR_SIZE);
        const char *sources[SOURCES_MAX], *unable;
        size_t count = options_texts(options, &option_source, sources);

        if (!options_have(options, &option_deleted))
                return 0;
        unable = count > 0 ? NULL : sources_default[0];
        for (size_t i = 0; i < count && !unable; i++)
                if (!source_spec_finds_deleted(sources[i]))
                        unable = sources[i];
        if (!unable)
                return 0;
        text_put(&error, "--deleted: ");
        text_put_escaped(&error, text_view(unable));
        text_put(&error, " has only what is live; --source erst-image:FILE and efi-image:FILE find more");
        return ERR_INVALID_ARGUMENT;
}
