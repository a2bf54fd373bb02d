/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"
#include "store/list.h"

int verb_list(struct app *app) {
        const struct sink sink = console_sink(&app->console);
        struct session session;
        int status;

        session_open(&session, app);
        if (session.catalog.record_count == 0 && session.error == 0) {
                console_note(&app->console, "no records");
                status = EXIT_NOTHING_FOUND;
        } else {
                status = session_status(&session, list_catalog(&session.catalog, &sink));
        }
        session_close(&session);
        return status;
}
