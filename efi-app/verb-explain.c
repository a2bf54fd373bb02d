/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/document.h"
#include "efi-app/verb.h"
#include "store/explain.h"
#include "store/report-json.h"

static int explain(struct app *app, const struct work *work) {
        const struct sink sink = console_sink(&app->console);
        struct document document;

        if (!options_have(&app->options, &option_json))
                return explain_selected(work, &sink);
        report_put_explained(document_begin(&document, app), work);
        return document_end(&document);
}

static int explain_run(const struct options *options, void *context) {
        struct app *app = context;
        struct inventory inventory;
        bool loaded = inventory_load(&inventory, app) == 0;
        size_t count = 0;
        int status;

        if (loaded)
                count = inventory_select(&inventory, options);
        if (count > 0 && options->operand_count == 0 && !options_have(options, &option_all))
                (void) selection_mark_newest(&inventory.session.work);
        if (loaded && explain(app, &inventory.session.work) < 0)
                inventory.session.failed = true;
        status = inventory_status(&inventory, count);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = { &option_source, &option_all, &option_json, NULL };

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
