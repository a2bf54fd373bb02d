/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/cleared.h"

#include "base/error.h"

bool cleared_may_go(struct app *app, size_t count) {
        char question[80];
        struct text text = TEXT_ON(question);

        text_format(&text, "Clear %zu record%s for good?", count, text_plural(count));
        return console_ask(&app->console, question);
}

void cleared_tell_record(void *context, const struct catalog_record *row, int error) {
        struct app *app = context;
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(&row->record, &text);
        if (error == 0)
                console_note(&app->console, "cleared: %s", id);
        else if (error != ERR_INTERRUPTED) /* that has its one line, for all of them */
                console_problem(&app->console, "%s: not cleared: %s", id, error_text(error));
}

void cleared_tell_result(struct session *session, struct app *app, const struct clear_result *result) {
        bool unproved = false;
        size_t held = inventory_look_into_flash(app, &session->work, &unproved),
               gone = result->cleared_count - held;

        session->failed |= held > 0;
        console_note(&app->console, "cleared: %zu record%s, looked for again and gone%s%s", gone,
                     text_plural(gone), unproved ? "; a reset will prove it" : "",
                     result->failed_count + result->unverified_count + held > 0 ? "; NOT ALL" : "");
}
