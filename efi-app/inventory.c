/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/inventory.h"
#include "base/error.h"
#include "efi-app/variable-home.h"
#include "store/no-records.h"

static void tell_error(void *context, const char *subject, const char *what) {
        console_problem(context, "%s: %s", subject, what);
}

static void tell_note(void *context, const char *what) {
        console_note(context, "%s", what);
}

int inventory_load(struct inventory *inventory, struct app *app) {
        struct session *session = &inventory->session;
        struct stores *stores = &inventory->stores;

        inventory->observer = console_observer(&app->console);
        inventory->teller = (struct teller){ &app->console, tell_error, tell_note };
        stores_open(stores, app);
        session_init(session, &app->allocator, codec_builtin, codec_builtin_count, &inventory->observer,
                     &inventory->teller);
        session->named = options_have(&app->options, &option_source);
        for (enum store store = 0; store < STORE_END; store++)
                if (stores->wanted[store])
                        session_add(session, &stores->sources[store], stores->errors[store]);
        return session_load(session);
}

void inventory_free(struct inventory *inventory) {
        session_free(&inventory->session);
        stores_close(&inventory->stores);
}

int inventory_status(const struct inventory *inventory, size_t count) {
        if (inventory->session.failed || inventory->stores.app->console.error < 0)
                return EXIT_FAILED;
        return count > 0 ? EXIT_DONE : EXIT_NOTHING;
}

void inventory_note_none(const struct inventory *inventory) {
        char line[NO_RECORDS_SIZE];
        struct text text = TEXT_ON(line);

        no_records_describe(&inventory->session, &text);
        console_note(&inventory->stores.app->console, "%s", line);
}

size_t inventory_select(struct inventory *inventory, const struct options *options) {
        const struct selection selection = { .ids = options->operands, .id_count = options->operand_count };
        int r = session_select(&inventory->session, &selection);

        if (r == 0)
                inventory_note_none(inventory);
        return r > 0 ? (size_t) r : 0;
}

static int open_output(void *context, struct dump_target *ret_target) {
        struct inventory_output *to = context;
        int r = output_open(&to->output, to->app);

        if (r == 0) {
                *ret_target = esp_dump_target(&to->output.directory);
                return 0;
        }
        console_problem(&to->app->console, "cannot write to %s: %s", to->volume, error_text(r));
        output_offer_others(to->app);
        return r;
}

static void close_output(void *context) {
        struct inventory_output *to = context;

        output_close(&to->output);
}

static void tell_failed_copy(void *context, const struct catalog_record *row, int error) {
        struct inventory_output *to = context;
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        if (error == 0 || error == ERR_INTERRUPTED) /* that has its one line, for all of them */
                return;
        record_format_id(&row->record, &text);
        console_problem(&to->app->console, "%s: not saved: %s", id, error_text(error));
}

/* Once, however many records are concerned. */
static void tell_failed_target(void *context, const struct dump_result *result) {
        const struct inventory_output *to = context;

        console_problem(&to->app->console, "%s: %s: %zu of %zu records not saved", to->volume,
                        error_text(result->target_error), result->refused_count,
                        result->record_count + result->failed_count);
}

struct session_target inventory_target(struct inventory_output *to, struct app *app) {
        struct text name = TEXT_ON(to->name), volume = TEXT_ON(to->volume);

        to->app = app;
        output_put_name(app, &name);
        output_put_volume(app, &volume);
        return (struct session_target){
                .context = to,
                .name = to->name,
                .elsewhere = "give --output with a volume on a disk",
                .open = open_output,
                .close = close_output,
                .origin = { .program = "pstore-fw " VERSION " (UEFI application)",
                            .seconds = clock_seconds(app) },
                .report = tell_failed_copy,
                .failed = tell_failed_target,
        };
}

/* Where the place is what is wrong another one helps. */
static bool is_of_place(int error) {
        return error == ERR_READ_ONLY || error == ERR_NO_SPACE || error == ERR_IO || error == ERR_PERMISSION;
}

void inventory_tell_saved(struct app *app, const struct dump_result *result) {
        char name[OUTPUT_PATH_SIZE];
        struct text text = TEXT_ON(name);

        if (result->record_count + result->failed_count == 0)
                return;
        output_put_name(app, &text);
        console_note(&app->console, "saved: %zu record%s of %zu event%s in %s, %zu file%s new%s",
                     result->record_count, text_plural(result->record_count), result->event_count,
                     text_plural(result->event_count), name, result->file_count,
                     text_plural(result->file_count), result->failed_count ? ", NOT ALL" : "");
        if (is_of_place(result->first_error))
                output_offer_others(app);
}

size_t inventory_look_into_flash(struct app *app, const struct work *work, bool *ret_unproved) {
        struct variable_home home;
        size_t held = 0;

        variable_home_look(app, &home);
        for (size_t i = 0; i < work->catalog->row_count; i++) {
                const struct record *record = &work->catalog->rows[i]->record;
                int r;

                if (record->store != RECORD_STORE_EFI || !work_is_selected(work, record) ||
                    work_state_of(work, record)->outcome < 0)
                        continue;
                r = variable_home_holds(&home, record->name);
                if (r > 0)
                        console_problem(
                                &app->console,
                                "efi:%s: gone from the list, but not from the flash: a reset brings it back",
                                record->name);
                held += r > 0;
                *ret_unproved |= r < 0;
        }
        variable_home_free(&home);
        return held;
}
