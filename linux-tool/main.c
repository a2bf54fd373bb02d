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

static const struct verb *const verbs[] = {
        &verb_check,
        &verb_list,
        &verb_show,
        &verb_dump,
        &verb_write,
        &verb_clear,
        &verb_erst,
        &verb_kdump_status,
        &verb_kdump_setup,
        &verb_kdump_load,
        &verb_kdump_unload,
        &verb_kdump_capture,
        &verb_kdump_test,
        NULL,
};

/* https://no-color.org: set and not empty */
static bool colour_is_wanted(const struct options *options) {
        const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

        if (options_have(options, OPTION_NO_COLOR | OPTION_JSON) || (no_color && no_color[0]))
                return false;
        return terminal && strcmp(terminal, "dumb") != 0;
}

static int run(const struct options *options, struct output *output) {
        if (options_have(options, OPTION_HELP))
                return options_print_help(verbs, options, output) < 0 ? EXIT_FAILED : EXIT_DONE;
        if (options_have(options, OPTION_VERSION))
                return sink_format(&output->sink, "pstore-fw %s\n", VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
        return options->verb->run(options, output);
}

static int usage_error(const char *what) {
        message_error("%s; try 'pstore-fw --help'", what);
        return EXIT_USAGE;
}

int main(int argc, char **argv) {
        char error[OPTIONS_ERROR_SIZE];
        struct options options;
        struct output output;
        int status, r;

        setlocale(LC_CTYPE, "");
        /* A reader that goes away must not end a clear half way: write() fails instead. */
        signal(SIGPIPE, SIG_IGN);
        if (options_parse(argc, argv, verbs, &options, error) < 0)
                return usage_error(error);
        r = efivarfs_enter(options.sources, options.source_count, argv);
        if (r == ERR_INVALID_ARGUMENT)
                return usage_error("--source: only one directory of efivarfs at a time");
        if (r < 0) {
                message_failure("cannot start again for efivarfs", r);
                return EXIT_FAILED;
        }
        message_set_quiet(options_have(&options, OPTION_QUIET));
        output_open(&output, stdout, isatty(STDOUT_FILENO), colour_is_wanted(&options));
        status = run(&options, &output);
        message_progress_end();
        r = output_close(&output);
        if (r < 0) {
                message_failure("standard output", r);
                return EXIT_FAILED;
        }
        return status;
}
