/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/esp-dump-target.h"
#include "efi-app/verb.h"

void session_open(struct session *session, struct app *app) {
        session->observer = console_observer(&app->console);
        session->work = (struct work){ 0 };
        machine_open(&session->machine, app);
        session->error =
                machine_load(&session->machine, &session->catalog, &session->work, &session->observer);
}

void session_close(struct session *session) {
        work_free(&session->work);
        catalog_free(&session->catalog);
        machine_close(&session->machine);
}

int session_status(const struct session *session, int error) {
        bool failed = error < 0 || session->error < 0 || session->machine.app->console.error < 0;

        return failed ? EXIT_FAILED : EXIT_DONE;
}

int session_select(struct session *session, const struct selection *selection, int *ret_status) {
        struct console *console = &session->machine.app->console;
        const char *unknown = NULL;
        int r;

        if (!session->work.catalog) {
                *ret_status = EXIT_FAILED; /* no memory, which has its line */
                return 0;
        }
        r = selection_mark(&session->work, selection, &unknown);
        if (r > 0)
                return r;
        if (r == ERR_UNKNOWN_ID)
                console_problem(console, "%s: %s", unknown, error_text(r));
        else
                console_note(console, "no records");
        *ret_status = session->error < 0 ? EXIT_FAILED : EXIT_NOTHING;
        return 0;
}

static void tell_failed_copy(void *context, const struct catalog_record *row, int error) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        if (error == 0)
                return;
        record_format_id(&row->record, &text);
        console_problem(context, "%s: not saved: %s", id, error_text(error));
}

int session_dump(struct session *session) {
        struct app *app = session->machine.app;
        const struct dump_origin origin = {
                .program = "pstore-fw " VERSION " (UEFI application)",
                .seconds = clock_seconds(app),
        };
        struct dump_result result;
        struct dump_target target;
        struct esp esp;
        int r;

        r = esp_open(&esp, app);
        if (r < 0) {
                console_problem(&app->console, "cannot write to where the application was started from: %s",
                                error_text(r));
                return r;
        }
        target = esp_dump_target(&esp);
        r = dump_selected(&session->work, &target, &origin, tell_failed_copy, &app->console, &result);
        console_note(&app->console, "saved: %zu record%s of %zu event%s in %s, %zu file%s new%s",
                     result.record_count, text_plural(result.record_count), result.event_count,
                     text_plural(result.event_count), ESP_DUMP_DIRECTORY_SHOWN, result.file_count,
                     text_plural(result.file_count), result.failed_count ? ", NOT ALL" : "");
        esp_close(&esp);
        return r;
}
