/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-describe.h"
#include "acpi/table.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux-tool/bundle.h"
#include "linux-tool/inventory.h"
#include "linux-tool/judgement.h"
#include "linux-tool/machine-text.h"
#include "linux-tool/output/json-check.h"
#include "linux-tool/output/json-kdump-status.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/save.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "posix/durable-file.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/erst-report.h"

#define ERST_TABLE_FILE "/sys/firmware/acpi/tables/ERST"
#define EVENTS          "events"
#define FILE_MODE       0600 /* a kernel's log tells addresses, and the kernel shows it to root alone */

static const struct option option_file = {
        .name = "output",
        .letter = 'o',
        .argument = "FILE",
        .help = "default: pstore-fw-TIME.tar.zst; -: standard output",
        .wanted = "is no file",
};
static const struct option option_with_serials = { "with-serials", 0, NULL,
                                                   "also serial numbers, UUIDs and asset tags" };

struct export {
        const struct options *options;
        struct bundle bundle;
        struct session session;
        struct buffer erst; /* the table as it is */
};

/* --- the records ---------------------------------------------------------------------------------- */

static int open_events(void *context, struct dump_target *ret_target) {
        *ret_target = tree_dump_target(context);
        return 0;
}

static void close_events(void *context) {
        (void) context;
        message_progress_end();
}

static void put_events(struct export *export, struct dump_result *ret_result) {
        struct tree_target tree = { .tree = &export->bundle.files, .directory = EVENTS };
        const struct session_target target = {
                .context = &tree,
                .name = EVENTS,
                .open = open_events,
                .close = close_events,
                .origin = { .program = "pstore-fw " VERSION " (Linux command)",
                            .seconds = export->bundle.seconds },
        };

        /* What failed is in the result. */
        (void) session_copy(&export->session, &target, ret_result);
        if (ret_result->record_count > 0)
                bundle_tell(
                        &export->bundle, BUNDLE_HAS, EVENTS,
                        "%zu event%s and %zu record%s, as `pstore-fw dump` writes them: of each event "
                        "dmesg.txt, its log; records.bin, its records as stored; manifest.json, what they "
                        "are. Of kdump's dumps the log alone",
                        ret_result->event_count, text_plural(ret_result->event_count),
                        ret_result->record_count, text_plural(ret_result->record_count));
        else
                bundle_tell(&export->bundle, BUNDLE_LEFT_OUT, EVENTS, "no crash and no record was found");
        if (ret_result->failed_count > 0)
                bundle_tell(&export->bundle, BUNDLE_FAILED, EVENTS, "%zu record%s, the first of them %s: %s",
                            ret_result->failed_count, text_plural(ret_result->failed_count),
                            ret_result->first_failed, error_text(ret_result->first_error));
}

/* --- what is needed to judge them ------------------------------------------------------------------ */

static int put_check(struct export *export, const struct sink *sink, struct reason *ret_why) {
        _cleanup_judgement_ struct judgement *judgement = NULL;
        int r;

        for (size_t i = 0; i < export->session.source_count && export->session.named; i++)
                if (export->session.sources[i]->is_archive)
                        return reason_set(ret_why, 0,
                                          "a directory of saved dumps was named, and is no store to be "
                                          "checked");
        r = judgement_make(export->options, &judgement);
        if (r == 0)
                r = json_report_put(json_from_check(&judgement->facts, &judgement->findings), sink);
        return r < 0 ? reason_set(ret_why, r, "%s", error_text(r)) : 1;
}

/* The file system that dumps go to has a UUID, which is one machine's alone. */
static void hide_uuid(struct json_object *report) {
        struct json_object *target;

        if (json_object_object_get_ex(report, "target", &target) && target)
                json_add_string(target, "uuid", NULL);
}

static int put_kdump(struct export *export, const struct sink *sink, struct reason *ret_why) {
        _cleanup_kdump_status_ struct kdump_status *status = NULL;
        struct json_object *report;
        int r = kdump_status_make(export->options, &status);

        if (r < 0)
                return reason_set(ret_why, r, "the settings of kdump: %s", error_text(r));
        report = json_from_kdump_status(status);
        if (!options_have(export->options, &option_with_serials))
                hide_uuid(report);
        r = json_report_put(report, sink);
        return r < 0 ? reason_set(ret_why, r, "%s", error_text(r)) : 1;
}

static int put_erst(struct export *export, const struct sink *sink, struct reason *ret_why) {
        int r = file_read_at(AT_FDCWD, ERST_TABLE_FILE, ACPI_TABLE_SIZE_MAX, &export->erst);

        if (r == ERR_NOT_FOUND)
                return reason_set(ret_why, 0, "this machine has no ERST table");
        if (r < 0)
                return reason_set(ret_why, r, ERST_TABLE_FILE ": %s", error_text(r));
        sink_put(sink, buffer_bytes(&export->erst));
        return 1;
}

