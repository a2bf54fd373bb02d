/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/clear.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/save.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"
#include "store/selection.h"

static const char *directory_of(const struct options *options) {
        const char *directory = options_text(options, &option_output);

        return directory ? directory : DUMP_DIRECTORY;
}

/* A record whose time lies in the future, by a clock that was wrong, is not old. */
static uint64_t age_limit(const struct options *options) {
        uint64_t now = (uint64_t) time(NULL), age = options_number(options, &option_older_than);

        return now > age ? now - age : 0;
}

static bool is_dump(const struct catalog_record *row) {
        return row->source->is_archive;
}

/*
 * What kdump saved is the copy itself, and there is no other. Only who names it, or the source, means it.
 * Returns how many records stay selected.
 */
static int leave_dumps_out(struct inventory *inventory, const struct options *options, int count) {
        int left = 0;

        if (options->operand_count > 0 || options_have(options, &option_source))
                return count;
        for (size_t i = 0; i < inventory->catalog.row_count; i++) {
                struct work_state *state = &inventory->work.states[i];
                bool archived = is_dump(inventory->catalog.rows[i]);

                left += state->selected && archived;
                state->selected = state->selected && !archived;
        }
        if (left > 0)
                message_note("%d dump%s of kdump left alone: clear by id, or with --source kdump", left,
                             text_plural((uint64_t) left));
        return count - left;
}

/* Nothing is copied of them: their images are too large. Returns how many there are. */
static int mark_dumps(struct inventory *inventory) {
        int count = 0;

        for (size_t i = 0; i < inventory->catalog.row_count; i++) {
                struct work_state *state = &inventory->work.states[i];

                state->is_copy = is_dump(inventory->catalog.rows[i]);
                count += state->selected && state->is_copy;
        }
        return count;
}

static int select_records(struct inventory *inventory, const struct options *options) {
        const struct selection selection = {
                .ids = options->operands,
                .id_count = options->operand_count,
                .only_crashes = !options_have(options, &option_all),
                .limit_age = options_have(options, &option_older_than),
                .made_before = age_limit(options),
                .keep_events = options_number(options, &option_keep),
        };
        const char *unknown = NULL;
        int r;

        r = selection_mark(&inventory->work, &selection, &unknown);
        if (r == ERR_UNKNOWN_ID)
                message_failure(unknown, r);
        if (r > 0)
                r = leave_dumps_out(inventory, options, r);
        (void) mark_dumps(inventory);
        if (r > 0 && options_have(options, &option_dumped))
                r = save_keep_dumped(inventory, directory_of(options));
        return r;
}

/* Nothing of a source that cannot erase stays selected. The number of records that do. */
static int leave_read_only_out(struct inventory *inventory) {
        int count = 0;

        for (size_t i = 0; i < inventory->source_count; i++) {
                const struct record_source *source = inventory->sources[i];
                bool told = source->operations->erase;

                for (size_t k = 0; k < inventory->catalog.row_count; k++) {
                        struct work_state *state = &inventory->work.states[k];

                        if (inventory->catalog.rows[k]->source != source || !state->selected)
                                continue;
                        if (!told)
                                message_error("%s: %s: it can only be read", source->spec,
                                              error_text(ERR_NOT_SUPPORTED));
                        told = true;
                        state->selected = source->operations->erase;
                        inventory->failed |= !state->selected;
                        count += state->selected;
                }
        }
        return count;
}

static bool user_agrees(int count, int dumps) {
        char answer[16];

        if (dumps > 0)
                fprintf(stderr,
                        "%d dump%s of kdump will be removed with all files: there is no other copy.\n", dumps,
                        text_plural((uint64_t) dumps));
        fprintf(stderr, "Erase %d record%s, after copying what has no copy yet? [y/N] ", count,
                text_plural((uint64_t) count));
        fflush(stderr);
        if (!fgets(answer, sizeof(answer), stdin))
                return false;
        return answer[0] == 'y' || answer[0] == 'Y';
}

/* Nothing is erased before its copy is flushed, read back and compared. The number of records that may be. */
static int save_before(struct inventory *inventory, const char *directory) {
        struct dump_result result;

        if (save_selected(inventory, directory, &result) < 0)
                inventory->failed = true;
        return selection_keep_saved(&inventory->work);
}

static void put_visible_id(const struct catalog_record *row, struct text *visible) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(&row->record, &text);
        text_put_escaped(visible, text_bytes(&text));
}

