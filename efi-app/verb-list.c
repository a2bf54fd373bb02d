/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"
#include "store/list.h"

static int list_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct session session;
        int status;

        (void) options;
        session_open(&session, app);
        if (session.catalog.record_count == 0 && session.error == 0) {
                console_note(&app->console, "no records");
                status = EXIT_NOTHING;
        } else {
                status = session_status(&session, list_catalog(&session.catalog, &sink));
        }
        session_close(&session);
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
