/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/save.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"

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
                r = save_print_lines(&session.work, directory.path, false, &output->sink);
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
