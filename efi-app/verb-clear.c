/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "cli/retire-options.h"
#include "efi-app/cleared.h"
#include "efi-app/verb.h"

static int agree(void *context, size_t count, size_t archive_count) {
        struct app *app = context;

        (void) archive_count; /* firmware keeps none */
        return options_have(&app->options, &option_yes) || cleared_may_go(app, count) ? 0 : ERR_INTERRUPTED;
}

static void tell_copies(void *context, const struct dump_result *copies) {
        inventory_tell_saved(context, copies);
}

static void list_only(const struct work *work, const struct sink *sink) {
        for (size_t i = 0; i < work->catalog->record_count; i++) {
                const struct record *record = work->catalog->records[i];
                char id[RECORD_ID_SIZE];
                struct text text = TEXT_ON(id);

                if (!work_is_selected(work, record))
                        continue;
                record_format_id(record, &text);
                sink_format(sink, "would be cleared: %s\n", id);
        }
}

/* The status. Firmware answers by itself: what cannot be verified here has failed. */
static int clear(struct inventory *inventory, const struct options *options) {
        struct app *app = inventory->stores.app;
        const struct retire_front front = {
                .context = app,
                .agree = agree,
                .copied = tell_copies,
                .cleared = cleared_tell_record,
        };
        const struct sink sink = console_sink(&app->console);
        struct inventory_output output;
        const struct session_target target = inventory_target(&output, app);
        struct session *session = &inventory->session;
        const struct retire_wish wish = retire_options_wish(options, target.origin.seconds, session->named);
        struct retire_result result;
        int r;

        r = retire_records(session, &wish, &target, &front, &result);
        if (r == ERR_UNKNOWN_ID)
                return inventory_status(inventory, 0);
        if (r < 0)
                return EXIT_FAILED;
        if (wish.dry_run)
                list_only(&session->work, &sink);
        if (result.saved_count > 0)
                cleared_tell_result(session, app, &result.cleared);
        session->failed |= result.cleared.unverified_count > 0;
        return inventory_status(inventory, result.selected_count);
}

static int clear_run(const struct options *options, void *context) {
        struct app *app = context;
        const char *misuse = retire_options_misuse(options);
        struct inventory inventory;
        int status = EXIT_FAILED;

        if (misuse) {
                console_problem(&app->console, "clear: %s; try --help", misuse);
                return EXIT_USAGE;
        }
        if (inventory_load(&inventory, app) == 0)
                status = clear(&inventory, options);
        inventory_free(&inventory);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source,  &option_all, &option_dumped,        &option_older_than, &option_keep,
        &option_dry_run, &option_yes, &option_volatile_copy, &option_output,     NULL,
};

const struct verb verb_clear = {
        .name = "clear",
        .operands = "[ID...]",
        .summary = "copy to the ESP, erase, and look again",
        .description = "Says which records by ids or by options, which narrow each other. What has no\n"
                       "flushed and compared copy is not erased. Asks, unless --yes is given.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = clear_run,
};
