/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/show.h"
#include "base/error.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/verbs.h"
#include "posix/memory.h"
#include "store/selection.h"

static struct json_object *json_from_log(const struct catalog *catalog, const struct event *event) {
        _cleanup_buffer_ struct buffer log;
        const struct sink sink = sink_to_buffer(&log);

        buffer_init(&log, &system_allocator);
        if (show_event_log(catalog, event, true, &sink) < 0)
                return NULL;
        return json_from_text(buffer_bytes(&log));
}

static struct json_object *json_from_record_text(const struct record *record) {
        struct json_object *object = json_object_new_object();

        json_add(object, "id", json_from_record_id(record));
        json_add_bool(object, "deleted", record->deleted);
        json_add(object, "text", record->decoded ? json_from_text(record->text) : NULL);
        json_add(object, "error", json_from_error(record->error, &record->fault));
        return object;
}

static struct json_object *json_from_shown_event(const struct catalog *catalog, const struct event *event,
                                                 bool with_parts) {
        struct json_object *object = json_object_new_object(), *parts = json_object_new_array();
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        event_format_name(event, &text);
        json_add_string(object, "id", name);
        json_add_bool(object, "deleted", catalog->records[event->first]->deleted);
        json_add(object, "crash", json_from_event_crash(catalog, event));
        json_add(object, "places", json_from_places(catalog, event));
        json_add(object, "log", json_from_log(catalog, event));
        for (size_t i = 0; i < event->record_count && with_parts; i++)
                json_object_array_add(parts, json_from_record_text(catalog->records[event->first + i]));
        if (with_parts)
                json_add(object, "parts", parts);
        else
                json_object_put(parts);
        return object;
}

/* Whole events as such, everything else record by record. */
static int print_json(const struct work *work, bool with_parts, struct output *output) {
        const struct catalog *catalog = work->catalog;
        struct json_object *report = json_report_new("show");
        struct json_object *events = json_object_new_array(), *records = json_object_new_array();

        for (size_t i = 0; i < catalog->event_count; i++) {
                const struct event *event = &catalog->events[i];

                if (selection_has_event(work, event)) {
                        json_object_array_add(events, json_from_shown_event(catalog, event, with_parts));
                        continue;
                }
                for (size_t k = event->first; k < event->first + event->record_count; k++)
                        if (work_is_selected(work, catalog->records[k]))
                                json_object_array_add(records, json_from_record_text(catalog->records[k]));
        }
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                if (work_is_selected(work, catalog->records[i]))
                        json_object_array_add(records, json_from_record_text(catalog->records[i]));
        json_add(report, "events", events);
        json_add(report, "records", records);
        return json_report_print(report, output);
}

static int show(const struct options *options, const struct session *session, struct output *output) {
        if (options_have(options, &option_json))
                return print_json(&session->work, options_have(options, &option_parts), output);
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

static const struct option *const options_taken[] = { &option_source, &option_all,     &option_raw,
                                                      &option_parts,  &option_deleted, NULL };

const struct verb verb_show = {
        .name = "show",
        .operands = "[ID...]",
        .summary = "print the log of an event, joined in time order, decompressed",
        .description = "Without an id and without --all it is the newest event's. Missing parts are\n"
                       "named where they are missing. On a terminal control characters are made\n"
                       "visible; to a file or a pipe every byte goes as it is.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = show_run,
};
