/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>

#include "base/error.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/retention.h"
#include "linux-tool/save.h"
#include "linux-tool/settings.h"
#include "linux-tool/tell/metrics.h"
#include "linux-tool/tell/run.h"
#include "linux-tool/verb/verbs.h"

/* All that a run has to do with, and at its end what came of it: whoever tells of a run needs no more. */
struct collecting {
        struct settings settings;
        bool dry_run;
        struct save_directory directory;
        struct dump_target files; /* open, and locked, from before the stores are read */
        struct session session;
        struct collect_result result;
        struct retention removed; /* what was too old */
};

static const struct option option_settings = {
        .name = "config",
        .argument = "FILE",
        .help = "settings (default: " SETTINGS_PATH ")",
        .wanted = "is no file",
};

/* --- the directory, which stays open for the whole run ------------------------------------------ */

static int lend_directory(void *context, struct dump_target *ret_target) {
        const struct collecting *collecting = context;

        *ret_target = collecting->files;
        return 0;
}

static void take_back_directory(void *context) {
        (void) context;
        message_progress_end();
}

static struct session_target lent_target(struct collecting *collecting) {
        struct session_target target = save_target(&collecting->directory);

        target.context = collecting;
        target.open = lend_directory;
        target.close = take_back_directory;
        return target;
}

/* --- how much stays ----------------------------------------------------------------------------- */

static struct retention_limits limits_of(const struct settings *settings) {
        return (struct retention_limits){ settings->keep_events, settings->keep_bytes };
}

static bool is_limited(const struct settings *settings) {
        return settings->keep_events > 0 || settings->keep_bytes > 0;
}

static void plan(void *context, struct work *work) {
        struct collecting *collecting = context;
        const struct retention_limits limits = limits_of(&collecting->settings);
        struct retention retention = { 0 };
        int r = 0;

        if (!is_limited(&collecting->settings))
                return;
        if (collecting->directory.files.fd >= 0)
                r = retention_read(collecting->directory.files.fd, &retention);
        if (r == 0)
                r = retention_plan(&retention, &limits, &collecting->files, work);
        /* Without a plan more is adopted than stays. */
        if (r < 0)
                message_failure(collecting->directory.path, r);
        retention_free(&retention);
}

/* Not in a dry run. What cannot be removed now is the next run's, and whoever needs the name says so. */
static void tidy(const struct collecting *collecting) {
        if (!collecting->dry_run && collecting->directory.files.fd >= 0)
                (void) retention_tidy(collecting->directory.files.fd);
}

static void prune(struct collecting *collecting) {
        const struct retention_limits limits = limits_of(&collecting->settings);
        int fd = collecting->directory.files.fd;
        struct reason reason;

        if (collecting->dry_run || fd < 0 || !is_limited(&collecting->settings) ||
            collecting->result.copies.failed_count > 0)
                return;
        if (retention_prune(fd, &limits, &collecting->session.work, &collecting->removed, &reason) == 0)
                return;
        message_error("%s: %s", collecting->directory.path, reason.text);
        collecting->session.failed = true;
}

/* --- what is told ------------------------------------------------------------------------------- */

static void tell_copies(void *context, const struct dump_result *copies) {
        const struct collecting *collecting = context;

        save_tell_failure(&collecting->directory, copies);
}

static int print_planned(const struct collecting *collecting, const struct sink *sink) {
        const struct catalog *catalog = &collecting->session.catalog;
        int r = 0;

        for (size_t i = 0; i < catalog->event_count && r == 0; i++) {
                const struct event *event = &catalog->events[i];
                const struct work *work = &collecting->session.work;
                const struct work_state *state = work_state_of(work, catalog->records[event->first]);
                char name[EVENT_NAME_SIZE];
                struct text text = TEXT_ON(name);

                event_format_name(event, &text);
                if (!state->saved && !state->surplus)
                        r = sink_format(sink, "%s  %zu record%s would be copied\n", name, event->record_count,
                                        text_plural(event->record_count));
        }
        return r;
}