static void report_failure(void *context, const struct catalog_record *row, int error) {
        char id[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        (void) context;
        if (error == 0 || error == ERR_UNVERIFIED)
                return; /* said with the result */
        put_visible_id(row, &text);
        message_progress_end();
        message_error("%s: %s: %s", row->source->spec, id, error_text(error));
}

/* NULL: nothing happened to the record. */
static const char *fate_of(const struct work_state *state, bool dry_run) {
        if (!state->selected)
                return NULL;
        if (dry_run)
                return " would be cleared\n";
        if (state->outcome == ERR_UNVERIFIED)
                return " erased, not verified\n";
        return state->outcome == 0 ? " cleared\n" : NULL;
}

static int print_lines(const struct work *work, bool dry_run, struct output *output) {
        const struct catalog *catalog = work->catalog;
        int r = 0;

        for (size_t i = 0; i < catalog->record_count && r == 0; i++) {
                const struct catalog_record *row = catalog_row(catalog->records[i]);
                const char *fate = fate_of(work_state_of(work, &row->record), dry_run);
                char id[4 * RECORD_ID_SIZE];
                struct text text = TEXT_ON(id);

                if (!fate)
                        continue;
                put_visible_id(row, &text);
                sink_put(&output->sink, text_bytes(&text));
                r = sink_put(&output->sink, text_view(fate));
        }
        return r;
}

static int print_json(const struct work *work, bool dry_run, const struct clear_result *result,
                      struct output *output) {
        struct json_object *report = json_report_new("clear"), *records = json_object_new_array();
        const struct catalog *catalog = work->catalog;

        json_add_bool(report, "dry_run", dry_run);
        json_add_number(report, "cleared", result->cleared_count);
        json_add_number(report, "unverified", result->unverified_count);
        json_add_number(report, "failed", result->failed_count);
        for (size_t i = 0; i < catalog->record_count; i++) {
                const struct work_state *state = work_state_of(work, catalog->records[i]);
                struct json_object *object;

                if (!state->selected)
                        continue;
                object = json_object_new_object();
                json_add(object, "id", json_from_record_id(catalog->records[i]));
                json_add_bool(object, "cleared", !dry_run && state->outcome == 0);
                json_add(object, "error", dry_run ? NULL : json_from_error(state->outcome, NULL));
                json_object_array_add(records, object);
        }
        json_add(report, "records", records);
        return json_report_print(report, output);
}

static int print(const struct options *options, const struct work *work, const struct clear_result *result,
                 struct output *output) {
        bool dry_run = options_have(options, &option_dry_run);

        return options_have(options, &option_json) ? print_json(work, dry_run, result, output)
                                                   : print_lines(work, dry_run, output);
}

static void note_result(const struct clear_result *result, bool only_dumps, const char *directory) {
        message_note("cleared: %zu, failed: %zu%s%s", result->cleared_count, result->failed_count,
                     only_dumps ? "" : "; copies are in ", only_dumps ? "" : directory);
        if (result->unverified_count > 0)
                message_note("erased: %zu, but this kernel gives no means to look into the store again: "
                             "list after the next boot tells whether they are gone",
                             result->unverified_count);
}

/* Not verified is not failed: the kernel has erased it, as far as it says. */
static int erase(struct inventory *inventory, const struct options *options, struct output *output) {
        struct clear_result result = { 0 };
        int dumps = mark_dumps(inventory);
        int count = save_before(inventory, directory_of(options));

        if (count > 0)
                (void) clear_selected(&inventory->work, report_failure, NULL, &result);
        inventory->failed |= result.failed_count > 0;
        message_progress_end();
        if (print(options, &inventory->work, &result, output) < 0)
                return EXIT_FAILED;
        note_result(&result, count > 0 && dumps == count, directory_of(options));
        return inventory_status(inventory, 1);
}

static int clear_chosen(struct inventory *inventory, const struct options *options, struct output *output) {
        const struct clear_result nothing = { 0 };
        int count = leave_read_only_out(inventory);

        if (count == 0 || options_have(options, &option_dry_run)) {
                if (print(options, &inventory->work, &nothing, output) < 0)
                        return EXIT_FAILED;
                return inventory_status(inventory, (size_t) count);
        }
        if (!options_have(options, &option_yes)) {
                if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
                        message_error("clear: nobody to ask whether to erase: add --yes");
                        return EXIT_USAGE;
                }
                if (!user_agrees(count, mark_dumps(inventory))) {
                        message_note("nothing was erased");
                        return EXIT_FAILED;
                }
        }
        return erase(inventory, options, output);
}

static bool says_which(const struct options *options) {
        return options->operand_count > 0 || options_have(options, &option_all) ||
               options_have(options, &option_dumped) || options_have(options, &option_older_than) ||
               options_have(options, &option_keep);
}

static const char *misuse_of(const struct options *options) {
        if (!says_which(options))
                return "say what: ids, --all, --dumped, --older-than or --keep";
        if (options->operand_count > 0 && options_have(options, &option_all))
                return "--all and ids exclude each other";
        return NULL;
}

static int clear_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_inventory_ struct inventory inventory = { 0 };
        const char *misuse = misuse_of(options);
        int count;

        if (misuse) {
                message_error("clear: %s; try 'pstore-fw clear --help'", misuse);
                return EXIT_USAGE;
        }
        if (inventory_load(&inventory, options) < 0)
                return EXIT_FAILED;
        count = select_records(&inventory, options);
        if (count < 0)
                return count == ERR_UNKNOWN_ID ? inventory_status(&inventory, 0) : EXIT_FAILED;
        if (count == 0 && !inventory.failed)
                message_note("nothing to clear");
        return clear_chosen(&inventory, options, output);
}

static const struct option *const options_taken[] = { &option_source,     &option_all,    &option_dumped,
                                                      &option_older_than, &option_keep,   &option_dry_run,
                                                      &option_yes,        &option_output, NULL };

const struct verb verb_clear = {
        .name = "clear",
        .operands = "[ID...]",
        .summary = "erase records, then look again whether they are gone",
        .description = "Says which records by ids or by options, which narrow each other. Each record\n"
                       "is first copied to the directory of dump; what has no flushed and compared\n"
                       "copy is not erased. Asks on a terminal, and refuses without --yes otherwise.\n"
                       "A dump of kdump is such a copy: it is removed as it is, and only when it or\n"
                       "--source kdump is named.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = clear_run,
};