static int put_erst_text(struct export *export, const struct sink *sink, struct reason *ret_why) {
        struct erst_report report;
        struct erst_table table;
        struct erst_fault fault;
        char line[256];
        struct text text = TEXT_ON(line);
        int r;

        if (export->erst.size == 0)
                return reason_set(ret_why, 0, "as the table is not here");
        r = erst_table_parse(buffer_bytes(&export->erst), &table, &fault);
        if (r < 0) {
                erst_describe_fault(&fault, &text);
                return reason_set(ret_why, r, "%s", line);
        }
        r = erst_report_init(&report, &table, &system_allocator);
        if (r < 0)
                return reason_set(ret_why, r, "%s", error_text(r));
        (void) erst_report_print(&report, sink); /* an error is the buffer's */
        erst_report_free(&report);
        return 1;
}

static int put_kernel(struct export *export, const struct sink *sink, struct reason *ret_why) {
        (void) export;
        return machine_text_put_kernel("", sink, ret_why);
}

static int put_dmi(struct export *export, const struct sink *sink, struct reason *ret_why) {
        return machine_text_put_dmi("", options_have(export->options, &option_with_serials), sink, ret_why);
}

struct part {
        const char *name, *what;
        bool of_machine; /* and nobody's business where the records are another's */

        /* 1 when it is there; 0, and why, when there is none; an error, and why: some may be there. */
        int (*put)(struct export *export, const struct sink *sink, struct reason *ret_why);
};

static const struct part parts[] = {
        { "check.json", "`pstore-fw check --json`: the stores, and whether a crash leaves a trace", false,
          put_check },
        { "kdump-status.json", "`pstore-fw kdump status --json`: what the crash kernel would do", true,
          put_kdump },
        { "erst.dat", "the ERST table as firmware gives it, for iasl and `pstore-fw erst`", true, put_erst },
        { "erst.txt", "the same, decoded and judged", true, put_erst_text },
        { "kernel.txt", "the running kernel, and of its command line what concerns crashes", true,
          put_kernel },
        { "dmi.txt", "machine and firmware: vendor, product, version, date", true, put_dmi },
};

static void put_part(struct export *export, const struct part *part) {
        _cleanup_buffer_ struct buffer content;
        const struct sink sink = sink_to_buffer(&content);
        struct bundle *bundle = &export->bundle;
        struct reason why;
        int r;

        buffer_init(&content, &system_allocator);
        r = part->put(export, &sink, &why);
        if (r < 0)
                bundle_tell(bundle, BUNDLE_FAILED, part->name, "%s", why.text);
        else if (r == 0)
                bundle_tell(bundle, BUNDLE_LEFT_OUT, part->name, "%s", why.text);
        if (content.size == 0)
                return;
        r = buffer_error(&content);
        if (r == 0)
                r = file_tree_put(&bundle->files, part->name, buffer_bytes(&content));
        if (r < 0)
                bundle_tell(bundle, BUNDLE_FAILED, part->name, "%s", error_text(r));
        else
                bundle_tell(bundle, BUNDLE_HAS, part->name, "%s", part->what);
}

static bool is_about_machine(const struct session *session) {
        for (size_t i = 0; i < session->source_count; i++)
                if (session->sources[i]->of_machine)
                        return true;
        return false;
}

static void put_parts(struct export *export) {
        bool about_machine = is_about_machine(&export->session);

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                if (about_machine || !parts[i].of_machine)
                        put_part(export, &parts[i]);
                else
                        bundle_tell(&export->bundle, BUNDLE_LEFT_OUT, parts[i].name,
                                    "the records that were named need not be of this machine");
        if (!options_have(export->options, &option_with_serials))
                bundle_tell(&export->bundle, BUNDLE_LEFT_OUT, "serial numbers",
                            "with UUIDs and asset tags; --with-serials puts them in");
        bundle_tell(&export->bundle, BUNDLE_LEFT_OUT, "memory images",
                    "of kdump: they hold all that the machine knew");
        bundle_tell(
                &export->bundle, BUNDLE_LEFT_OUT, "everything else",
                "the machine's name, its environment, the rest of the command line, other logs and files");
}

/* --- the archive ---------------------------------------------------------------------------------- */

