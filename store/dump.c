/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/dump.h"
#include "base/error.h"
#include "base/json.h"
#include "store/manifest.h"
#include "store/selection.h"
#include "store/show.h"

#define PATH_SIZE        (4 * RECORD_ID_SIZE)
#define OTHER_DIRECTORY  "other"
#define RECORD_DIRECTORY "records"

/* So many files of one name with different bytes; nobody gets there by accident. */
#define ALTERNATIVES_MAX 99

struct dumper {
        struct work *work;
        const struct catalog *catalog; /* the work's */
        const struct dump_target *target;
        const struct dump_origin *origin;
        struct buffer readback;
        struct dump_result *result;
        dump_report *report;
        void *report_context;
        size_t done, total;
};

/* "stem.bin", then "stem.2.bin", "stem.3.bin" … */
static void format_path(const char *directory, const char *stem, unsigned alternative, const char *extension,
                        struct text *path) {
        text_format(path, "%s/%s", directory, stem);
        if (alternative > 1)
                text_format(path, ".%u", alternative);
        text_put(path, extension);
}

/* 1: the file holds these bytes; 0: other bytes; or an error, ERR_NOT_FOUND among them. */
static int file_holds(struct dumper *dumper, const char *path, struct bytes content) {
        int r = dumper->target->read_file(dumper->target->context, path, &dumper->readback);

        return r < 0 ? r : bytes_equal(buffer_bytes(&dumper->readback), content);
}

static int write_and_compare(struct dumper *dumper, const char *path, struct bytes content) {
        int r;

        r = dumper->target->write_file(dumper->target->context, path, content);
        if (r < 0)
                return r;
        dumper->result->file_count++;
        r = file_holds(dumper, path, content);
        if (r < 0)
                return r;
        return r ? 0 : ERR_MISMATCH;
}

/*
 * The first of the names that is free or holds these bytes already. Returns 0, and in *ret_alternative which,
 * or an error.
 */
static int save_file(struct dumper *dumper, const char *directory, const char *stem, const char *extension,
                     struct bytes content, unsigned *ret_alternative) {
        for (unsigned alternative = 1; alternative <= ALTERNATIVES_MAX; alternative++) {
                char path[PATH_SIZE];
                struct text text = TEXT_ON(path);
                int r;

                format_path(directory, stem, alternative, extension, &text);
                if (text.truncated)
                        return ERR_TOO_LARGE;
                r = file_holds(dumper, path, content);
                if (r == ERR_NOT_FOUND)
                        r = write_and_compare(dumper, path, content);
                else if (r == 0)
                        continue;
                if (r >= 0)
                        *ret_alternative = alternative;
                return r < 0 ? r : 0;
        }
        return ERR_EXISTS;
}

static int save_listed(struct dumper *dumper, struct json_writer *json, const char *member,
                       const char *directory, const char *subdirectory, const char *stem,
                       const char *extension, struct bytes content) {
        char full[PATH_SIZE], relative[PATH_SIZE];
        struct text full_text = TEXT_ON(full), relative_text = TEXT_ON(relative);
        unsigned alternative;
        int r;

        text_format(&full_text, "%s%s%s", directory, *subdirectory ? "/" : "", subdirectory);
        r = save_file(dumper, full, stem, extension, content, &alternative);
        if (r < 0)
                return r;
        format_path(subdirectory, stem, alternative, extension, &relative_text);
        manifest_put_file(json, member, *subdirectory ? relative : relative + 1, content);
        return 0;
}

static int save_record_files(struct dumper *dumper, struct json_writer *json, const struct record *record,
                             const char *directory, const char *subdirectory) {
        char stem[PATH_SIZE];
        struct text text = TEXT_ON(stem);
        int r = 0;

        record_format_file_name(record, &text);
        if (record->raw.size > 0 || !record->decoded)
                r = save_listed(dumper, json, "stored", directory, subdirectory, stem, ".bin", record->raw);
        if (r >= 0 && record->decoded)
                r = save_listed(dumper, json, "decoded", directory, subdirectory, stem, ".txt", record->text);
        return r;
}

static void keep_first_failure(struct dump_result *result, const struct record *record, int error) {
        struct text text;

        if (result->failed_count++ > 0)
                return;
        text = TEXT_ON(result->first_failed);
        result->first_error = error;
        record_format_id(record, &text);
}

static void tell_result(struct dumper *dumper, const struct catalog_record *row, int error) {
        struct work_state *state = work_state(dumper->work, &row->record);

        state->saved = error == 0;
        state->outcome = error;
        if (error == 0)
                dumper->result->record_count++;
        else
                keep_first_failure(dumper->result, &row->record, error);
        if (dumper->report)
                dumper->report(dumper->report_context, row, error);
        observer_tell(dumper->catalog->observer, "saving", ++dumper->done, dumper->total);
}

