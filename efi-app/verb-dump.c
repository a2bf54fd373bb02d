/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"

int verb_dump(struct app *app) {
        const struct selection selection = { .ids = app->options.ids, .id_count = app->options.id_count };
        struct session session;
        int status;

        session_open(&session, app);
        if (session_select(&session, &selection, &status) > 0)
                status = session_status(&session, session_dump(&session));
        session_close(&session);
        return status;
}
