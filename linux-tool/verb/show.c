/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/show.h"
#include "base/error.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/verbs.h"
#include "posix/memory.h"
#include "store/selection.h"
#include "store/show-html.h"

static const struct option option_html = { "html", 0, NULL, "one page for a browser, whole by itself" };

static int print_json(const struct work *work, bool with_parts, struct output *output) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        report_put_shown(&json, work, with_parts);
        return json_report_print(json_piece_end(&json), output);
}

static int show(const struct options *options, const struct session *session, struct output *output) {
        if (options_have(options, &option_json))
                return print_json(&session->work, options_have(options, &option_parts), output);
        if (options_have(options, &option_html))
                return show_html(session, "pstore-fw " VERSION, &output->sink);
        if (options_have(options, &option_raw))
                return show_selected(&session->work, SHOW_RAW, &output->sink);
        if (options_have(options, &option_parts))
                return show_selected(&session->work, SHOW_PARTS, &output->sink);
        return show_selected(&session->work, SHOW_JOINED, &output->sink);
}

static const char *conflict_of(const struct options *options) {
        if (options_have(options, &option_all) && options->operand_count > 0)
                return "--all and ids exclude each other";
        if (options_have(options, &option_raw) && options_have(options, &option_parts))
                return "--raw and --parts exclude each other";
        if (options_have(options, &option_raw) && options_have(options, &option_json))
                return "--raw and --json exclude each other: JSON cannot hold every byte";
        if (options_have(options, &option_html) &&
            (options_have(options, &option_raw) || options_have(options, &option_parts) ||
             options_have(options, &option_json)))
                return "--html excludes --raw, --parts and --json";
        return NULL;
}

static int show_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_inventory_ struct session session = { 0 };
        const char *conflict = conflict_of(options);
        int count;

        if (conflict) {
                message_error("show: %s; try 'pstore-fw show --help'", conflict);
                return EXIT_USAGE;
        }
        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        if (options->operand_count > 0 || options_have(options, &option_all)) {
                count = inventory_select(&session, options);
        } else {
                if (session.catalog.event_count > 1)
                        message_note("the newest of %zu events; --all shows all",
                                     session.catalog.event_count);
                count = selection_mark_newest(&session.work);
        }
        if (count < 0)
                return inventory_status(&session, 0);
        if (count == 0 && session.catalog.record_count == 0 && !session.failed)
                inventory_note_none(&session);
        if ((count > 0 || options_have(options, &option_json)) && show(options, &session, output) < 0)
                return EXIT_FAILED;
        return inventory_status(&session, (size_t) count);
}

static const struct option *const options_taken[] = {
        &option_source,  &option_all,  &option_raw,      &option_parts,
        &option_deleted, &option_html, &option_no_pager, NULL,
};

const struct verb verb_show = {
        .name = "show",
        .operands = "[ID...]",
        .summary = "print the log of an event, joined in time order, decompressed",
        .description = "Without an id and without --all it is the newest event's. Missing parts are\n"
                       "named where they are missing. On a terminal control characters are made\n"
                       "visible; to a file or a pipe every byte goes as it is. --html is for a browser:\n"
                       "log, trace, parts, gaps and space in one file that loads nothing.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .may_be_long = true,
        .run = show_run,
};
