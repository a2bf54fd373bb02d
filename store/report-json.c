/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/report-json.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "crash/taint.h"
#include "pstore/description.h"
#include "store/places.h"
#include "store/selection.h"
#include "store/show.h"

static void put_known(struct json_writer *json, const char *name, bool known, uint64_t number) {
        if (known)
                json_put_number(json, name, number);
        else
                json_put_null(json, name);
}

/* Of an empty one: null. */
static void put_view(struct json_writer *json, const char *name, struct bytes view) {
        if (view.size > 0)
                json_put_text(json, name, view);
        else
                json_put_null(json, name);
}

void report_put_error(struct json_writer *json, const char *name, int error, const struct fault *fault) {
        if (error >= 0) {
                json_put_null(json, name);
                return;
        }
        json_begin_object(json, name);
        json_put_string(json, "code", error_name(error));
        json_put_string(json, "text", error_text(error));
        if (fault && fault->field) {
                json_put_number(json, "offset", fault->offset);
                json_put_string(json, "field", fault->field);
                json_put_string(json, "reason", fault->reason);
        }
        json_end_object(json);
}

void report_put_time(struct json_writer *json, const char *name, bool known, uint64_t seconds) {
        char time[TIMESTAMP_TEXT_SIZE];

        if (known)
                timestamp_format_rfc3339(seconds, time);
        json_put_string(json, name, known ? time : NULL);
}

/* --- records ------------------------------------------------------------------------------------ */

void report_put_record_id(struct json_writer *json, const struct record *record) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(record, &text);
        json_put_text(json, "id", text_bytes(&text));
}

/* What happened, of a record that is described (pstore/description.h). */
static void put_title(struct json_writer *json, const struct record *record) {
        char title[RECORD_TITLE_SIZE];
        struct text text = TEXT_ON(title);
        bool described = record->decoded && !record_has_log(record);

        if (described)
                record_put_title(record, &text);
        json_put_string(json, "title", described ? title : NULL);
}

static void put_text(struct json_writer *json, const struct record *record) {
        if (record->decoded)
                json_put_text(json, "text", record->text);
        else
                json_put_null(json, "text");
}

static void put_record(struct json_writer *json, const struct record *record) {
        const struct catalog_record *row = catalog_row(record);

        json_begin_object(json, NULL);
        report_put_record_id(json, record);
        json_put_string(json, "source", row->source->spec);
        json_put_string(json, "store", record_store_name(record->store));
        json_put_bool(json, "deleted", record->deleted);
        json_put_bool(json, "salvaged", record->salvaged);
        json_put_string(json, "type", record_type_name(record->type));
        put_title(json, record);
        put_known(json, "part", record_is_part(record), record->header.part);
        report_put_time(json, "time", record->has_time, record->seconds);
        put_known(json, "stored_bytes", record->raw.size > 0, record->raw.size);
        put_known(json, "log_bytes", record_has_log(record), record_log(record).size);
        put_known(json, "image_bytes", row->image == SOURCE_IMAGE_WHOLE, row->image_size);
        json_put_string(json, "codec", record->codec);
        report_put_error(json, "error", record->error, &record->fault);
        json_end_object(json);
}

static void put_explained_record(struct json_writer *json, const struct record *record) {
        json_begin_object(json, NULL);
        report_put_record_id(json, record);
        put_title(json, record);
        put_text(json, record);
        json_end_object(json);
}

static void put_shown_record(struct json_writer *json, const struct record *record) {
        json_begin_object(json, NULL);
        report_put_record_id(json, record);
        json_put_bool(json, "deleted", record->deleted);
        put_text(json, record);
        report_put_error(json, "error", record->error, &record->fault);
        json_end_object(json);
}

/* --- what crashed ------------------------------------------------------------------------------- */

/* In the order of the log, so that it is seen which came first. */
static void put_problems(struct json_writer *json, struct bytes log, const struct crash *crash) {
        json_begin_array(json, "problems");
        for (size_t i = 0; i < crash->problem_count && i < CRASH_PROBLEMS_MAX; i++) {
                const struct crash_problem *problem = &crash->problems[i];
                struct crash told;

                crash_read_problem(log, problem, &told);
                json_begin_object(json, NULL);
                json_put_string(json, "title", told.title);
                json_put_string(json, "kind", crash_kind_name(problem->kind));
                put_known(json, "uptime_us", problem->has_time, problem->time_us);
                json_put_number(json, "offset", problem->offset);
                json_end_object(json);
        }
        json_end_array(json);
}

static void put_taint_words(struct json_writer *json, struct bytes taint) {
        json_begin_array(json, "taint_words");
        for (size_t i = 0; i < taint.size; i++)
                if (crash_taint_words(taint.data[i]))
                        json_put_string(json, NULL, crash_taint_words(taint.data[i]));
        json_end_array(json);
}

