/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/kdump-manifest.h"

#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "base/timestamp.h"

static void put_time(struct json_writer *json, const char *name, uint64_t seconds) {
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(seconds, time);
        json_put_string(json, name, time);
}

static void put_text_or_null(struct json_writer *json, const char *name, const char *value) {
        if (value[0])
                json_put_string(json, name, value);
        else
                json_put_null(json, name);
}

static void put_file(struct json_writer *json, const struct save_job *job, const char *name) {
        char file[SAVE_NAME_SIZE];

        save_file_name(job, name, file);
        json_put_string(json, "file", file);
}

static void put_log(struct json_writer *json, const struct save_job *job, const struct save_result *result) {
        if (!result->log.saved) {
                json_put_null(json, "log");
                put_text_or_null(json, "log_error", result->log.error);
                return;
        }
        json_begin_object(json, "log");
        put_file(json, job, DUMPS_LOG_NAME);
        json_put_number(json, "size", result->log.size);
        if (result->log_sha256[0])
                json_put_string(json, "sha256", result->log_sha256);
        json_end_object(json);
}

/* Without a digest: reading hundreds of megabytes again would keep the machine from coming back. */
static void put_image(struct json_writer *json, const struct save_job *job,
                      const struct save_result *result) {
        if (!result->image.saved) {
                json_put_null(json, "image");
                put_text_or_null(json, "image_error", result->image.error);
                return;
        }
        json_begin_object(json, "image");
        put_file(json, job, DUMPS_IMAGE_NAME);
        json_put_number(json, "size", result->image.size);
        json_put_number(json, "dump_level", job->plan->dump_level);
        json_put_string(json, "compression", job->plan->compression);
        json_end_object(json);
}

static void put_seal(struct json_writer *json, const struct save_job *job) {
        char id[SEAL_ID_TEXT_SIZE];

        if (!job->public_key)
                return;
        seal_key_id(job->public_key, id);
        json_put_string(json, "sealed_to", id);
}

void kdump_manifest_put(const struct save_job *job, const struct save_result *result, const char *dumped_by,
                        struct buffer *buffer) {
        struct json_writer json;

        json_init(&json, buffer);
        json_begin_object(&json, NULL);
        json_put_string(&json, "schema", "pstore-fw/kdump-manifest/1");
        json_put_string(&json, "event", result->name);
        json_put_string(&json, "store", "kdump");
        json_put_string(&json, "reason", "panic");
        put_text_or_null(&json, "message", result->message);
        put_time(&json, "time", result->crash_seconds);
        put_text_or_null(&json, "kernel", result->release);
        json_put_string(&json, "dumped_by", dumped_by);
        put_time(&json, "dumped_at", (uint64_t) time(NULL));
        put_log(&json, job, result);
        put_image(&json, job, result);
        put_seal(&json, job);
        json_begin_array(&json, "steps");
        for (size_t i = 0; i < job->steps->count; i++) {
                const struct step *step = &job->steps->rows[i];

                json_begin_object(&json, NULL);
                json_put_string(&json, "name", step->name);
                json_put_number(&json, "milliseconds", step->ms);
                json_put_string(&json, "result", step->result);
                json_end_object(&json);
        }
        json_end_array(&json);
        json_begin_object(&json, "memory");
        json_put_number(&json, "total", job->meminfo->total);
        json_put_number(&json, "free_at_start", job->meminfo->free_at_start);
        json_put_number(&json, "lowest_available", job->meminfo->lowest_available);
        json_end_object(&json);
        json_end_object(&json);
}
