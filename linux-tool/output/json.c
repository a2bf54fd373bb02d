/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "crash/taint.h"
#include "posix/memory.h"
#include "pstore/description.h"
#include "store/places.h"

#define PRINT_FLAGS (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

struct json_object *json_report_new(const char *verb) {
        struct json_object *report = json_object_new_object();
        char schema[64];

        snprintf(schema, sizeof(schema), "pstore-fw/%s/1", verb);
        json_add_string(report, "schema", schema);
        return report;
}

int json_report_print(struct json_object *report, struct output *output) {
        const char *text = report ? json_object_to_json_string_ext(report, PRINT_FLAGS) : NULL;
        int r = ERR_NO_MEMORY;

        if (text)
                r = sink_put(&output->sink, text_view(text));
        if (r == 0)
                r = sink_format(&output->sink, "\n");
        json_object_put(report);
        return r;
}

void json_add(struct json_object *object, const char *name, struct json_object *value) {
        if (object && json_object_object_add(object, name, value) < 0)
                json_object_put(value);
}

void json_add_string(struct json_object *object, const char *name, const char *value) {
        json_add(object, name, value ? json_from_text(text_view(value)) : NULL);
}

void json_add_number(struct json_object *object, const char *name, uint64_t value) {
        json_add(object, name, json_object_new_uint64(value));
}

void json_add_bool(struct json_object *object, const char *name, bool value) {
        json_add(object, name, json_object_new_boolean(value));
}

void json_add_hex(struct json_object *object, const char *name, uint64_t value) {
        char text[24];

        snprintf(text, sizeof(text), "0x%" PRIx64, value);
        json_add_string(object, name, text);
}

struct json_object *json_from_text(struct bytes text) {
        static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
        _cleanup_buffer_ struct buffer valid;

        buffer_init(&valid, &system_allocator);
        while (text.size > 0) {
                size_t size = utf8_sequence(text);

                if (size > 0)
                        buffer_append(&valid, bytes_first(text, size));
                else
                        buffer_append_text(&valid, replacement);
                text = bytes_from(text, size > 0 ? size : 1);
        }
        if (buffer_error(&valid) < 0 || valid.size > INT32_MAX)
                return NULL;
        return json_object_new_string_len(valid.size > 0 ? (const char *) valid.data : "", (int) valid.size);
}

struct json_object *json_from_error(int error, const struct fault *fault) {
        struct json_object *object;

        if (error >= 0)
                return NULL;
        object = json_object_new_object();
        json_add_string(object, "code", error_name(error));
        json_add_string(object, "text", error_text(error));
        if (fault && fault->field) {
                json_add_number(object, "offset", fault->offset);
                json_add_string(object, "field", fault->field);
                json_add_string(object, "reason", fault->reason);
        }
        return object;
}

static struct json_object *json_from_time(bool known, uint64_t seconds) {
        char time[TIMESTAMP_TEXT_SIZE];

        if (!known)
                return NULL;
        timestamp_format_rfc3339(seconds, time);
        return json_object_new_string(time);
}

static struct json_object *json_from_size(bool known, uint64_t size) {
        return known ? json_object_new_uint64(size) : NULL;
}

struct json_object *json_from_record_id(const struct record *record) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(record, &text);
        return json_from_text(text_bytes(&text));
}

struct json_object *json_from_record_title(const struct record *record) {
        char title[RECORD_TITLE_SIZE];
        struct text text = TEXT_ON(title);

        if (!record->decoded || record_has_log(record))
                return NULL;
        record_put_title(record, &text);
        return json_from_text(text_bytes(&text));
}

struct json_object *json_from_record(const struct catalog_record *row) {
        const struct record *record = &row->record;
        struct json_object *object = json_object_new_object();
        bool is_part = record_is_part(record);

        json_add(object, "id", json_from_record_id(record));
        json_add_string(object, "source", row->source->spec);
        json_add_string(object, "store", record_store_name(record->store));
        json_add_bool(object, "deleted", record->deleted);
        json_add_bool(object, "salvaged", record->salvaged);
        json_add_string(object, "type", record_type_name(record->type));
        json_add(object, "title", json_from_record_title(record));
        json_add(object, "part", json_from_size(is_part, record->header.part));
        json_add(object, "time", json_from_time(record->has_time, record->seconds));
        json_add(object, "stored_bytes", json_from_size(record->raw.size > 0, record->raw.size));
        json_add(object, "log_bytes", json_from_size(record_has_log(record), record_log(record).size));
        json_add(object, "image_bytes", json_from_size(row->image == SOURCE_IMAGE_WHOLE, row->image_size));
        json_add_string(object, "codec", record->codec);
        json_add(object, "error", json_from_error(record->error, &record->fault));
        return object;
}

static struct json_object *json_from_missing(const struct catalog *catalog, const struct event *event) {
        struct json_object *runs = json_object_new_array();
        uint32_t first, last = 0;

