/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"
#include "store/show.h"

static enum show_form wanted_form(const struct options *options) {
        if (options_have(options, &option_raw))
                return SHOW_RAW;
        return options_have(options, &option_parts) ? SHOW_PARTS : SHOW_JOINED;
}

static int show_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        const struct selection selection = { .ids = options->operands, .id_count = options->operand_count };
        struct session session;
        int status;

        session_open(&session, app);
        if (session_select(&session, &selection, &status) > 0) {
                if (options->operand_count == 0 && !options_have(options, &option_all))
                        selection_mark_newest(&session.work);
                status = session_status(&session, show_selected(&session.work, wanted_form(options), &sink));
        }
        session_close(&session);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source, &option_all, &option_raw, &option_parts, NULL,
};

const struct verb verb_show = {
        .name = "show",
        .operands = "[ID...]",
        .summary = "the log of the newest event, or of those named",
        .description = "On the console control characters are made visible; into a file every byte goes\n"
                       "as it is.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = show_run,
};