/* What a fleet counts by. */
static void put_crash_head(struct json_writer *json, const struct log_crash *told) {
        json_put_string(json, "title", told->crash.title);
        json_put_string(json, "kind", crash_kind_name(told->crash.problem.kind));
        put_view(json, "function", told->crash.function);
        json_put_string(json, "signature", told->signature);
        put_view(json, "kernel", told->crash.kernel);
}

void report_put_crash_head(struct json_writer *json, struct bytes log) {
        struct log_crash told;

        if (!log_crash_read(log, &told)) {
                json_put_null(json, "crash");
                return;
        }
        json_begin_object(json, "crash");
        put_crash_head(json, &told);
        json_end_object(json);
}

void report_put_crash(struct json_writer *json, struct bytes log, const struct log_crash *told) {
        const struct crash *crash;

        if (!told) {
                json_put_null(json, "crash");
                return;
        }
        crash = &told->crash;
        json_begin_object(json, "crash");
        put_crash_head(json, told);
        put_view(json, "hardware", crash->hardware);
        put_known(json, "uptime_us", crash->problem.has_time, crash->problem.time_us);
        put_view(json, "process", crash->process);
        put_known(json, "pid", crash->has_pid, crash->pid);
        put_known(json, "cpu", crash->has_cpu, crash->cpu);
        put_view(json, "taint", crash->taint);
        put_taint_words(json, crash->taint);
        json_begin_array(json, "modules");
        for (size_t i = 0; i < crash->module_count; i++)
                json_put_text(json, NULL, crash->modules[i]);
        json_end_array(json);
        json_begin_array(json, "trace");
        for (size_t i = 0; i < crash->frame_count; i++)
                json_put_text(json, NULL, crash->frames[i].text);
        json_end_array(json);
        json_put_number(json, "problem_count", crash->problem_count);
        put_problems(json, log, crash);
        json_end_object(json);
}

static void put_event_crash(struct json_writer *json, const struct catalog *catalog,
                            const struct event *event) {
        struct event_crash crash;
        int r = event_crash_read(catalog, event, &crash);

        if (r < 0)
                json_fail(json, r);
        report_put_crash(json, crash.log, r > 0 ? &crash.told : NULL);
        event_crash_free(&crash);
}

/* --- events ------------------------------------------------------------------------------------- */

void report_put_missing(struct json_writer *json, const char *name, const struct catalog *catalog,
                        const struct event *event) {
        uint32_t first, last = 0;

        json_begin_array(json, name);
        while (event_missing_run(event, catalog->records, last, &first, &last)) {
                json_begin_object(json, NULL);
                json_put_number(json, "first", first);
                json_put_number(json, "last", last);
                json_end_object(json);
        }
        json_end_array(json);
}

