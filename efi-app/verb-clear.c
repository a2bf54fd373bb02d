/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/esp-dump-target.h"
#include "efi-app/verb.h"
#include "store/clear.h"

static bool says_which(const struct options *options) {
        return options->operand_count > 0 || options_have(options, &option_all) ||
               options_have(options, &option_dumped) || options_have(options, &option_older_than) ||
               options_have(options, &option_keep);
}

static struct selection selection_of(const struct options *options, uint64_t now) {
        uint64_t age = options_number(options, &option_older_than);

        return (struct selection){
                .ids = options->operands,
                .id_count = options->operand_count,
                .only_crashes = !options_have(options, &option_all),
                .limit_age = options_have(options, &option_older_than),
                .made_before = now > age ? now - age : 0,
                .keep_events = options_number(options, &option_keep),
        };
}

static void tell_cleared(void *context, const struct catalog_record *row, int error) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(&row->record, &text);
        if (error == 0)
                console_note(context, "cleared: %s", id);
        else
                console_problem(context, "%s: not cleared: %s", id, error_text(error));
}

static int keep_dumped(struct session *session) {
        struct dump_target target;
        struct esp esp;
        int r;

        r = esp_open(&esp, session->machine.app);
        if (r < 0)
                return r;
        target = esp_dump_target(&esp);
        r = dump_keep_dumped(&session->work, &target);
        esp_close(&esp);
        return r;
}

static int list_only(struct session *session) {
        const struct sink sink = console_sink(&session->machine.app->console);

        for (size_t i = 0; i < session->catalog.record_count; i++) {
                char id[RECORD_ID_SIZE];
                struct text text = TEXT_ON(id);

                if (!work_is_selected(&session->work, session->catalog.records[i]))
                        continue;
                record_format_id(session->catalog.records[i], &text);
                sink_format(&sink, "would be cleared: %s\n", id);
        }
        return session_status(session, 0);
}

static bool is_agreed(struct app *app, size_t count) {
        char question[80];
        struct text text = TEXT_ON(question);

        if (options_have(&app->options, &option_yes))
                return true;
        text_format(&text, "Clear %zu record%s for good?", count, text_plural(count));
        return console_ask(&app->console, question);
}

static int clear_saved(struct session *session) {
        struct app *app = session->machine.app;
        struct clear_result result;
        int copy_error, r;

        copy_error = session_dump(session);
        if (selection_keep_saved(&session->work) == 0)
                return EXIT_FAILED;
        r = clear_selected(&session->work, tell_cleared, &app->console, &result);
        console_note(&app->console, "cleared: %zu record%s, looked for again and gone%s",
                     result.cleared_count, text_plural(result.cleared_count),
                     result.failed_count + result.unverified_count > 0 ? "; NOT ALL" : "");
        return session_status(session, copy_error < 0 ? copy_error : r);
}

static int clear_selection(struct session *session, size_t count) {
        struct app *app = session->machine.app;

        if (options_have(&app->options, &option_dumped)) {
                int kept = keep_dumped(session);

                if (kept < 0) {
                        console_problem(&app->console, "dumps: %s", error_text(kept));
                        return EXIT_FAILED;
                }
                count = (size_t) kept;
        }
        if (count == 0) {
                console_note(&app->console, "no records");
                return EXIT_NOTHING;
        }
        if (options_have(&app->options, &option_dry_run))
                return list_only(session);
        return is_agreed(app, count) ? clear_saved(session) : EXIT_FAILED;
}

static int clear_run(const struct options *options, void *context) {
        struct app *app = context;
        struct selection selection;
        struct session session;
        int status, count;

        if (!says_which(options)) {
                console_problem(&app->console, "clear: name records or events, or say --all");
                return EXIT_USAGE;
        }
        selection = selection_of(options, clock_seconds(app));
        session_open(&session, app);
        count = session_select(&session, &selection, &status);
        if (count > 0)
                status = clear_selection(&session, (size_t) count);
        session_close(&session);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source, &option_all,     &option_dumped, &option_older_than,
        &option_keep,   &option_dry_run, &option_yes,    NULL,
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
