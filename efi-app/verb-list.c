/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"
#include "store/list.h"

static int list_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct inventory inventory;
        const struct session *session = &inventory.session;
        int status;

        (void) options;
        (void) inventory_load(&inventory, app); /* without memory the list is empty, and it has failed */
        if (session->catalog.record_count == 0 && !session->failed)
                inventory_note_none(&inventory);
        else if (list_catalog(&session->catalog, &sink) < 0)
                inventory.session.failed = true;
        status = inventory_status(&inventory, session->catalog.record_count);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source,
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