static int save_event_record(struct dumper *dumper, struct json_writer *json,
                             const struct catalog_record *row, const char *directory) {
        int r;

        json_begin_object(json, NULL);
        manifest_put_record(json, row);
        r = save_record_files(dumper, json, &row->record, directory, RECORD_DIRECTORY);
        if (r < 0)
                json_put_string(json, "error", error_text(r));
        json_end_object(json);
        return r;
}

static int save_event_log(struct dumper *dumper, struct json_writer *json, const struct event *event,
                          const char *directory) {
        struct buffer log;
        const struct sink sink = sink_to_buffer(&log);
        int r;

        buffer_init(&log, dumper->catalog->allocator);
        r = show_event_log(dumper->catalog, event, false, &sink);
        if (r >= 0)
                r = save_listed(dumper, json, "log", directory, "", "dmesg", ".txt", buffer_bytes(&log));
        buffer_free(&log);
        return r;
}

/* A manifest that ends as it should was written whole: it is the last file of a dump. */
static bool is_whole_manifest(struct bytes content) {
        static const char end[] = "\n}\n";

        return content.size > sizeof(end) && bytes_end_with(content, text_view(end));
}

/* Under any of its names: the first one may be torn. */
static bool manifest_is_there(struct dumper *dumper, const char *directory) {
        for (unsigned alternative = 1; alternative <= ALTERNATIVES_MAX; alternative++) {
                char path[PATH_SIZE];
                struct text text = TEXT_ON(path);

                format_path(directory, "manifest", alternative, ".json", &text);
                if (dumper->target->read_file(dumper->target->context, path, &dumper->readback) < 0)
                        return false;
                if (is_whole_manifest(buffer_bytes(&dumper->readback)))
                        return true;
        }
        return false;
}

static int save_manifest(struct dumper *dumper, const char *directory, struct buffer *manifest,
                         size_t files_before) {
        unsigned alternative;

        if (buffer_error(manifest) < 0)
                return buffer_error(manifest);
        if (dumper->result->file_count == files_before && manifest_is_there(dumper, directory))
                return 0;
        return save_file(dumper, directory, "manifest", ".json", buffer_bytes(manifest), &alternative);
}

static int make_event_directories(struct dumper *dumper, const char *directory) {
        char records[PATH_SIZE];
        struct text text = TEXT_ON(records);

        text_format(&text, "%s/%s", directory, RECORD_DIRECTORY);
        return dumper->target->make_directory(dumper->target->context, records);
}

/* Saves records first, then the log, then the manifest that describes both. */
static int save_event_files(struct dumper *dumper, const struct event *event, const char *directory,
                            struct buffer *manifest) {
        size_t files_before = dumper->result->file_count;
        struct json_writer json;
        int r;

        r = make_event_directories(dumper, directory);
        if (r < 0)
                return r;
        json_init(&json, manifest);
        json_begin_object(&json, NULL);
        manifest_put_event(&json, dumper->catalog, event, dumper->origin);
        json_begin_array(&json, "records");
        for (size_t i = 0; i < event->record_count; i++) {
                const struct record *record = dumper->catalog->records[event->first + i];

                work_state(dumper->work, record)->outcome =
                        save_event_record(dumper, &json, catalog_row(record), directory);
        }
        json_end_array(&json);
        r = save_event_log(dumper, &json, event, directory);
        json_end_object(&json);
        return r < 0 ? r : save_manifest(dumper, directory, manifest, files_before);
}

/* What an archive holds is what a dump would make of it, if it lies where the dump goes. */
static bool lies_in_target(const struct dump_target *target, const struct catalog_record *row) {
        const struct record_source *source = row->source;

        return source->is_archive && source->location && row->record.error == 0 && target->is_at &&
               target->is_at(target->context, source->location);
}

static bool is_copy(const struct dumper *dumper, const struct record *record) {
        return work_state_of(dumper->work, record)->is_copy ||
               lies_in_target(dumper->target, catalog_row(record));
}

static bool event_is_copy(const struct dumper *dumper, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++)
                if (!is_copy(dumper, dumper->catalog->records[event->first + i]))
                        return false;
        return true;
}

static void tell_event(struct dumper *dumper, const struct event *event, int error) {
        for (size_t i = 0; i < event->record_count; i++) {
                const struct record *record = dumper->catalog->records[event->first + i];
                const struct work_state *state = work_state(dumper->work, record);

                if (state->selected)
                        tell_result(dumper, catalog_row(record), state->outcome < 0 ? state->outcome : error);
        }
        dumper->result->event_count += error >= 0;
}