static void put_event_name(struct json_writer *json, const char *name, const struct event *event) {
        char id[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(id);

        event_format_name(event, &text);
        json_put_string(json, name, id);
}

void report_put_place(struct json_writer *json, const struct record_source *source) {
        json_put_string(json, "source", source->spec);
        json_put_string(json, "location", source->location);
        json_put_string(json, "kind", source->is_archive ? "archive" : "store");
}

static void put_places(struct json_writer *json, const struct catalog *catalog, const struct event *event) {
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_event(catalog, event, places);

        json_begin_array(json, "places");
        for (size_t i = 0; i < count; i++) {
                json_begin_object(json, NULL);
                report_put_place(json, places[i].source);
                json_put_bool(json, "complete", places[i].complete);
                json_end_object(json);
        }
        json_end_array(json);
}

static void put_listed_event(struct json_writer *json, const struct catalog *catalog,
                             const struct event *event) {
        json_begin_object(json, NULL);
        put_event_name(json, "id", event);
        json_put_string(json, "store", record_store_name(event->store));
        json_put_string(json, "reason", event_reason_name(event->reason));
        json_put_number(json, "count", event->count);
        report_put_time(json, "time", true, event->seconds);
        json_put_number(json, "parts", event->part_max);
        report_put_missing(json, "missing", catalog, event);
        json_put_number(json, "log_bytes", event->log_size);
        put_event_crash(json, catalog, event);
        put_places(json, catalog, event);
        json_begin_array(json, "records");
        for (size_t i = 0; i < event->record_count; i++)
                put_record(json, catalog->records[event->first + i]);
        json_end_array(json);
        json_end_object(json);
}

static void put_explained_event(struct json_writer *json, const struct catalog *catalog,
                                const struct event *event) {
        json_begin_object(json, NULL);
        put_event_name(json, "event", event);
        report_put_time(json, "time", true, event->seconds);
        put_event_crash(json, catalog, event);
        json_end_object(json);
}

static void put_log(struct json_writer *json, const struct catalog *catalog, const struct event *event) {
        struct buffer log;
        const struct sink sink = sink_to_buffer(&log);
        int r;

        buffer_init(&log, catalog->allocator);
        r = show_event_log(catalog, event, true, &sink);
        if (r < 0)
                json_fail(json, r);
        json_put_text(json, "log", buffer_bytes(&log));
        buffer_free(&log);
}

static void put_shown_event(struct json_writer *json, const struct catalog *catalog,
                            const struct event *event, bool with_parts) {
        json_begin_object(json, NULL);
        put_event_name(json, "id", event);
        json_put_bool(json, "deleted", catalog->records[event->first]->deleted);
        put_event_crash(json, catalog, event);
        put_places(json, catalog, event);
        put_log(json, catalog, event);
        if (with_parts) {
                json_begin_array(json, "parts");
                for (size_t i = 0; i < event->record_count; i++)
                        put_shown_record(json, catalog->records[event->first + i]);
                json_end_array(json);
        }
        json_end_object(json);
}

/* --- findings ----------------------------------------------------------------------------------- */

void report_put_findings(struct json_writer *json, const char *name, const struct findings *findings) {
        const struct finding *finding;

        json_begin_array(json, name);
        for (size_t i = 0; (finding = findings_at(findings, i)); i++) {
                json_begin_object(json, NULL);
                json_put_string(json, "verdict", verdict_name(finding->verdict));
                json_put_string(json, "text", finding->text);
                json_put_string(json, "remedy", finding->remedy[0] ? finding->remedy : NULL);
                json_end_object(json);
        }
        json_end_array(json);
}

/* --- documents ---------------------------------------------------------------------------------- */

void report_begin(struct json_writer *json, const char *verb) {
        char schema[64];
        struct text text = TEXT_ON(schema);

        text_format(&text, "pstore-fw/%s/1", verb);
        json_begin_object(json, NULL);
        json_put_string(json, "schema", schema);
}

typedef void put_event(struct json_writer *json, const struct catalog *catalog, const struct event *event);
typedef void put_other(struct json_writer *json, const struct record *record);

static void put_touched_events(struct json_writer *json, const struct work *work, put_event *put) {
        const struct catalog *catalog = work->catalog;

        for (size_t i = 0; i < catalog->event_count; i++)
                if (selection_touches_event(work, &catalog->events[i]))
                        put(json, catalog, &catalog->events[i]);
}

static void put_selected(struct json_writer *json, const struct work *work, size_t first, size_t end,
                         put_other *put) {
        for (size_t i = first; i < end; i++)
                if (work_is_selected(work, work->catalog->records[i]))
                        put(json, work->catalog->records[i]);
}

static void put_others(struct json_writer *json, const struct work *work, put_other *put) {
        put_selected(json, work, work->catalog->other_first, work->catalog->record_count, put);
}

void report_put_list(struct json_writer *json, const struct work *work) {
        report_begin(json, "list");
        json_begin_array(json, "events");
        put_touched_events(json, work, put_listed_event);
        json_end_array(json);
        json_begin_array(json, "others");
        put_others(json, work, put_record);
        json_end_array(json);
        json_end_object(json);
}

void report_put_explained(struct json_writer *json, const struct work *work) {
        report_begin(json, "explain");
        json_begin_array(json, "crashes");
        put_touched_events(json, work, put_explained_event);
        json_end_array(json);
        json_begin_array(json, "records");
        put_others(json, work, put_explained_record);
        json_end_array(json);
        json_end_object(json);
}

void report_put_explained_log(struct json_writer *json, const char *path, struct bytes log,
                              const struct log_crash *told) {
        report_begin(json, "explain");
        json_begin_array(json, "crashes");
        json_begin_object(json, NULL);
        json_put_string(json, "log", path);
        report_put_crash(json, log, told);
        json_end_object(json);
        json_end_array(json);
        json_begin_array(json, "records");
        json_end_array(json);
        json_end_object(json);
}

/* Whole events as such, everything else record by record. */
void report_put_shown(struct json_writer *json, const struct work *work, bool with_parts) {
        const struct catalog *catalog = work->catalog;

        report_begin(json, "show");
        json_begin_array(json, "events");
        for (size_t i = 0; i < catalog->event_count; i++)
                if (selection_has_event(work, &catalog->events[i]))
                        put_shown_event(json, catalog, &catalog->events[i], with_parts);
        json_end_array(json);
        json_begin_array(json, "records");
        for (size_t i = 0; i < catalog->event_count; i++) {
                const struct event *event = &catalog->events[i];

                if (!selection_has_event(work, event))
                        put_selected(json, work, event->first, event->first + event->record_count,
                                     put_shown_record);
        }
        put_others(json, work, put_shown_record);
        json_end_array(json);
        json_end_object(json);
}
