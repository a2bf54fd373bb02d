/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/explain.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/verbs.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/selection.h"

/* More than any kernel's buffer, and than most of what a console has seen. */
#define LOG_SIZE_MAX ((size_t) 256 * MIB)

static const struct option option_log = {
        .name = "log",
        .argument = "FILE",
        .help = "what this text tells; -: standard input",
};

static int print_json(const struct work *work, struct output *output) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        report_put_explained(&json, work);
        return json_report_print(json_piece_end(&json), output);
}

/* --- a log that is no record -------------------------------------------------------------------- */

static int print_log_json(const char *path, struct bytes log, struct output *output) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;
        struct log_crash told;
        bool found = log_crash_read(log, &told);
        int r;

        json_piece_begin(&json, &buffer);
        report_put_explained_log(&json, path, log, found ? &told : NULL);
        r = json_report_print(json_piece_end(&json), output);
        return r < 0 ? r : found;
}

static int explain_file(const char *path, bool json, struct output *output) {
        _cleanup_buffer_ struct buffer log;
        bool input = text_equal(path, "-");
        int r;

        buffer_init(&log, &system_allocator);
        if (input)
                r = file_read_all(STDIN_FILENO, LOG_SIZE_MAX, &log);
        else
                r = file_read_at(AT_FDCWD, path, LOG_SIZE_MAX, &log);
        if (r < 0) {
                message_failure(input ? "standard input" : path, r);
                return EXIT_FAILED;
        }
        r = json ? print_log_json(path, buffer_bytes(&log), output)
                 : explain_log(buffer_bytes(&log), &output->sink);
        if (r == 0)
                message_note("%s: tells of no crash that is known", input ? "standard input" : path);
        if (r < 0)
                return EXIT_FAILED;
        return r > 0 ? EXIT_DONE : EXIT_NOTHING;
}

/* --- records ------------------------------------------------------------------------------------ */

static const char *conflict_of(const struct options *options) {
        bool named = options->operand_count > 0;

        if (options_have(options, &option_log) && (named || options_have(options, &option_all)))
                return "--log excludes ids and --all";
        if (options_have(options, &option_log) && options_have(options, &option_source))
                return "--log and --source exclude each other";
        return options_have(options, &option_all) && named ? "--all and ids exclude each other" : NULL;
}

static int explain_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_inventory_ struct session session = { 0 };
        bool json = options_have(options, &option_json);
        const char *conflict = conflict_of(options);
        int count, r;

        if (conflict) {
                message_error("explain: %s; try 'pstore-fw explain --help'", conflict);
                return EXIT_USAGE;
        }
        if (options_have(options, &option_log))
                return explain_file(options_text(options, &option_log), json, output);
        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        if (options->operand_count > 0 || options_have(options, &option_all))
                count = inventory_select(&session, options);
        else
                count = selection_mark_newest(&session.work);
        if (count < 0)
                return inventory_status(&session, 0);
        if (count == 0 && session.catalog.record_count == 0 && !session.failed)
                inventory_note_none(&session);
        r = json ? print_json(&session.work, output) : explain_selected(&session.work, &output->sink);
        return r < 0 ? EXIT_FAILED : inventory_status(&session, (size_t) count);
}

static const struct option *const options_taken[] = { &option_source, &option_all,      &option_deleted,
                                                      &option_log,    &option_no_pager, NULL };

const struct verb verb_explain = {
        .name = "explain",
        .operands = "[ID...]",
        .summary = "what crashed: title, signature, trace, and what came first",
        .description = "Without an id and without --all it is the newest event. The signature is equal\n"
                       "for the same bug on another boot, machine and build of the kernel. Of several\n"
                       "problems the first is the one, but for a warning that the machine outlived by\n"
                       "more than a minute. Nothing is told that is not in the log. --log takes any text\n"
                       "of a kernel: a serial console, netconsole, journalctl -k.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .may_be_long = true,
        .run = explain_run,
};
