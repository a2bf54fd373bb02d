/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux-tool/options.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/verb/verbs.h"
#include "posix/memory.h"

/* https://no-color.org: set and not empty */
static bool colour_is_wanted(const struct options *options) {
        const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

        if (options_have(options, &option_no_color) || options_have(options, &option_json) ||
            (no_color && no_color[0]))
                return false;
        return terminal && strcmp(terminal, "dumb") != 0;
}

static int run(const struct options *options, struct output *output) {
        if (options_have(options, &option_help))
                return options_print_help(&cli_pstore_fw, options, &output->sink) < 0 ? EXIT_FAILED
                                                                                      : EXIT_DONE;
        if (options_have(options, &option_version))
                return sink_format(&output->sink, "pstore-fw %s\n", VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
        output->may_page =
                output->terminal && options->verb->may_be_long && !options_have(options, &option_no_pager);
        return options->verb->run(options, output);
}

/* A monitor takes the status of another verb's failure for a warning of check's. */
static int status_unheard(const struct options *options) {
        return options->verb && options->verb->unheard ? options->verb->unheard : EXIT_FAILED;
}

static int usage_error(const char *what) {
        message_error("%s; try 'pstore-fw --help'", what);
        return EXIT_USAGE;
}

int main(int argc, char **argv) {
        char error[OPTIONS_ERROR_SIZE];
        _cleanup_free_ const char **words = calloc((size_t) argc, sizeof(*words));
        const char *sources[SOURCES_MAX];
        size_t count = argc > 0 ? (size_t) argc - 1 : 0;
        struct options options;
        struct output output;
        int status, r;

        /* Which characters a terminal can show; numbers stay as they are in C. */
        setlocale(LC_CTYPE, "");
        /* A reader that goes away must not end a clear half way: write() fails instead. */
        signal(SIGPIPE, SIG_IGN);
        if (!words) {
                message_failure("arguments", ERR_NO_MEMORY);
                return EXIT_FAILED;
        }
        memcpy(words, argv + 1, count * sizeof(*words));
        if (options_parse(&cli_pstore_fw, words, count, &options, error) < 0 ||
            options_check_deleted(&options, error) < 0)
                return usage_error(error);
        r = efivarfs_execute_anew(sources, options_texts(&options, &option_source, sources), argv);
        if (r == ERR_INVALID_ARGUMENT)
                return usage_error("--source: only one directory of efivarfs at a time");
        if (r < 0) {
                message_failure("cannot start again for efivarfs", r);
                return status_unheard(&options);
        }
        message_set_quiet(options_have(&options, &option_quiet));
        output_open(&output, stdout, isatty(STDOUT_FILENO), colour_is_wanted(&options));
        status = run(&options, &output);
        message_progress_end();
        r = output_close(&output);
        if (r < 0) {
                message_failure("standard output", r);
                return status_unheard(&options);
        }
        return status;
}
