/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/esp.h"
#include "efi-app/redirection.h"
#include "efi-app/variable-home.h"
#include "efi-app/verb.h"

/* No record of any store is larger. */
#define WRITE_MAX (1024 * 1024)

static int write_log(struct app *app, struct record_source *source, struct bytes log) {
        const struct record_draft draft = { .log = log, .seconds = clock_seconds(app) };
        const struct sink sink = console_sink(&app->console);
        struct source_space space = { 0 };
        char name[RECORD_NAME_SIZE];
        int r;

        r = source->operations->write(source, &draft, name);
        if (r == ERR_TOO_LARGE && source->operations->space(source, &space) == 0)
                console_problem(&app->console, "%s: %zu bytes do not fit into one record, which holds %llu",
                                source->spec, log.size, (unsigned long long) space.largest_record);
        else if (r < 0)
                console_problem(&app->console, "%s: not written: %s", source->spec, error_text(r));
        if (r < 0)
                return EXIT_FAILED;
        r = sink_format(&sink, "%s:%s\n", record_store_name(source->store), name);
        if (r < 0)
                return EXIT_FAILED;
        if (source->store == RECORD_STORE_EFI && !variable_home_keeps(app, name))
                return EXIT_FAILED;
        return EXIT_DONE;
}

static int write_file(struct app *app, struct buffer *log) {
        struct record_source *source = NULL;
        struct stores stores;
        int status = EXIT_FAILED;

        stores_open(&stores, app);
        for (enum store store = 0; store < STORE_END && !source; store++)
                if (stores.wanted[store] && stores.errors[store] == 0 &&
                    stores.sources[store].operations->write)
                        source = &stores.sources[store];
        if (source)
                status = write_log(app, source, buffer_bytes(log));
        else
                console_problem(&app->console, "no store of this machine can be written");
        stores_close(&stores);
        return status;
}

static int write_run(const struct options *options, void *context) {
        struct app *app = context;
        bool is_input = options->operand_count > 0 && text_equal(options->operands[0], "-");
        struct buffer log;
        int r, status;

        if (options->operand_count == 0 || (is_input && !app->input)) {
                console_problem(&app->console, options->operand_count == 0
                                                       ? "write: name the one file that becomes the record"
                                                       : "write: nothing is redirected to standard input");
                return EXIT_USAGE;
        }
        buffer_init(&log, &app->allocator);
        r = is_input ? redirection_read(app, WRITE_MAX, &log)
                     : esp_read_any(app, options->operands[0], WRITE_MAX, &log);
        if (is_input && r == ERR_NOT_SUPPORTED) {
                console_problem(&app->console,
                                "-: the shell changes what comes from there: use '<', not '<a'");
                status = EXIT_FAILED;
        } else if (r < 0) {
                console_problem(&app->console, "%s: %s", options->operands[0], error_text(r));
                status = EXIT_FAILED;
        } else {
                status = write_file(app, &log);
        }
        buffer_free(&log);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source,
        &option_type,
        NULL,
};

const struct verb verb_write = {
        .name = "write",
        .operands = "FILE",
        .summary = "store the file as a record, print its id",
        .description = "The record looks like one of the kernel's, so that its pstore shows it. It goes to\n"
                       "the first store that can be written. '-' is standard input, by '<' or '|'.\n",
        .options = options_taken,
        .operand_max = 1,
        .run = write_run,
};
