/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/check-json.h"

#include "store/report-json.h"

static void put_crashes(struct json_writer *json, const struct crashes *crashes) {
        if (!crashes->known) {
                json_put_null(json, "crashes");
                return;
        }
        json_begin_object(json, "crashes");
        json_put_number(json, "days", CRASHES_DAYS);
        json_put_number(json, "count", crashes->count);
        json_put_number(json, "in_future", crashes->future_count);
        json_put_string(json, "newest", crashes->count > 0 ? crashes->newest : NULL);
        json_begin_array(json, "places");
        for (size_t i = 0; i < CATALOG_SOURCES_MAX; i++) {
                if (crashes->counts[i] == 0)
                        continue;
                json_begin_object(json, NULL);
                report_put_place(json, crashes->catalog->sources[i]);
                json_put_number(json, "count", crashes->counts[i]);
                json_end_object(json);
        }
        json_end_array(json);
        json_put_string(json, "not_seen", crashes->unseen);
        json_end_object(json);
}

static void put_space(struct json_writer *json, const struct source_space *space) {
        if (!space->known) {
                json_put_null(json, "space");
                return;
        }
        json_begin_object(json, "space");
        json_put_number(json, "total", space->total);
        json_put_number(json, "remaining", space->remaining);
        json_put_number(json, "reserved", space->reserved);
        if (space->stale_known)
                json_put_number(json, "stale", space->stale);
        else
                json_put_null(json, "stale");
        json_end_object(json);
}

static void put_store(struct json_writer *json, const struct check_store *store) {
        json_begin_object(json, NULL);
        json_put_string(json, "source", store->spec);
        json_put_string(json, "store", record_store_name(store->store));
        report_put_error(json, "error", store->error, &store->fault);
        json_put_bool(json, "partial", store->is_view); /* the kernel hides what it cannot read */
        json_put_number(json, "events", store->event_count);
        json_put_number(json, "records", store->record_count);
        json_put_number(json, "faulty_records", store->faulty_count);
        json_put_number(json, "canaries", store->canary_count);
        json_put_number(json, "record_bytes", store->record_bytes);
        put_space(json, &store->space);
        json_end_object(json);
}

void check_begin_json(struct json_writer *json, const struct check_facts *facts,
                      const struct findings *findings) {
        report_begin(json, "check");
        json_put_string(json, "verdict", verdict_name(findings_worst(findings)));
        report_put_findings(json, "findings", findings);
        put_crashes(json, &facts->crashes);
        json_begin_array(json, "stores");
        for (size_t i = 0; i < facts->store_count; i++)
                put_store(json, &facts->stores[i]);
        json_end_array(json);
}
