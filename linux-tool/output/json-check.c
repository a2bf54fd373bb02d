/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json-check.h"

#include "base/timestamp.h"
#include "linux-tool/output/json.h"
#include "posix/memory.h"
#include "store/check-json.h"
#include "store/check-kernel.h"

static struct json_object *json_from_proof(const struct check_proof *proof, const char *release) {
        struct json_object *object = json_object_new_object();
        const struct check_mark *mark = check_choose_mark(proof);
        char time[TIMESTAMP_TEXT_SIZE] = "";

        if (mark)
                timestamp_format_rfc3339(mark->seconds, time);
        json_add_string(object, "store", proof->store);
        json_add_string(object, "by", !mark ? NULL : mark == &proof->crash ? "crash" : "canary");
        json_add_string(object, "time", mark ? time : NULL);
        json_add_string(object, "kernel", mark ? mark->kernel : NULL);
        json_add_string(object, "fault", mark ? mark->fault : NULL);
        json_add_bool(object, "current", mark && !mark->fault && text_equal(mark->kernel, release));
        return object;
}

static struct json_object *json_from_kernel(const struct check_kernel *kernel) {
        struct json_object *object = json_object_new_object();
        struct crash_path_decision decision;
        char panic[CHECK_PANIC_SIZE];
        struct text text = TEXT_ON(panic);

        check_decide_path(kernel, &decision);
        check_describe_panic(kernel, &text);
        json_add_string(object, "backend", kernel->backend);
        json_add_string(object, "backend_asked_for", kernel->asked);
        json_add_bool(object, "pstore_mounted", !kernel->unmounted);
        json_add_bool(object, "kdump_loaded", kernel->kdump_loaded);
        json_add_string(object, "kdump_loaded_by", kernel->kdump_by);
        json_add_bool(object, "notifiers_first", kernel->notifiers_first);
        json_add_number(object, "crash_memory", kernel->crash_bytes);
        json_add_string(object, "panic", panic);
        json_add_string(object, "path", crash_path_name(decision.path));
        json_add_string(object, "path_reason", decision.why);
        json_add(object, "log_bytes", kernel->log_bytes ? json_object_new_uint64(kernel->log_bytes) : NULL);
        json_add(object, "panic_seconds",
                 kernel->panic_seconds_known ? json_object_new_int64(kernel->panic_seconds) : NULL);
        return object;
}

static struct json_object *json_from_boot(const struct boot_report *boot) {
        static const char *const names[BOOT_REPORT_NUMBERS] = {
                [BOOT_REPORT_VARIABLES_TOTAL] = "variables_total",
                [BOOT_REPORT_VARIABLES_REMAINING] = "variables_remaining",
                [BOOT_REPORT_VARIABLE_LARGEST] = "variable_largest",
                [BOOT_REPORT_EFI_RECORDS] = "efi_records",
                [BOOT_REPORT_EFI_CLEARED] = "efi_cleared",
                [BOOT_REPORT_ERST_RECORDS] = "erst_records",
                [BOOT_REPORT_ERST_CLEARED] = "erst_cleared",
                [BOOT_REPORT_ERST_PRESENT] = "erst_present",
                [BOOT_REPORT_ERST_BASE] = "erst_base",
                [BOOT_REPORT_ERST_LENGTH] = "erst_length",
                [BOOT_REPORT_ERST_ATTRIBUTES] = "erst_attributes",
                [BOOT_REPORT_EVENTS_SAVED] = "events_saved",
                [BOOT_REPORT_RECORDS_SAVED] = "records_saved",
                [BOOT_REPORT_RECORDS_FAILED] = "records_failed",
                [BOOT_REPORT_FILES_NEW] = "files_new",
        };
        struct json_object *object = json_object_new_object();
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(boot->numbers[BOOT_REPORT_TIME], time);
        json_add_string(object, "program", boot->program);
        json_add_string(object, "time", boot_report_knows(boot, BOOT_REPORT_TIME) ? time : NULL);
        for (size_t i = 0; i < BOOT_REPORT_NUMBERS; i++)
                if (names[i])
                        json_add(object, names[i],
                                 boot_report_knows(boot, i) ? json_object_new_uint64(boot->numbers[i])
                                                            : NULL);
        return object;
}

struct json_object *json_from_check(const struct check_facts *facts, const struct findings *findings) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_object *report, *proofs = json_object_new_array();
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        check_begin_json(&json, facts, findings);
        json_end_object(&json);
        report = json_piece_end(&json);
        for (size_t i = 0; i < facts->proof_count; i++)
                json_object_array_add(proofs, json_from_proof(&facts->proofs[i], facts->release));
        json_add(report, "proofs", proofs);
        json_add(report, "boot", facts->boot ? json_from_boot(facts->boot) : NULL);
        json_add(report, "kernel", facts->kernel.known ? json_from_kernel(&facts->kernel) : NULL);
        return report;
}
