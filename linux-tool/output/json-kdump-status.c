/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json-kdump-status.h"

#include "base/timestamp.h"
#include "linux-tool/output/json-preparation.h"
#include "linux-tool/output/json.h"

static struct json_object *json_from_switches(const struct kdump_facts *facts) {
        struct json_object *object = json_object_new_object(), *owners = json_object_new_array();

        json_add_bool(object, "kexec", facts->machine.kernel.has_kexec);
        json_add_bool(object, "kexec_load_disabled", facts->load_disabled);
        json_add_bool(object, "crash_kexec_post_notifiers", facts->machine.kernel.notifiers_first);
        json_add(object, "panic_seconds",
                 facts->machine.kernel.panic_seconds_known
                         ? json_object_new_int64(facts->machine.kernel.panic_seconds)
                         : NULL);
        json_add(object, "secure_boot",
                 facts->secure_boot == SECURE_BOOT_UNKNOWN
                         ? NULL
                         : json_object_new_boolean(facts->secure_boot == SECURE_BOOT_ON));
        json_add_bool(object, "luks_key_handover", facts->hands_keys_over);
        json_add_string(object, "lockdown", facts->lockdown[0] ? facts->lockdown : NULL);
        json_add_bool(object, "service_enabled", facts->service_enabled);
        for (size_t i = 0; i < facts->owner_count; i++)
                json_object_array_add(owners, json_object_new_string(facts->owners[i]));
        json_add(object, "other_services", owners);
        return object;
}

static struct json_object *json_from_map(const struct kdump_map *map) {
        static const char *const states[] = {
                [KDUMP_MAP_CURRENT] = "current",
                [KDUMP_MAP_CHANGED] = "changed",
                [KDUMP_MAP_UNKNOWN] = "unknown",
        };
        struct json_object *object;

        if (map->state == KDUMP_MAP_NONE)
                return NULL;
        object = json_object_new_object();
        json_add_string(object, "state", states[map->state]);
        json_add_string(object, "of", map->of);
        json_add_string(object, "changed", map->changed[0] ? map->changed : NULL);
        return object;
}

static struct json_object *json_from_watchdogs(const struct kdump_watchdogs *watchdogs) {
        struct json_object *array = json_object_new_array();

        for (size_t i = 0; i < watchdogs->count; i++) {
                const struct kdump_watchdog *watchdog = &watchdogs->list[i];
                struct json_object *object = json_object_new_object();

                json_add_string(object, "name", watchdog->name);
                json_add_string(object, "driver", watchdog->driver);
                json_add(object, "active",
                         watchdog->is_known ? json_object_new_boolean(watchdog->is_active) : NULL);
                json_add(object, "timeout_seconds",
                         watchdog->is_known ? json_object_new_uint64(watchdog->timeout_seconds) : NULL);
                json_object_array_add(array, object);
        }
        return array;
}

static struct json_object *json_from_dump(const struct dump_report *report) {
        struct json_object *object = json_object_new_object();
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(report->dump.crash_seconds, time);
        json_add_string(object, "event", report->dump.name);
        json_add_string(object, "time", time);
        json_add_string(object, "state", dump_report_state(report));
        json_add_string(object, "message", report->message[0] ? report->message : NULL);
        json_add_bool(object, "sealed", report->dump.is_sealed);
        json_add_number(object, "log_bytes", report->dump.log_size);
        json_add_number(object, "image_bytes", report->dump.image_size);
        json_add_number(object, "milliseconds", report->took_ms);
        json_add_number(object, "memory_total", report->memory_total);
        json_add_number(object, "memory_lowest", report->memory_lowest);
        return object;
}

struct json_object *json_from_kdump_status(const struct kdump_status *status) {
        const struct kdump_judgement *judgement = &status->judgement;
        const struct kdump_facts *facts = &status->facts;
        const struct kdump_preparation *preparation = &status->preparation;
        char seal_id[SEAL_ID_TEXT_SIZE];
        struct json_object *report = json_report_new("kdump-status"), *dumps = json_object_new_array();

        json_add_bool(report, "as_meant", judgement->as_meant);
        json_add(report, "findings", json_from_findings(&judgement->findings));
        json_add_string(report, "panic", judgement->panic);
        json_add_string(report, "path", crash_path_name(judgement->decision.path));
        json_add_string(report, "path_reason", judgement->decision.why);
        json_add_string(report, "backend", facts->machine.kernel.backend);
        json_add_string(report, "backend_asked_for", facts->machine.kernel.asked);
        json_add_bool(report, "loaded", facts->machine.kernel.kdump_loaded);
        json_add_string(report, "loaded_by", facts->machine.kernel.kdump_by);
        json_add_string(report, "kernel", preparation->kernel ? preparation->kernel->path : NULL);
        json_add(report, "unpacking", json_from_unpacking(preparation));
        json_add(report, "memory", json_from_crash_memory(preparation));
        json_add(report, "target", json_from_crash_target(preparation->place));
        json_add(report, "collector", json_from_collector(&preparation->collector));
        json_add(report, "map", json_from_map(&facts->map));
        json_add_string(report, "sealed_to",
                        kdump_preparation_seal_id(preparation, seal_id) ? seal_id : NULL);
        json_add(report, "switches", json_from_switches(facts));
        json_add(report, "watchdogs", json_from_watchdogs(&preparation->watchdogs));
        for (size_t i = 0; i < facts->dump_count && i < KDUMP_DUMPS_SHOWN_MAX; i++)
                json_object_array_add(dumps, json_from_dump(&facts->dumps[i]));
        json_add_number(report, "dump_count", facts->dump_count);
        json_add(report, "dumps", dumps);
        json_add_bool(report, "test_pending", facts->test_pending);
        return report;
}
