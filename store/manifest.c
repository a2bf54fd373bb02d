/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/manifest.h"
#include "base/error.h"
#include "codec/sha256.h"
#include "pstore/cper-names.h"
#include "store/list.h"
#include "store/report-json.h"

void manifest_put_event(struct json_writer *json, const struct catalog *catalog, const struct event *event,
                        struct bytes log, const struct dump_origin *origin) {
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        event_format_name(event, &text);
        json_put_string(json, "schema", "pstore-fw/manifest/2");
        json_put_string(json, "event", name);
        json_put_string(json, "store", record_store_name(event->store));
        json_put_string(json, "reason", event_reason_name(event->reason));
        json_put_number(json, "count", event->count);
        report_put_time(json, "time", true, event->seconds);
        report_put_crash_head(json, log);
        json_put_string(json, "dumped_by", origin->program);
        report_put_time(json, "dumped_at", origin->seconds > 0, origin->seconds);
        report_put_missing(json, "missing_parts", catalog, event);
}

static void put_digest(struct json_writer *json, const uint8_t sha256[SHA256_SIZE]) {
        char hex[2 * SHA256_SIZE + 1];
        struct text text = TEXT_ON(hex);

        text_put_hex(&text, bytes_of(sha256, SHA256_SIZE));
        json_put_string(json, "sha256", hex);
}

void manifest_put_file(struct json_writer *json, const char *name, const char *path, struct bytes content) {
        uint8_t digest[SHA256_SIZE];

        sha256_digest(content, digest);
        json_begin_object(json, name);
        json_put_string(json, "file", path);
        json_put_number(json, "size", content.size);
        put_digest(json, digest);
        json_end_object(json);
}

void manifest_put_bytes(struct json_writer *json, uint64_t offset, uint64_t size,
                        const uint8_t sha256[SHA256_SIZE]) {
        json_put_number(json, "offset", offset);
        json_put_number(json, "size", size);
        put_digest(json, sha256);
}

static void put_section_type(struct json_writer *json, const struct record *record) {
        const char *words = cper_section_type_name(&record->section_type);
        char guid[GUID_TEXT_SIZE];

        /* Only CPER records have one, which is known where their payload was found. */
        if (record->payload.size == 0 || bytes_are_all(bytes_of(&record->section_type, GUID_SIZE), 0))
                return;
        guid_format(&record->section_type, guid);
        json_put_string(json, "section_type", guid);
        if (words)
                json_put_string(json, "section_type_name", words);
}

static void put_error(struct json_writer *json, const struct record *record) {
        char error[128];
        struct text text = TEXT_ON(error);

        if (record->error == 0)
                return;
        list_format_error(record, &text);
        json_put_string(json, "error", error);
}

void manifest_put_record(struct json_writer *json, const struct catalog_record *row) {
        static const char *const forms[] = {
                [RECORD_FORM_STORED] = "stored",
                [RECORD_FORM_TEXT] = "text",
                [RECORD_FORM_PACKED] = "packed",
        };
        const struct record *record = &row->record;

        report_put_record_id(json, record);
        json_put_string(json, "source", row->source->spec);
        json_put_string(json, "form", forms[row->form]);
        if (record->deleted)
                json_put_bool(json, "deleted", true);
        if (record->salvaged)
                json_put_bool(json, "salvaged", true);
        json_put_string(json, "type", record_type_name(record->type));
        if (record->header.reason != REASON_NONE)
                json_put_number(json, "part", record->header.part);
        report_put_time(json, "time", record->has_time, record->seconds);
        json_put_string(json, "codec", record->codec);
        put_section_type(json, record);
        put_error(json, record);
}
