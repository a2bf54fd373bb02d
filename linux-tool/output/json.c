/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "posix/memory.h"
#include "store/report-json.h"

#define PRINT_FLAGS (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

struct json_object *json_report_new(const char *verb) {
        struct json_object *report = json_object_new_object();
        char schema[64];

        snprintf(schema, sizeof(schema), "pstore-fw/%s/1", verb);
        json_add_string(report, "schema", schema);
        return report;
}

int json_report_put(struct json_object *report, const struct sink *sink) {
        const char *text = report ? json_object_to_json_string_ext(report, PRINT_FLAGS) : NULL;
        int r = ERR_NO_MEMORY;

        if (text)
                r = sink_put(sink, text_view(text));
        if (r == 0)
                r = sink_format(sink, "\n");
        json_object_put(report);
        return r;
}

int json_report_print(struct json_object *report, struct output *output) {
        return json_report_put(report, &output->sink);
}

void json_add(struct json_object *object, const char *name, struct json_object *value) {
        if (!object || json_object_object_add(object, name, value) < 0)
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

/* --- what the shared writer writes ---------------------------------------------------------------- */

void json_piece_begin(struct json_writer *json, struct buffer *buffer) {
        buffer_init(buffer, &system_allocator);
        json_init(json, buffer);
}

struct json_object *json_piece_end(struct json_writer *json) {
        struct bytes text = buffer_bytes(json->buffer);
        struct json_object *object = NULL;
        struct json_tokener *tokener;

        if (buffer_error(json->buffer) < 0 || text.size > INT32_MAX)
                return NULL;
        tokener = json_tokener_new();
        if (tokener)
                object = json_tokener_parse_ex(tokener, (const char *) text.data, (int) text.size);
        json_tokener_free(tokener);
        return object;
}

struct json_object *json_from_text(struct bytes text) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        json_put_text(&json, NULL, text);
        return json_piece_end(&json);
}

struct json_object *json_from_error(int error, const struct fault *fault) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        report_put_error(&json, NULL, error, fault);
        return json_piece_end(&json);
}

struct json_object *json_from_findings(const struct findings *findings) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        report_put_findings(&json, NULL, findings);
        return json_piece_end(&json);
}

struct json_object *json_from_record_id(const struct record *record) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(record, &text);
        return json_from_text(text_bytes(&text));
}
