/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/dump-report.h"

#include <json-c/json.h>
#include <stdio.h>

#include "posix/file.h"
#include "posix/memory.h"

#define MANIFEST_LIMIT ((size_t) 256 * 1024)

/* json-c's readers take NULL, and give 0 for what is no number. */
static uint64_t number_of(struct json_object *object, const char *name) {
        return json_object_get_uint64(json_object_object_get(object, name));
}

/* A step has the time at which it ended, so the last one's is what all of them took. */
static uint64_t last_step_ms(struct json_object *steps) {
        size_t count = json_object_is_type(steps, json_type_array) ? json_object_array_length(steps) : 0;

        return count > 0 ? number_of(json_object_array_get_idx(steps, count - 1), "milliseconds") : 0;
}

struct json_object *dump_report_manifest(int directory_fd, const char *name) {
        char path[DUMPS_NAME_SIZE + sizeof(DUMPS_MANIFEST_NAME) + 1];
        _cleanup_buffer_ struct buffer text;
        struct json_object *object;

        buffer_init(&text, &system_allocator);
        snprintf(path, sizeof(path), "%s/" DUMPS_MANIFEST_NAME, name);
        if (file_read_beneath(directory_fd, path, MANIFEST_LIMIT, &text) < 0)
                return NULL;
        buffer_append(&text, bytes_of("", 1));
        object = buffer_error(&text) == 0 ? json_tokener_parse((const char *) text.data) : NULL;
        if (object && !json_object_is_type(object, json_type_object)) {
                json_object_put(object);
                return NULL;
        }
        return object;
}

void dump_report_read(int directory_fd, const struct crash_dump *dump, struct dump_report *ret_report) {
        struct dump_report report = { .dump = *dump };
        struct json_object *manifest = dump_report_manifest(directory_fd, dump->name);
        struct json_object *memory = json_object_object_get(manifest, "memory");

        if (dumps_message(directory_fd, dump->name, report.message) < 0)
                report.message[0] = '\0';
        report.has_manifest = manifest != NULL;
        report.took_ms = last_step_ms(json_object_object_get(manifest, "steps"));
        report.memory_total = number_of(memory, "total");
        report.memory_lowest = number_of(memory, "lowest_available");
        json_object_put(manifest);
        *ret_report = report;
}

const char *dump_report_state(const struct dump_report *report) {
        const struct crash_dump *dump = &report->dump;

        if (dump->has_part || !report->has_manifest)
                return dump->has_log || dump->has_image ? "broken off" : "empty";
        if (dump->has_log && dump->has_image)
                return "complete";
        if (dump->has_log)
                return "log only";
        return dump->has_image ? "image only" : "empty";
}
