/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/document.h"
#include "efi-app/redirection.h"
#include "efi-app/show-qr.h"
#include "efi-app/verb.h"
#include "store/report-json.h"
#include "store/show.h"

static const struct option option_qr = {
        .name = "qr",
        .help = "draw what crashed and the end of the log as QR codes",
};

static int print_json(struct app *app, const struct work *work, bool with_parts) {
        struct document document;

        report_put_shown(document_begin(&document, app), work, with_parts);
        return document_end(&document);
}

/* The bytes as they are where they go into a file; a person gets all of them visible. */
static int print_log(struct app *app, const struct work *work, enum show_form form) {
        bool as_stored = form == SHOW_RAW && app->output;
        const struct sink sink = as_stored ? redirection_sink(app) : console_sink(&app->console);
        int r = show_selected(work, form, &sink);

        if (r < 0 && as_stored)
                redirection_tell_error(app, r);
        return r;
}

static int show(struct app *app, const struct work *work) {
        const struct options *options = &app->options;
        enum show_form form = options_have(options, &option_raw)     ? SHOW_RAW
                              : options_have(options, &option_parts) ? SHOW_PARTS
                                                                     : SHOW_JOINED;

        if (options_have(options, &option_json))
                return print_json(app, work, form == SHOW_PARTS);
        if (options_have(options, &option_qr))
                return show_qr(app, work, form);
        return print_log(app, work, form);
}

static int show_run(const struct options *options, void *context) {
        struct app *app = context;
        bool json = options_have(options, &option_json);
        struct inventory inventory;
        size_t count = 0;
        bool loaded;
        int status;

        if (json && (options_have(options, &option_raw) || options_have(options, &option_qr))) {
                console_problem(&app->console, "show: --json excludes --raw and --qr; try --help");
                return EXIT_USAGE;
        }
        loaded = inventory_load(&inventory, app) == 0;
        if (loaded)
                count = inventory_select(&inventory, options);
        if (count > 0 && options->operand_count == 0 && !options_have(options, &option_all))
                (void) selection_mark_newest(&inventory.session.work);
        if (loaded && (json || count > 0) && show(app, &inventory.session.work) < 0)
                inventory.session.failed = true;
        status = inventory_status(&inventory, count);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source, &option_all, &option_raw, &option_parts, &option_qr, &option_json, NULL,
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
