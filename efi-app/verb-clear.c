/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/esp.h"
#include "efi-app/verb.h"
#include "store/clear.h"

static int read_selection(struct app *app, struct selection *ret_selection) {
        const struct options *options = &app->options;
        const char *age = options->values[OPTION_OLDER_THAN], *keep = options->values[OPTION_KEEP];
        uint64_t seconds = 0, number = 0, now = clock_seconds(app);

        if (options->id_count == 0 && !options_has(options, OPTION_ALL) &&
            !options_has(options, OPTION_DUMPED) && !age && !keep) {
                console_problem(&app->console, "clear: name records or events, or say --all");
                return ERR_INVALID_ARGUMENT;
        }
        if (age && options_parse_duration(age, &seconds) < 0) {
                console_problem(&app->console, "--older-than %s: is no duration such as 30d", age);
                return ERR_INVALID_ARGUMENT;
        }
        if (keep && options_parse_number(keep, &number) < 0) {
                console_problem(&app->console, "--keep %s: is no number", keep);
                return ERR_INVALID_ARGUMENT;
        }
        *ret_selection = (struct selection){
                .ids = options->ids,
                .id_count = options->id_count,
                .only_crashes = !options_has(options, OPTION_ALL),
                .limit_age = age,
                .made_before = now > seconds ? now - seconds : 0,
                .keep_events = number,
        };
        return 0;
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
        r = dump_keep_dumped(&session->catalog, &target);
        esp_close(&esp);
        return r;
}

static int list_only(struct session *session) {
        const struct sink sink = console_sink(&session->machine.app->console);

        for (size_t i = 0; i < session->catalog.record_count; i++) {
                char id[RECORD_ID_SIZE];
                struct text text = TEXT_ON(id);

                if (!catalog_row(session->catalog.records[i])->selected)
                        continue;
                record_format_id(session->catalog.records[i], &text);
                sink_format(&sink, "would be cleared: %s\n", id);
        }
        return session_status(session, 0);
}

static bool is_agreed(struct app *app, size_t count) {
        char question[80];
        struct text text = TEXT_ON(question);

        if (options_has(&app->options, OPTION_YES))
                return true;
        text_format(&text, "Clear %zu record%s for good?", count, text_plural(count));
        return console_ask(&app->console, question);
}

static int clear_saved(struct session *session) {
        struct app *app = session->machine.app;
        struct clear_result result;
        int copy_error, r;

        copy_error = session_dump(session);
        if (selection_keep_saved(&session->catalog) == 0)
                return EXIT_FAILED;
        r = clear_selected(&session->catalog, tell_cleared, &app->console, &result);
        console_note(&app->console, "cleared: %zu record%s, looked for again and gone%s",
                     result.cleared_count, text_plural(result.cleared_count),
                     result.failed_count + result.unverified_count > 0 ? "; NOT ALL" : "");
        return session_status(session, copy_error < 0 ? copy_error : r);
}

static int clear_selection(struct session *session, size_t count) {
        struct app *app = session->machine.app;

        if (options_has(&app->options, OPTION_DUMPED)) {
                int kept = keep_dumped(session);

                if (kept < 0) {
                        console_problem(&app->console, "dumps: %s", error_text(kept));
                        return EXIT_FAILED;
                }
                count = (size_t) kept;
        }
        if (count == 0) {
                console_note(&app->console, "no records");
                return EXIT_NOTHING_FOUND;
        }
        if (options_has(&app->options, OPTION_DRY_RUN))
                return list_only(session);
        return is_agreed(app, count) ? clear_saved(session) : EXIT_FAILED;
}

int verb_clear(struct app *app) {
        struct selection selection;
        struct session session;
        int status, count;

        if (read_selection(app, &selection) < 0)
                return EXIT_USAGE;
        session_open(&session, app);
        count = session_select(&session, &selection, &status);
        if (count > 0)
                status = clear_selection(&session, (size_t) count);
        session_close(&session);
        return status;
}