        while (event_missing_run(event, catalog->records, last, &first, &last)) {
                struct json_object *run = json_object_new_object();

                json_add_number(run, "first", first);
                json_add_number(run, "last", last);
                json_object_array_add(runs, run);
        }
        return runs;
}

static struct json_object *json_from_view(struct bytes view) {
        return view.size > 0 ? json_from_text(view) : NULL;
}

static struct json_object *json_from_known(bool known, uint64_t number) {
        return known ? json_object_new_uint64(number) : NULL;
}

/* In the order of the log, so that it is seen which came first. */
static struct json_object *json_from_problems(struct bytes log, const struct crash *crash) {
        struct json_object *problems = json_object_new_array();

        for (size_t i = 0; i < crash->problem_count && i < CRASH_PROBLEMS_MAX; i++) {
                const struct crash_problem *problem = &crash->problems[i];
                struct json_object *object = json_object_new_object();
                struct crash told;

                crash_read_problem(log, problem, &told);
                json_add_string(object, "title", told.title);
                json_add_string(object, "kind", problem->kind->name);
                json_add(object, "uptime_us", json_from_known(problem->has_time, problem->time_us));
                json_add_number(object, "offset", problem->offset);
                json_object_array_add(problems, object);
        }
        return problems;
}

static struct json_object *json_from_taint(struct bytes taint) {
        struct json_object *words = json_object_new_array();

        for (size_t i = 0; i < taint.size; i++)
                if (crash_taint_words(taint.data[i]))
                        json_object_array_add(words,
                                              json_object_new_string(crash_taint_words(taint.data[i])));
        return words;
}

struct json_object *json_from_crash(struct bytes log, const struct log_crash *told) {
        const struct crash *crash = &told->crash;
        struct json_object *object = json_object_new_object(), *modules = json_object_new_array();
        struct json_object *trace = json_object_new_array();

        json_add_string(object, "title", crash->title);
        json_add_string(object, "kind", crash->problem.kind->name);
        json_add(object, "function", json_from_view(crash->function));
        json_add_string(object, "signature", told->signature);
        json_add(object, "kernel", json_from_view(crash->kernel));
        json_add(object, "hardware", json_from_view(crash->hardware));
        json_add(object, "uptime_us", json_from_known(crash->problem.has_time, crash->problem.time_us));
        json_add(object, "process", json_from_view(crash->process));
        json_add(object, "pid", json_from_known(crash->has_pid, crash->pid));
        json_add(object, "cpu", json_from_known(crash->has_cpu, crash->cpu));
        json_add(object, "taint", json_from_view(crash->taint));
        json_add(object, "taint_words", json_from_taint(crash->taint));
        for (size_t i = 0; i < crash->module_count; i++)
                json_object_array_add(modules, json_from_text(crash->modules[i]));
        json_add(object, "modules", modules);
        for (size_t i = 0; i < crash->frame_count; i++)
                json_object_array_add(trace, json_from_text(crash->frames[i].text));
        json_add(object, "trace", trace);
        json_add_number(object, "problem_count", crash->problem_count);
        json_add(object, "problems", json_from_problems(log, crash));
        return object;
}

struct json_object *json_from_event_crash(const struct catalog *catalog, const struct event *event) {
        struct json_object *object = NULL;
        struct event_crash crash;

        if (event_crash_read(catalog, event, &crash) > 0)
                object = json_from_crash(crash.log, &crash.told);
        event_crash_free(&crash);
        return object;
}

struct json_object *json_from_place(const struct record_source *source) {
        struct json_object *object = json_object_new_object();

        json_add_string(object, "source", source->spec);
        json_add_string(object, "location", source->location);
        json_add_string(object, "kind", source->is_archive ? "archive" : "store");
        return object;
}

struct json_object *json_from_places(const struct catalog *catalog, const struct event *event) {
        struct json_object *array = json_object_new_array();
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_event(catalog, event, places);

        for (size_t i = 0; i < count; i++) {
                struct json_object *place = json_from_place(places[i].source);

                json_add_bool(place, "complete", places[i].complete);
                json_object_array_add(array, place);
        }
        return array;
}

struct json_object *json_from_event(const struct catalog *catalog, const struct event *event) {
        struct json_object *object = json_object_new_object(), *records = json_object_new_array();
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        event_format_name(event, &text);
        json_add_string(object, "id", name);
        json_add_string(object, "store", record_store_name(event->store));
        json_add_string(object, "reason", event_reason_name(event->reason));
        json_add_number(object, "count", event->count);
        json_add(object, "time", json_from_time(true, event->seconds));
        json_add_number(object, "parts", event->part_max);
        json_add(object, "missing", json_from_missing(catalog, event));
        json_add_number(object, "log_bytes", event->log_size);
        json_add(object, "crash", json_from_event_crash(catalog, event));
        json_add(object, "places", json_from_places(catalog, event));
        for (size_t i = 0; i < event->record_count; i++)
                json_object_array_add(records,
                                      json_from_record(catalog_row(catalog->records[event->first + i])));
        json_add(object, "records", records);
        return object;
}