static int print_json(const struct export *export, const struct dump_result *result, const char *path,
                      size_t size, struct output *output) {
        static const char *const states[] = {
                [BUNDLE_HAS] = "has",
                [BUNDLE_LEFT_OUT] = "left_out",
                [BUNDLE_FAILED] = "failed",
        };
        struct json_object *report = json_report_new("export"), *lines = json_object_new_array();

        json_add_string(report, "file", path);
        json_add_number(report, "bytes", size);
        json_add_string(report, "directory", export->bundle.name);
        json_add_number(report, "events", result->event_count);
        json_add_number(report, "records", result->record_count);
        json_add_number(report, "failed_records", result->failed_count);
        for (size_t i = 0; i < export->bundle.line_count; i++) {
                const struct bundle_line *line = &export->bundle.lines[i];
                struct json_object *object = json_object_new_object();

                json_add_string(object, "name", line->name);
                json_add_string(object, "state", states[line->state]);
                json_add_string(object, "text", line->text.text);
                json_object_array_add(lines, object);
        }
        json_add(report, "parts", lines);
        return json_report_print(report, output);
}

/* All of it, README.txt first, into the buffer. */
static int pack(const struct export *export, struct buffer *archive) {
        const struct sink sink = sink_to_buffer(archive);
        _cleanup_buffer_ struct buffer readme;
        const struct sink readme_sink = sink_to_buffer(&readme);
        int r;

        buffer_init(&readme, &system_allocator);
        r = bundle_put_readme(&export->bundle, &export->session, &readme_sink);
        return r < 0 ? r : bundle_write(&export->bundle, buffer_bytes(&readme), &sink);
}

static int save(const struct export *export, const struct dump_result *result, struct output *output) {
        const char *path = options_text(export->options, &option_file);
        _cleanup_buffer_ struct buffer archive;
        char own[sizeof(export->bundle.name) + sizeof(".tar.zst")];
        struct text text = TEXT_ON(own);
        int r;

        text_format(&text, "%s.tar.zst", export->bundle.name);
        path = path ? path : own;
        buffer_init(&archive, &system_allocator);
        r = pack(export, &archive);
        if (r == 0 && text_equal(path, "-"))
                return sink_put(&output->sink, buffer_bytes(&archive));
        if (r == 0)
                r = durable_file_create(AT_FDCWD, path, buffer_bytes(&archive), FILE_MODE);
        if (r < 0) {
                message_failure(path, r);
                return r;
        }
        message_note(
                "%zu event%s, %zu record%s, %zu bytes: look through it before you send it, logs may hold "
                "private data",
                result->event_count, text_plural(result->event_count), result->record_count,
                text_plural(result->record_count), archive.size);
        if (options_have(export->options, &option_json))
                return print_json(export, result, path, archive.size, output);
        sink_put(&output->sink, text_view(path));
        return sink_put(&output->sink, text_view("\n"));
}

static const char *conflict_of(const struct options *options, const struct output *output) {
        const char *path = options_text(options, &option_file);

        if (!path || !text_equal(path, "-"))
                return NULL;
        if (options_have(options, &option_json))
                return "--json and --output - exclude each other";
        return output->terminal ? "an archive is nothing for a terminal" : NULL;
}

static int export_records(struct export *export, struct output *output) {
        struct dump_result result;
        int count;

        if (inventory_load(&export->session, export->options) < 0)
                return EXIT_FAILED;
        count = inventory_select(&export->session, export->options);
        if (count < 0)
                return EXIT_FAILED; /* told already */
        put_events(export, &result);
        put_parts(export);
        if (count == 0)
                inventory_note_none(&export->session);
        if (save(export, &result, output) < 0)
                return EXIT_FAILED;
        return export->session.failed || export->bundle.failed ? EXIT_FAILED : EXIT_DONE;
}

static int export_run(const struct options *options, void *context) {
        struct output *output = context;
        const char *conflict = conflict_of(options, output);
        struct export export = { .options = options };
        time_t now = time(NULL);
        int status;

        if (conflict) {
                message_error("export: %s; try 'pstore-fw export --help'", conflict);
                return EXIT_USAGE;
        }
        bundle_init(&export.bundle, now > 0 ? (uint64_t) now : 0);
        buffer_init(&export.erst, &system_allocator);
        status = export_records(&export, output);
        buffer_free(&export.erst);
        inventory_free(&export.session);
        bundle_free(&export.bundle);
        return status;
}

static const struct option *const options_taken[] = { &option_source, &option_file, &option_with_serials,
                                                      &option_config, NULL };

const struct verb verb_export = {
        .name = "export",
        .operands = "[ID...]",
        .summary = "one archive for a bug report: events, and what judges them",
        .description = "Events with their manifests, what check and kdump status say, the ERST table,\n"
                       "the kernel, machine and firmware without serial numbers. README.txt in it says\n"
                       "what each file is and what was left out. Only reads; an archive that is there\n"
                       "is not overwritten. Look through it before you send it: logs may hold private\n"
                       "data.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .statuses = "0 done, also where nothing was found, 1 some of it failed, 2 usage",
        .run = export_run,
};
