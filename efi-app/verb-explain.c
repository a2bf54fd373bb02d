/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"
#include "store/explain.h"

static int explain_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct inventory inventory;
        size_t count = 0;
        int status;

        if (inventory_load(&inventory, app) == 0)
                count = inventory_select(&inventory, options);
        if (count > 0 && options->operand_count == 0 && !options_have(options, &option_all))
                (void) selection_mark_newest(&inventory.session.work);
        if (count > 0 && explain_selected(&inventory.session.work, &sink) < 0)
                inventory.session.failed = true;
        status = inventory_status(&inventory, count);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = { &option_source, &option_all, NULL };

const struct verb verb_explain = {
        .name = "explain",
        .operands = "[ID...]",
        .summary = "what crashed, of the newest event or of those named",
        .description = "The title, the signature, which is equal for the same bug on another boot and\n"
                       "machine, the trace, and which of several problems came first.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = explain_run,
};
