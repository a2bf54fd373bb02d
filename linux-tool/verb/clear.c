/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/retire-options.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/save.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"

struct clearing {
        const struct options *options;
        struct session session;
        struct save_directory directory;
        enum exit_status refusal; /* when the user was not asked, or said no */
        bool *wanted;             /* of the work's states: what was to be cleared, before it was copied */
};

/* What is not copied is not erased, and not selected any more: for the report it is kept. */
static int keep_wanted(struct clearing *clearing) {
        const struct work *work = &clearing->session.work;

        clearing->wanted = calloc(work->count, sizeof(*clearing->wanted));
        if (!clearing->wanted) {
                message_failure("clear", ERR_NO_MEMORY);
                return ERR_NO_MEMORY;
        }
        for (size_t i = 0; i < work->count; i++)
                clearing->wanted[i] = work->states[i].selected;
        return 0;
}

static int agree(void *context, size_t count, size_t archive_count) {
        struct clearing *clearing = context;
        char answer[16];

        message_progress_end();
        if (keep_wanted(clearing) < 0)
                return ERR_NO_MEMORY;
        if (options_have(clearing->options, &option_yes))
                return 0;
        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
                message_error("clear: nobody to ask whether to erase: add --yes");
                clearing->refusal = EXIT_USAGE;
                return ERR_INTERRUPTED;
        }
        /* Not on standard output, which is the report's. */
        if (archive_count > 0)
                fprintf(stderr,
                        "%zu record%s of archives will be removed with all files: nothing is copied of "
                        "them.\n",
                        archive_count, text_plural(archive_count));
        fprintf(stderr, "Erase %zu record%s, after copying what has no copy yet? [y/N] ", count,
                text_plural(count));
        fflush(stderr);
        if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
                return 0;
        message_note("nothing was erased");
        return ERR_INTERRUPTED;
}

static void tell_copies(void *context, const struct dump_result *copies) {
        const struct clearing *clearing = context;

        save_tell_failure(&clearing->directory, copies);
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
                save_put_visible_id(&row->record, &text);
                sink_put(&output->sink, text_bytes(&text));
                r = sink_put(&output->sink, text_view(fate));
        }
        return r;
}

static struct json_object *json_from_outcome(const struct clearing *clearing, const struct record *record,
                                             const struct work_state *state, bool dry_run) {
        struct json_object *object = json_object_new_object();
        int error = save_error_of(&clearing->directory, state);

        json_add(object, "id", json_from_record_id(record));
        if (!dry_run)
                json_add_bool(object, "saved", state->saved);
        json_add_bool(object, "cleared", !dry_run && state->selected && error == 0);
        json_add(object, "error", dry_run ? NULL : json_from_error(error, NULL));
        return object;
}

static int print_json(const struct clearing *clearing, bool dry_run, const struct retire_result *result,
                      struct output *output) {
        struct json_object *report = json_report_new("clear"), *records = json_object_new_array();
        const struct work *work = &clearing->session.work;
        const bool *wanted = clearing->wanted; /* NULL: nothing was copied */
        size_t not_copied = dry_run ? 0 : result->selected_count - result->saved_count;

        json_add_bool(report, "dry_run", dry_run);
        json_add_number(report, "cleared", result->cleared.cleared_count);
        json_add_number(report, "unverified", result->cleared.unverified_count);
        json_add_number(report, "failed", result->cleared.failed_count + not_copied);
        for (size_t i = 0; i < work->catalog->record_count; i++) {
                const struct record *record = work->catalog->records[i];
                const struct work_state *state = work_state_of(work, record);

                if (state->selected || (wanted && wanted[catalog_row(record)->index]))
                        json_object_array_add(records, json_from_outcome(clearing, record, state, dry_run));
        }
        json_add(report, "records", records);
        return json_report_print(report, output);
}

static void note_result(const struct retire_result *result, const char *directory) {
        const struct clear_result *cleared = &result->cleared;
        bool has_copies = result->saved_count > result->archive_count;

        message_note("cleared: %zu, failed: %zu%s%s", cleared->cleared_count,
                     result->selected_count - cleared->cleared_count - cleared->unverified_count,
                     has_copies ? "; copies are in " : "", has_copies ? directory : "");
        if (result->cleared.unverified_count > 0)
                message_note("erased: %zu, but this kernel gives no means to look into the store again: "
                             "list after the next boot tells whether they are gone",
                             result->cleared.unverified_count);
}

/* Not verified is not failed: the kernel has erased it, as far as it says. */
static int clear(struct clearing *clearing, struct output *output) {
        const struct options *options = clearing->options;
        const struct retire_front front = {
                .context = clearing,
                .agree = agree,
                .copied = tell_copies,
                .cleared = save_tell_not_cleared,
        };
        const struct session_target target = save_target(&clearing->directory);
        struct session *session = &clearing->session;
        const struct retire_wish wish = retire_options_wish(options, target.origin.seconds, session->named);
        struct retire_result result;
        int r;

        r = retire_records(session, &wish, &target, &front, &result);
        if (r == ERR_UNKNOWN_ID)
                return inventory_status(session, 0);
        if (r < 0)
                return (int) clearing->refusal;
        message_progress_end();
        if (options_have(options, &option_json))
                r = print_json(clearing, wish.dry_run, &result, output);
        else
                r = print_lines(&session->work, wish.dry_run, output);
        if (r < 0)
                return EXIT_FAILED;
        if (result.selected_count > 0 && !wish.dry_run)
                note_result(&result, clearing->directory.path);
        return inventory_status(session, result.selected_count);
}

static int clear_run(const struct options *options, void *context) {
        const char *misuse = retire_options_misuse(options), *path = options_text(options, &option_output);
        struct clearing clearing = {
                .options = options,
                .directory = { .path = path ? path : DUMP_DIRECTORY },
                .refusal = EXIT_FAILED,
        };
        int status = EXIT_FAILED;

        if (misuse) {
                message_error("clear: %s; try 'pstore-fw clear --help'", misuse);
                return EXIT_USAGE;
        }
        if (inventory_load(&clearing.session, options) == 0)
                status = clear(&clearing, context);
        inventory_free(&clearing.session);
        free(clearing.wanted);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source,  &option_all, &option_dumped,        &option_older_than, &option_keep,
        &option_dry_run, &option_yes, &option_volatile_copy, &option_output,     NULL
};

const struct verb verb_clear = {
        .name = "clear",
        .operands = "[ID...]",
        .summary = "erase records, then look again whether they are gone",
        .description = "Says which records by ids or by options, which narrow each other. Each record\n"
                       "is first copied to the directory of dump; what has no flushed and compared\n"
                       "copy is not erased. Asks on a terminal, and refuses without --yes otherwise.\n"
                       "What an archive holds, as kdump's dumps, is such a copy: it is removed as it\n"
                       "is, and only when it is named, or its --source.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = clear_run,
};
