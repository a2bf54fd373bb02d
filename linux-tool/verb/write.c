/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/verb/verbs.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/* More than any store takes. */
#define LOG_SIZE_MAX ((size_t) 1024 * 1024)

static int read_log(const struct options *options, struct buffer *log) {
        const char *path = options->operand_count > 0 ? options->operands[0] : "-";
        int r;

        if (strcmp(path, "-") == 0) {
                r = file_read_all(STDIN_FILENO, LOG_SIZE_MAX, log);
                path = "standard input";
        } else {
                r = file_read_at(AT_FDCWD, path, LOG_SIZE_MAX, log);
        }
        if (r == 0 && log->size == 0) {
                message_error("%s: empty: there is nothing to store", path);
                return ERR_INVALID_ARGUMENT;
        }
        if (r < 0)
                message_failure(path, r);
        return r;
}

/* The first store of this machine that can be written. */
static struct record_source *find_writable(const struct session *session) {
        for (size_t i = 0; i < session->source_count; i++) {
                struct record_source *source = session->sources[i];

                if (source->operations->write && source->operations->open(source) == 0) {
                        message_note("writing to %s", source->spec);
                        return source;
                }
        }
        message_error("this machine has no store that can be written; --source names one");
        return NULL;
}

static struct record_source *choose_source(const struct options *options, struct session *session) {
        /* pstore itself takes records from the kernel alone; erst-dbg is not loaded by default. */
        static const char *const writable[] = { "efivarfs", "erst-dbg" };
        const char *source = options_text(options, &option_source);

        if (!source)
                return inventory_make(session, writable, 2, false, &message_teller) < 0
                               ? NULL
                               : find_writable(session);
        if (inventory_make(session, &source, 1, true, &message_teller) < 0)
                return NULL;
        if (session->sources[0]->operations->write)
                return session->sources[0];
        message_error("%s: %s: it can only be read", source, error_text(ERR_NOT_SUPPORTED));
        return NULL;
}

/* Which bound the log exceeds is worth more than that it does. */
static void tell_write_error(struct record_source *source, const struct record_draft *draft, int error) {
        struct source_space space = { 0 };
        char why[512];
        struct text why_text = TEXT_ON(why);

        if (source->operations->space)
                (void) source->operations->space(source, &space);
        if (error == ERR_TOO_LARGE && space.largest_record > 0)
                message_error(
                        "%s: %zu bytes are too large for one record: %llu is the most that every kernel "
                        "reads back",
                        source->spec, draft->log.size, (unsigned long long) space.largest_record);
        else if (error == ERR_NO_SPACE && space.known)
                message_error("%s: no space: %llu bytes remain, of which %llu are never used%s", source->spec,
                              (unsigned long long) space.remaining, (unsigned long long) space.reserved,
                              space.stale > 0 ? ", and some are stale until its machine starts" : "");
        else {
                source_put_error(error, source->refusal, &source->fault, &why_text);
                message_error("%s: %s", source->spec, why);
        }
}

static int print_id(const struct options *options, const struct record_source *source, const char *name,
                    struct output *output) {
        struct json_object *report;
        struct record record;
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);
        int r;

        r = record_init(&record, source->store, text_view(name));
        if (r < 0)
                return r;
        record_format_id(&record, &text);
        if (!options_have(options, &option_json))
                return sink_format(&output->sink, "%s\n", id);
        report = json_report_new("write");
        json_add_string(report, "id", id);
        json_add_string(report, "source", source->spec);
        return json_report_print(report, output);
}

static int write_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_inventory_ struct session session = { 0 };
        _cleanup_buffer_ struct buffer log;
        const char *sources[SOURCES_MAX];
        struct record_source *source;
        struct record_draft draft;
        char name[RECORD_NAME_SIZE];
        int r;

        buffer_init(&log, &system_allocator);
        if (options_texts(options, &option_source, sources) > 1) {
                message_error("write: one --source at a time; try 'pstore-fw write --help'");
                return EXIT_USAGE;
        }
        source = choose_source(options, &session);
        if (!source)
                return EXIT_FAILED;
        if (read_log(options, &log) < 0)
                return EXIT_FAILED;
        draft = (struct record_draft){ .log = buffer_bytes(&log), .seconds = (uint64_t) time(NULL) };
        r = source->operations->write(source, &draft, name);
        if (r < 0) {
                tell_write_error(source, &draft, r);
                return EXIT_FAILED;
        }
        return print_id(options, source, name, output) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_source, &option_type, NULL };

const struct verb verb_write = {
        .name = "write",
        .operands = "[FILE]",
        .summary = "store a record of a file or of standard input, and print its id",
        .description = "The record looks like one of the kernel's, so that its pstore shows it after a\n"
                       "reboot. It is read back and compared. Without --source it goes to the first\n"
                       "store of this machine that can be written: EFI variables, then ERST.\n",
        .options = options_taken,
        .operand_max = 1,
        .run = write_run,
};
