/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/save.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"

static int print_event(const struct work *work, const struct event *event, const char *directory,
                       const struct sink *sink) {
        char name[EVENT_NAME_SIZE], place[EVENT_NAME_SIZE + 16];
        struct text name_text = TEXT_ON(name), place_text = TEXT_ON(place);
        unsigned number = 0;
        size_t saved = 0;

        for (size_t i = 0; i < event->record_count; i++) {
                const struct work_state *state =
                        work_state_of(work, work->catalog->records[event->first + i]);

                saved += state->selected && state->saved;
                number = state->place > number ? state->place : number;
        }
        if (saved == 0)
                return 0;
        event_format_name(event, &name_text);
        dump_format_place(event, number, &place_text);
        if (sink_format(sink, "%s  %zu record%s, %llu bytes  ", name, saved, text_plural(saved),
                        (unsigned long long) event->log_size) < 0)
                return ERR_IO;
        sink_put(sink, text_view(directory));
        return sink_format(sink, "/%s/dmesg.txt\n", place);
}

static int print_other(const struct work *work, const struct record *record, const char *directory,
                       const struct sink *sink) {
        char id[RECORD_ID_SIZE], visible[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(id), visible_text = TEXT_ON(visible);

        if (!work_is_selected(work, record) || !work_state_of(work, record)->saved)
                return 0;
        record_format_id(record, &text);
        text_put_escaped(&visible_text, text_bytes(&text));
        sink_put(sink, text_bytes(&visible_text));
        sink_format(sink, "  %s record  ", record_type_name(record->type));
        sink_put(sink, text_view(directory));
        return sink_format(sink, "/other\n");
}

static int print_lines(const struct work *work, const char *directory, struct output *output) {
        const struct catalog *catalog = work->catalog;
        int r = 0;

        for (size_t i = 0; i < catalog->event_count && r == 0; i++)
                r = print_event(work, &catalog->events[i], directory, &output->sink);
        for (size_t i = catalog->other_first; i < catalog->record_count && r == 0; i++)
                r = print_other(work, catalog->records[i], directory, &output->sink);
        return r;
}

static int print_json(const struct work *work, const struct dump_result *result,
                      const struct save_directory *directory, struct output *output) {
        struct json_object *report = json_report_new("dump"), *records = json_object_new_array();
        const struct catalog *catalog = work->catalog;

        json_add_string(report, "directory", directory->path);
        json_add_number(report, "events", result->event_count);
        json_add_number(report, "saved", result->record_count);
        json_add_number(report, "failed", work_selected_count(work) - result->record_count);
        json_add_number(report, "files_written", result->file_count);
        for (size_t i = 0; i < catalog->record_count; i++) {
                const struct work_state *state = work_state_of(work, catalog->records[i]);
                struct json_object *object;

                if (!state->selected)
                        continue;
                object = json_object_new_object();
                json_add(object, "id", json_from_record_id(catalog->records[i]));
                json_add_bool(object, "saved", state->saved);
                json_add(object, "error", json_from_error(save_error_of(directory, state), NULL));
                json_object_array_add(records, object);
        }
        json_add(report, "records", records);
        return json_report_print(report, output);
}

static int dump_run(const struct options *options, void *context) {
        struct output *output = context;
        const char *output_directory = options_text(options, &option_output);
        struct save_directory directory = { .path = output_directory ? output_directory : DUMP_DIRECTORY };
        const struct session_target target = save_target(&directory);
        _cleanup_inventory_ struct session session = { 0 };
        struct dump_result result;
        int count, r;

        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        count = inventory_select(&session, options);
        if (count < 0)
                return inventory_status(&session, 0);
        /* What failed is in the result, and makes the exit status by session.failed. */
        (void) session_copy(&session, &target, &result);
        save_tell_failure(&directory, &result);
        if (result.is_volatile && result.record_count > 0)
                message_note("%s: %s: copy it on", directory.path, error_text(ERR_VOLATILE));
        if (options_have(options, &option_json))
                r = print_json(&session.work, &result, &directory, output);
        else
                r = print_lines(&session.work, directory.path, output);
        if (r < 0)
                return EXIT_FAILED;
        if (count == 0)
                inventory_note_none(&session);
        else
                message_note("%zu record%s of %zu event%s safe in %s, %zu file%s written",
                             result.record_count, text_plural(result.record_count), result.event_count,
                             text_plural(result.event_count), directory.path, result.file_count,
                             text_plural(result.file_count));
        return inventory_status(&session, (size_t) count);
}

static const struct option *const options_taken[] = { &option_source, &option_output, &option_deleted, NULL };

const struct verb verb_dump = {
        .name = "dump",
        .operands = "[ID...]",
        .summary = "copy events to files, flushed, read back and compared",
        .description = "Makes a directory for each event: its joined log, dmesg.txt, the stored bytes\n"
                       "of its records and a manifest. Without an id everything is copied. What is\n"
                       "there already is flushed and not written again; beside an event of the same\n"
                       "name with other records, NAME.2 is made.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = dump_run,
};
