/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/judgement.h"
#include "linux-tool/output/json-check.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"

/* The exit status is the verdict's number; a check that could not be made is unknown. */
static int check_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_judgement_ struct judgement *judgement = NULL;
        int r = judgement_make(options, &judgement);

        if (r == 0 && options_have(options, &option_json))
                r = json_report_print(json_from_check(&judgement->facts, &judgement->findings), output);
        else if (r == 0)
                r = check_print(&judgement->facts, &judgement->findings, &output->sink);
        return (int) (r < 0 ? VERDICT_UNKNOWN : findings_worst(&judgement->findings));
}

static const struct option *const options_taken[] = { &option_source, NULL };

const struct verb verb_check = {
        .name = "check",
        .summary = "will a crash on this machine leave a trace?",
        .operands = "",
        .description = "A verdict, and the facts behind it: stores, their space, the records that wait\n"
                       "in them, which back end the kernel writes to, and what mends what is wrong;\n"
                       "and how often this machine has crashed of late, and where that lies.\n"
                       "The exit status is that of a monitoring plug-in.\n",
        .options = options_taken,
        .statuses = "0 OK, 1 WARNING, 2 CRITICAL or usage, 3 UNKNOWN",
        .unheard = VERDICT_UNKNOWN,
        .run = check_run,
};