/* An event is copied whole, so that its log is: but only what was selected counts as asked for. */
static void dump_event(struct dumper *dumper, const struct event *event) {
        char directory[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(directory);
        struct buffer manifest;
        int r;

        for (size_t i = 0; i < event->record_count; i++)
                work_state(dumper->work, dumper->catalog->records[event->first + i])->outcome = 0;
        if (event_is_copy(dumper, event)) {
                tell_event(dumper, event, 0);
                return;
        }
        event_format_name(event, &text);
        buffer_init(&manifest, dumper->catalog->allocator);
        r = save_event_files(dumper, event, directory, &manifest);
        buffer_free(&manifest);
        tell_event(dumper, event, r);
}

static int save_other_files(struct dumper *dumper, const struct catalog_record *row,
                            struct buffer *description) {
        char stem[PATH_SIZE];
        struct text text = TEXT_ON(stem);
        struct json_writer json;
        unsigned alternative;
        int r;

        json_init(&json, description);
        json_begin_object(&json, NULL);
        json_put_string(&json, "schema", "pstore-fw/record/1");
        manifest_put_record(&json, row);
        r = save_record_files(dumper, &json, &row->record, OTHER_DIRECTORY, "");
        json_end_object(&json);
        if (r >= 0)
                r = buffer_error(description);
        if (r < 0)
                return r;
        record_format_file_name(&row->record, &text);
        return save_file(dumper, OTHER_DIRECTORY, stem, ".json", buffer_bytes(description), &alternative);
}

/* Of a record that could not be read, or that the kernel shows but could not decode, nothing can be safe. */
static bool has_content(const struct record *record) {
        return record->raw.size > 0 || record->decoded;
}

static void dump_other(struct dumper *dumper, const struct catalog_record *row) {
        struct buffer description;
        int r;

        if (is_copy(dumper, &row->record)) {
                tell_result(dumper, row, 0);
                return;
        }
        buffer_init(&description, dumper->catalog->allocator);
        r = dumper->target->make_directory(dumper->target->context, OTHER_DIRECTORY);
        if (r >= 0 && !has_content(&row->record))
                r = row->record.error < 0 ? row->record.error : ERR_CODEC_UNKNOWN;
        if (r >= 0)
                r = save_other_files(dumper, row, &description);
        buffer_free(&description);
        tell_result(dumper, row, r);
}

int dump_selected(struct work *work, const struct dump_target *target, const struct dump_origin *origin,
                  dump_report *report, void *report_context, struct dump_result *ret_result) {
        const struct catalog *catalog = work->catalog;
        struct dumper dumper = {
                .work = work,
                .catalog = catalog,
                .target = target,
                .origin = origin,
                .result = ret_result,
                .report = report,
                .report_context = report_context,
                .total = work_selected_count(work),
        };

        *ret_result = (struct dump_result){ 0 };
        buffer_init(&dumper.readback, catalog->allocator);
        for (size_t i = 0; i < catalog->event_count; i++)
                if (selection_touches_event(work, &catalog->events[i]))
                        dump_event(&dumper, &catalog->events[i]);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                if (work_is_selected(work, catalog->records[i]))
                        dump_other(&dumper, catalog_row(catalog->records[i]));
        buffer_free(&dumper.readback);
        return ret_result->first_error;
}

/* Whether any of the names under which save_file() may have put it holds these bytes. */
static bool is_saved(struct dumper *dumper, const char *directory, const struct record *record,
                     const char *extension, struct bytes content) {
        char stem[PATH_SIZE];
        struct text stem_text = TEXT_ON(stem);

        record_format_file_name(record, &stem_text);
        for (unsigned alternative = 1; alternative <= ALTERNATIVES_MAX; alternative++) {
                char path[PATH_SIZE];
                struct text text = TEXT_ON(path);
                int r;

                format_path(directory, stem, alternative, extension, &text);
                r = file_holds(dumper, path, content);
                if (r != 0)
                        return r > 0;
        }
        return false;
}

static bool is_dumped(struct dumper *dumper, const char *directory, const struct record *record) {
        if (record->raw.size > 0)
                return is_saved(dumper, directory, record, ".bin", record->raw);
        return record->decoded && is_saved(dumper, directory, record, ".txt", record->text);
}

static int keep_if_dumped(struct dumper *dumper, const char *directory, const struct record *record) {
        struct work_state *state = work_state(dumper->work, record);

        state->saved = state->selected && (is_copy(dumper, record) || is_dumped(dumper, directory, record));
        state->selected = state->saved;
        return state->selected;
}

int dump_keep_dumped(struct work *work, const struct dump_target *target) {
        const struct catalog *catalog = work->catalog;
        struct dump_result result = { 0 };
        struct dumper dumper = { .work = work, .catalog = catalog, .target = target, .result = &result };
        int kept = 0;

        buffer_init(&dumper.readback, catalog->allocator);
        for (size_t i = 0; i < catalog->event_count; i++) {
                const struct event *event = &catalog->events[i];
                char directory[PATH_SIZE];
                struct text text = TEXT_ON(directory);

                event_format_name(event, &text);
                text_put(&text, "/" RECORD_DIRECTORY);
                for (size_t k = 0; k < event->record_count; k++)
                        kept += keep_if_dumped(&dumper, directory, catalog->records[event->first + k]);
        }
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                kept += keep_if_dumped(&dumper, OTHER_DIRECTORY, catalog->records[i]);
        buffer_free(&dumper.readback);
        return kept;
}
