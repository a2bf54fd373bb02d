/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "kdump/unseal.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"

static int print_json(const char *path, const char *key, const char *id, struct output *output) {
        struct json_object *report = json_report_new("kdump-keygen");

        json_add_string(report, "secret_key_file", path);
        json_add_string(report, "public_key", key);
        json_add_string(report, "id", id);
        return json_report_print(report, output);
}

static int keygen_run(const struct options *options, void *context) {
        struct output *output = context;
        char text[SEAL_KEY_TEXT_SIZE], id[SEAL_ID_TEXT_SIZE];
        struct seal_key public_key;
        struct reason reason;
        const char *path;
        int r;

        if (options->operand_count == 0) {
                message_error("kdump keygen: which file is the secret key to go to?");
                return EXIT_USAGE;
        }
        path = options->operands[0];
        if (kdump_keys_make(path, &public_key, &reason) < 0) {
                message_error("%s", reason.text);
                return EXIT_FAILED;
        }
        seal_key_print(&public_key, text);
        seal_key_id(&public_key, id);
        if (options_have(options, &option_json))
                r = print_json(path, text, id, output);
        else
                r = sink_format(&output->sink, "public_key = %s\n", text);
        return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

const struct verb verb_kdump_keygen = {
        .name = "kdump keygen",
        .operands = "FILE",
        .summary = "make the keys by which dumps are sealed",
        .description = "The secret key goes to FILE, which is to be kept elsewhere: it opens what is\n"
                       "sealed. The line that is printed is for /etc/pstore-fw/kdump.conf of machines\n"
                       "whose dumps nobody else is to read.\n",
        .operand_max = 1,
        .run = keygen_run,
};
