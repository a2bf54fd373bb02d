/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "cli/prove-status.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux-tool/verification.h"
#include "linux/system-file.h"

static int print_json(struct verification *verification, struct output *output) {
        struct json_object *report = json_report_new("prove-verify");
        enum verdict verdict = findings_worst(&verification->findings);

        json_add_bool(report, "proven", verification->count > 0 && verdict == VERDICT_OK);
        json_add(report, "canaries", verification->canaries);
        json_add(report, "crash", verification->crash);
        json_add(report, "findings", json_from_findings(&verification->findings));
        verification->canaries = verification->crash = NULL;
        return json_report_print(report, output);
}

static int verify(struct verification *verification, const struct options *options, struct output *output) {
        struct reason reason;
        int r;

        if (verification_prepare(verification, &reason) < 0) {
                message_error("prove verify: nothing was verified: %s", reason.text);
                return EXIT_FAILED;
        }
        verification_run(verification);
        if (verification->count == 0)
                message_note("no canary, and no panic of 'prove crash': nothing was armed");
        r = options_have(options, &option_json) ? print_json(verification, output)
                                                : findings_print(&verification->findings, &output->sink);
        if (r < 0)
                return EXIT_FAILED;
        if (verification_settle(verification, &reason) < 0) {
                message_error("prove verify: %s", reason.text);
                return EXIT_FAILED;
        }
        r = inventory_status(verification->session, verification->count);
        return r == EXIT_DONE ? prove_status(&verification->findings) : r;
}

/* What this machine remembers counts for its own stores alone. */
static int gather(struct verification *verification, const struct options *options) {
        const char *sources[SOURCES_MAX] = { "erst-dbg" };
        size_t named = options_texts(options, &option_source, sources), count = named;
        int r;

        if (named == 0)
                count = 1; /* ERST itself, where the kernel lets one, before what shows it */
        for (size_t i = 0; named == 0 && sources_default[i]; i++)
                sources[count++] = sources_default[i];
        if (named == 0)
                count = sources_add_archives("", sources, count);
        r = inventory_make(verification->session, sources, count, named > 0, &message_teller);
        if (r < 0)
                return r;
        verification->now = (uint64_t) time(NULL);
        verification->booted = proof_boot_seconds("", verification->now);
        (void) test_token_boot_id("", verification->boot_id);
        (void) system_file_line("", "/proc/sys/kernel/osrelease", verification->release,
                                sizeof(verification->release));
        machine_look("", &verification->machine);
        if (proof_read("", verification->settings.directory, &verification->proof) == ERR_VALUE)
                message_error("%s/" PROOF_NAME ": malformed: what was armed and proven is not known",
                              verification->settings.directory);
        r = named > 0 ? ERR_NOT_FOUND
                      : test_token_read("", verification->settings.directory, &verification->token);
        verification->has_token = r == 0;
        if (r == ERR_VALUE)
                message_error("%s/" TEST_TOKEN_NAME ": %s: remove it", verification->settings.directory,
                              error_text(r));
        r = session_load(verification->session);
        message_progress_end();
        return r;
}

static int verify_run(const struct options *options, void *context) {
        _cleanup_inventory_ struct session session = { 0 };
        struct verification *verification = calloc(1, sizeof(*verification));
        int status = EXIT_FAILED;

        if (!verification) {
                message_failure("prove verify", ERR_NO_MEMORY);
                return EXIT_FAILED;
        }
        verification->root = "";
        verification->session = &session;
        verification_init(verification);
        if (kdump_settings_load(options, &verification->settings) == 0 && gather(verification, options) == 0)
                status = verify(verification, options, context);
        verification_free(verification);
        free(verification);
        return status;
}

static const struct option *const options_taken[] = { &option_source, &option_config, NULL };

const struct verb verb_prove_verify = {
        .name = "prove verify",
        .operands = "",
        .summary = "after a reboot, say what came back and what came through",
        .description = "Of each canary of 'prove arm': unharmed, changed or gone; then it is cleared. Of\n"
                       "the panic of 'prove crash': by which way its log came, whether it is there from\n"
                       "its first part to the panic's own last lines, and how long the machine was away;\n"
                       "of kdump its manifest and image, too. 'check' remembers what was proven.\n",
        .options = options_taken,
        .statuses = PROVE_STATUSES,
        .run = verify_run,
};
