/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/redirection.h"
#include "efi-app/show-qr.h"
#include "efi-app/verb.h"
#include "store/show.h"

static const struct option option_qr = {
        .name = "qr",
        .help = "draw what crashed and the end of the log as QR codes",
};

/* The bytes as they are where they go into a file; a person gets all of them visible. */
static int show(struct app *app, const struct work *work, enum show_form form) {
        bool as_stored = form == SHOW_RAW && app->output;
        const struct sink sink = as_stored ? redirection_sink(app) : console_sink(&app->console);
        int r = show_selected(work, form, &sink);

        if (r < 0 && as_stored)
                console_problem(&app->console, "standard output: %s",
                                r == ERR_NOT_SUPPORTED
                                        ? "the shell changes what goes there: use '>', not '>a'"
                                        : error_text(r));
        return r;
}

static int show_run(const struct options *options, void *context) {
        struct app *app = context;
        enum show_form form = options_have(options, &option_parts) ? SHOW_PARTS : SHOW_JOINED;
        struct inventory inventory;
        size_t count = 0;
        int status;

        if (options_have(options, &option_raw))
                form = SHOW_RAW;
        if (inventory_load(&inventory, app) == 0)
                count = inventory_select(&inventory, options);
        if (count > 0 && options->operand_count == 0 && !options_have(options, &option_all))
                (void) selection_mark_newest(&inventory.session.work);
        if (count > 0 && (options_have(options, &option_qr) ? show_qr(app, &inventory.session.work, form)
                                                            : show(app, &inventory.session.work, form)) < 0)
                inventory.session.failed = true;
        status = inventory_status(&inventory, count);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source, &option_all, &option_raw, &option_parts, &option_qr, NULL,
};

const struct verb verb_show = {
        .name = "show",
        .operands = "[ID...]",
        .summary = "the log of the newest event, or of those named",
        .description = "Control characters are made visible; but with --raw every byte goes into a file\n"
                       "('> FILE') as it is. QR codes are plain text for a telephone.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = show_run,
};
