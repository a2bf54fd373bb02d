/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/document.h"
#include "efi-app/verb.h"
#include "store/list.h"
#include "store/report-json.h"

static int print_json(struct app *app, struct session *session) {
        const struct selection all = { 0 };
        struct document document;

        (void) session_select(session, &all);
        report_put_list(document_begin(&document, app), &session->work);
        return document_end(&document);
}

static int list_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct inventory inventory;
        const struct session *session = &inventory.session;
        bool loaded = inventory_load(&inventory, app) == 0;
        int status, r = 0;

        if (session->catalog.record_count == 0 && !session->failed)
                inventory_note_none(&inventory);
        if (!options_have(options, &option_json))
                r = list_catalog(&session->catalog, &sink); /* without memory empty, and it has failed */
        else if (loaded)
                r = print_json(app, &inventory.session);
        if (r < 0)
                inventory.session.failed = true;
        status = inventory_status(&inventory, session->catalog.record_count);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source,
        &option_json,
        NULL,
};

const struct verb verb_list = {
        .name = "list",
        .operands = "",
        .summary = "events and records",
        .description = "An event is one oops or panic, with all the records into which the kernel cut\n"
                       "its log. The ids are what the other verbs take.\n",
        .options = options_taken,
        .run = list_run,
};