static struct json_object *json_from_new_event(const struct work *work, const struct event *event) {
        char name[EVENT_NAME_SIZE], place[EVENT_NAME_SIZE + 16];
        struct text name_text = TEXT_ON(name), place_text = TEXT_ON(place);
        unsigned number = 0;
        struct json_object *object;

        for (size_t i = 0; i < event->record_count; i++) {
                const struct work_state *state =
                        work_state_of(work, work->catalog->records[event->first + i]);

                if (state->saved && state->is_new)
                        number = state->place;
        }
        if (number == 0)
                return NULL;
        event_format_name(event, &name_text);
        dump_format_place(event, number, &place_text);
        object = json_object_new_object();
        json_add_string(object, "event", name);
        json_add_string(object, "directory", place);
        json_add_number(object, "records", event->record_count);
        json_add_number(object, "bytes", event->log_size);
        return object;
}

static struct json_object *json_from_outcome(const struct collecting *collecting,
                                             const struct record *record) {
        const struct work_state *state = work_state_of(&collecting->session.work, record);
        struct json_object *object = json_object_new_object();

        json_add(object, "id", json_from_record_id(record));
        json_add_string(object, "source", catalog_row(record)->source->spec);
        json_add_bool(object, "saved", state->saved);
        json_add_bool(object, "new", state->is_new);
        json_add_bool(object, "cleared", !collecting->dry_run && state->selected && state->outcome == 0);
        json_add(object, "error", json_from_error(state->outcome, NULL));
        return object;
}

static int print_json(const struct collecting *collecting, struct output *output) {
        struct json_object *report = json_report_new("collect"), *events = json_object_new_array(),
                           *records = json_object_new_array(), *removed = json_object_new_array();
        const struct work *work = &collecting->session.work;
        const struct collect_result *result = &collecting->result;

        json_add_string(report, "directory", collecting->directory.path);
        json_add_bool(report, "dry_run", collecting->dry_run);
        json_add_number(report, "saved", result->copies.record_count);
        json_add_number(report, "cleared", result->cleared.cleared_count);
        json_add_number(report, "unverified", result->cleared.unverified_count);
        json_add_number(report, "kept", result->kept_count);
        json_add_number(report, "failed", result->copies.failed_count + result->cleared.failed_count);
        for (size_t i = 0; i < work->catalog->event_count; i++) {
                struct json_object *event = json_from_new_event(work, &work->catalog->events[i]);

                if (event)
                        json_object_array_add(events, event);
        }
        json_add(report, "events", events);
        for (size_t i = 0; i < work->catalog->record_count; i++)
                json_object_array_add(records, json_from_outcome(collecting, work->catalog->records[i]));
        json_add(report, "records", records);
        for (size_t i = 0; i < collecting->removed.count; i++)
                json_object_array_add(removed, json_from_text(text_view(collecting->removed.rows[i].name)));
        json_add(report, "removed", removed);
        return json_report_print(report, output);
}

static void note_copies(const struct collecting *collecting) {
        const struct collect_result *result = &collecting->result;

        message_note("%zu record%s safe in %s, %zu file%s written, %zu cleared", result->copies.record_count,
                     text_plural(result->copies.record_count), collecting->directory.path,
                     result->copies.file_count, text_plural(result->copies.file_count),
                     result->cleared.cleared_count);
        if (result->cleared.unverified_count > 0)
                message_note("erased: %zu, but this kernel gives no means to look into the store again: "
                             "list after the next boot tells whether they are gone",
                             result->cleared.unverified_count);
}

