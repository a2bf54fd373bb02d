/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "capture/dumps.h"
#include "kdump/unseal.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"

static const struct option option_key = {
        .name = "key",
        .argument = "FILE",
        .help = "the secret key, of 'kdump keygen'",
        .wanted = "is no file",
};
static const struct option option_to = {
        .name = "output",
        .letter = 'o',
        .argument = "FILE",
        .help = "where it goes (default: the name without .sealed)",
        .wanted = "is no file",
};

/* False when there is no name for it. */
static bool name_output(const struct options *options, const char *sealed, char ret_path[PATH_MAX]) {
        const char *path = options_text(options, &option_to);
        int length = (int) strlen(sealed);

        if (!path && !text_ends_with(sealed, DUMPS_SEALED_SUFFIX)) {
                message_error("%s: its name does not end in " DUMPS_SEALED_SUFFIX ": say --output", sealed);
                return false;
        }
        if (!path)
                length -= (int) strlen(DUMPS_SEALED_SUFFIX);
        if (snprintf(ret_path, PATH_MAX, "%.*s", path ? INT_MAX : length, path ? path : sealed) < PATH_MAX)
                return true;
        message_failure(sealed, ERR_TOO_LARGE);
        return false;
}

static int print(const struct options *options, const char *sealed, const char *path, struct output *output) {
        struct json_object *report;

        if (!options_have(options, &option_json))
                return sink_format(&output->sink, "%s\n", path);
        report = json_report_new("kdump-unseal");
        json_add_string(report, "sealed", sealed);
        json_add_string(report, "file", path);
        return json_report_print(report, output);
}

static int unseal_run(const struct options *options, void *context) {
        struct output *output = context;
        struct seal_key secret_key;
        struct reason reason;
        char path[PATH_MAX];
        int r;

        if (options->operand_count == 0 || !options_have(options, &option_key)) {
                message_error("kdump unseal: a sealed file and --key are wanted");
                return EXIT_USAGE;
        }
        if (!name_output(options, options->operands[0], path))
                return EXIT_USAGE;
        r = kdump_secret_key_read(options_text(options, &option_key), &secret_key, &reason);
        if (r == 0)
                r = kdump_unseal(&secret_key, options->operands[0], path, &reason);
        sodium_memzero(&secret_key, sizeof(secret_key));
        if (r < 0) {
                message_error("%s", reason.text);
                return EXIT_FAILED;
        }
        return print(options, options->operands[0], path, output) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_key, &option_to, NULL };

const struct verb verb_kdump_unseal = {
        .name = "kdump unseal",
        .operands = "SEALED",
        .summary = "open a file of a sealed dump, with the secret key",
        .description = "For the log, dmesg.txt.sealed, and the memory image, vmcore.sealed. Of that\n"
                       "comes makedumpfile's flattened form, and 'makedumpfile -R vmcore.whole <\n"
                       "vmcore' makes of it what crash reads. One that was changed, is not whole, or\n"
                       "is sealed to another key leaves nothing behind; nothing is overwritten.\n",
        .options = options_taken,
        .operand_max = 1,
        .run = unseal_run,
};
