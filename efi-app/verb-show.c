/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"
#include "store/show.h"

static enum show_form wanted_form(const struct options *options) {
        if (options_has(options, OPTION_RAW))
                return SHOW_RAW;
        return options_has(options, OPTION_PARTS) ? SHOW_PARTS : SHOW_JOINED;
}

int verb_show(struct app *app) {
        const struct sink sink = console_sink(&app->console);
        const struct options *options = &app->options;
        const struct selection selection = { .ids = options->ids, .id_count = options->id_count };
        struct session session;
        int status;

        session_open(&session, app);
        if (session_select(&session, &selection, &status) > 0) {
                if (options->id_count == 0 && !options_has(options, OPTION_ALL))
                        selection_mark_newest(&session.catalog);
                status = session_status(&session,
                                        show_selected(&session.catalog, wanted_form(options), &sink));
        }
        session_close(&session);
        return status;
}