static void note_result(const struct collecting *collecting) {
        size_t safe = collecting->result.copies.record_count, removed = collecting->removed.count;

        if (collecting->session.work.count == 0)
                inventory_note_none(&collecting->session);
        else if (collecting->dry_run)
                message_note("%zu record%s safe in %s already, %zu would be cleared", safe, text_plural(safe),
                             collecting->directory.path, work_selected_count(&collecting->session.work));
        else
                note_copies(collecting);
        if (removed > 0)
                message_note(
                        "%zu old event%s or record%s removed: keep_events and keep_bytes say how many stay",
                        removed, text_plural(removed), text_plural(removed));
}

/*
 * Of sources that were named nobody knows whether they are this machine's. What failed before is told by
 * whoever runs it, and what was collected all the same is told here.
 */
static void tell(struct collecting *collecting, const struct options *options) {
        const struct telling telling = {
                .settings = &collecting->settings,
                .options = options,
                .directory = collecting->directory.path,
                .directory_fd = collecting->directory.files.fd,
                .target = &collecting->files,
                .work = &collecting->session.work,
                .saw_all = !collecting->session.failed,
                .ways = &news_ways,
                .exporter = METRICS_DIRECTORY,
        };

        if (!collecting->dry_run && !collecting->session.named && telling_run(&telling) < 0)
                collecting->session.failed = true;
}

/* --- the run ------------------------------------------------------------------------------------ */

static int collect(struct collecting *collecting, const struct options *options, struct output *output) {
        const struct collect_front front = {
                .context = collecting,
                .plan = plan,
                .copied = tell_copies,
                .cleared = save_tell_not_cleared,
        };
        const struct collect_wish wish = {
                .clear = collecting->settings.clear,
                .volatile_copy = options_have(options, &option_volatile_copy),
                .dry_run = collecting->dry_run,
        };
        const struct session_target target = lent_target(collecting);
        int r;

        tidy(collecting);
        if (inventory_load(&collecting->session, options) < 0)
                return EXIT_FAILED;
        (void) collect_records(&collecting->session, &wish, &target, &front, &collecting->result);
        prune(collecting);
        message_progress_end();
        if (options_have(options, &option_json))
                r = print_json(collecting, output);
        else if (collecting->dry_run)
                r = print_planned(collecting, &output->sink);
        else
                r = save_print_lines(&collecting->session.work, collecting->directory.path, true,
                                     &output->sink);
        note_result(collecting);
        tell(collecting, options);
        return r < 0 || collecting->session.failed ? EXIT_FAILED : EXIT_DONE;
}

static int collect_run(const struct options *options, void *context) {
        const char *path = options_text(options, &option_output);
        struct collecting collecting = { .dry_run = options_have(options, &option_dry_run) };
        struct reason reason;
        int status = EXIT_FAILED, r;

        settings_default(&collecting.settings);
        r = settings_read("", options_text(options, &option_settings), &collecting.settings, &reason);
        if (r < 0) {
                message_error("%s", reason.text);
                return EXIT_FAILED;
        }
        collecting.directory.path = path ? path : collecting.settings.directory;
        r = file_dump_target_open(&collecting.directory.files, collecting.directory.path, &collecting.files);
        if (r < 0) {
                message_failure(collecting.directory.path, r);
                return EXIT_FAILED;
        }
        status = collect(&collecting, options, context);
        retention_free(&collecting.removed);
        inventory_free(&collecting.session);
        file_dump_target_close(&collecting.directory.files);
        return status;
}

static const struct option *const options_taken[] = { &option_source, &option_dry_run,  &option_volatile_copy,
                                                      &option_output, &option_settings, NULL };

const struct verb verb_collect = {
        .name = "collect",
        .operands = "",
        .summary = "copy all there is, clear what was copied, keep the newest",
        .description = "Copies what is in the stores, as dump does, then clears it, as clear does,\n"
                       "and asks nobody: for a unit at boot. Dumps that lie elsewhere are copied as\n"
                       "well. Of what is in the directory then the newest stays, as the settings say.\n",
        .options = options_taken,
        .statuses = "0 done, or there was nothing, 1 failed, 2 usage",
        .run = collect_run,
};
