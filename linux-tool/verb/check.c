/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/check.h"

#include <time.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json-finding.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/verb/check-verdict.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/esp.h"
#include "linux/machine.h"
#include "linux/proof.h"
#include "linux/system-file.h"
#include "posix/memory.h"

/* The stores that are judged when no source is named: ERST itself too, where the kernel lets one. */
static const char *const check_sources[] = { "efivarfs", "erst-dbg", "pstorefs" };

#define UNSEEN_SIZE 480 /* what a line of prose holds */

struct report {
        struct session session;
        struct machine machine;
        struct kdump_settings settings;
        bool has_settings;
        struct check_store stores[SOURCES_MAX]; /* of the sources that are no archives */
        struct proof proof;
        char release[72];
        struct check_proof proofs[2];
        struct check_facts facts;
        char unseen[UNSEEN_SIZE];
        struct findings findings;
};

/* --- what was proven ---------------------------------------------------------------------------- */

static struct check_mark mark_of(const struct proof_mark *mark) {
        return (struct check_mark){
                .seconds = mark->seconds,
                .kernel = mark->kernel,
                .fault = text_equal(mark->result, PROOF_GOOD) ? NULL : mark->result,
        };
}

static void add_proof(struct report *report, enum record_store store) {
        const struct proof_store *proof = &report->proof.stores[store];

        report->proofs[report->facts.proof_count++] = (struct check_proof){
                .store = record_store_name(store),
                .canary = mark_of(&proof->canary),
                .crash = mark_of(&proof->crash),
        };
}

/* Of each store that a panic goes to now. Nothing is said where it cannot be read. */
static void gather_proofs(struct report *report) {
        const struct check_kernel *kernel = &report->machine.kernel;
        enum crash_path path = check_panic_path(kernel);

        if (!report->has_settings || proof_read("", report->settings.directory, &report->proof) < 0 ||
            !system_file_line("", "/proc/sys/kernel/osrelease", report->release, sizeof(report->release)))
                return;
        report->facts.proofs = report->proofs;
        report->facts.release = report->release;
        if (kernel->backend && (path == CRASH_PATH_PSTORE || path == CRASH_PATH_BOTH))
                add_proof(report, backend_store(kernel->backend));
        if (path == CRASH_PATH_KDUMP || path == CRASH_PATH_BOTH)
                add_proof(report, RECORD_STORE_KDUMP);
}

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

/* --- the verb ----------------------------------------------------------------------------------- */

/* Crashes may lie where nobody looked. What is wrong with a store is judged. */
static void put_unseen(const struct session *session, struct text *text) {
        char esp[ESP_WHY_SIZE];

        for (size_t i = 0; i < session->source_count; i++)
                if (session->sources[i]->is_archive && session->errors[i] < 0 &&
                    session->errors[i] != ERR_NO_STORE)
                        text_format(text, "%s%s: %s", text->length > 0 ? "; " : "", session->sources[i]->spec,
                                    error_text(session->errors[i]));
        if (!session->named && inventory_misses_esp(esp))
                text_format(text, "%s%s", text->length > 0 ? "; " : "", esp);
}

/* Archives are looked at, too, where none is named: what waits nowhere is a crash all the same. */
static int make_sources(const struct options *options, struct session *session) {
        const char *sources[SOURCES_MAX];
        size_t named = options_texts(options, &option_source, sources), count = named;
        int r;

        for (size_t i = 0; named == 0 && i < ARRAY_SIZE(check_sources); i++)
                sources[count++] = check_sources[i];
        if (named == 0)
                count = sources_add_archives("", sources, count);
        r = inventory_make(session, sources, count, named > 0, NULL);
        for (size_t i = 0; i < named && r == 0; i++)
                /* Nothing waits in a directory of dumps, and no kernel writes a crash there. */
                if (session->sources[i]->is_archive) {
                        message_error("%s: holds saved dumps, and is no store to be checked",
                                      session->sources[i]->spec);
                        return ERR_NOT_SUPPORTED;
                }
        return r;
}

/* Nothing is told while sources are read: all of it is judged. */
static int gather(const struct options *options, struct report *report) {
        struct session *session = &report->session;
        struct check_facts *facts = &report->facts;
        struct text unseen = TEXT_ON(report->unseen);
        bool about_machine = false;
        int r;

        r = make_sources(options, session);
        if (r < 0)
                return r;
        for (size_t i = 0; i < session->source_count; i++)
                about_machine |= session->sources[i]->of_machine;
        /* What the kernel does at a panic says nothing of an image or of a directory of copies. */
        if (about_machine) {
                machine_look("", &report->machine);
                report->has_settings = kdump_settings_load(options, &report->settings) == 0;
                if (report->has_settings)
                        report->machine.kernel.wish = report->settings.path;
        }
        r = session_load(session);
        if (r < 0)
                message_failure("records", r);
        *facts = (struct check_facts){ .stores = report->stores, .kernel = report->machine.kernel };
        for (size_t i = 0; i < session->source_count; i++) {
                struct check_store *store = &report->stores[facts->store_count];

                if (session->sources[i]->is_archive)
                        continue;
                check_look_at(session, i, store);
                store->store = inventory_store_of(session->sources[i], &report->machine);
                facts->store_count++;
        }
        crashes_count(&session->catalog, (uint64_t) time(NULL), &facts->crashes);
        put_unseen(session, &unseen);
        facts->crashes.unseen = unseen.length > 0 ? report->unseen : NULL;
        if (about_machine)
                gather_proofs(report);
        return r;
}

static struct json_object *json_from_store(const struct check_store *store) {
        struct json_object *object = json_object_new_object(), *space = NULL;

        json_add_string(object, "source", store->spec);
        json_add_string(object, "store", record_store_name(store->store));
        json_add(object, "error", json_from_error(store->error, &store->fault));
        json_add_bool(object, "partial", store->is_view); /* the kernel hides what it cannot read */
        json_add_number(object, "events", store->event_count);
        json_add_number(object, "records", store->record_count);
        json_add_number(object, "faulty_records", store->faulty_count);
        json_add_number(object, "canaries", store->canary_count);
        json_add_number(object, "record_bytes", store->record_bytes);
        if (store->space.known) {
                space = json_object_new_object();
                json_add_number(space, "total", store->space.total);
                json_add_number(space, "remaining", store->space.remaining);
                json_add_number(space, "reserved", store->space.reserved);
                json_add(space, "stale",
                         store->space.stale_known ? json_object_new_uint64(store->space.stale) : NULL);
        }
        json_add(object, "space", space);
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

static struct json_object *json_from_crashes(const struct crashes *crashes) {
        struct json_object *object = json_object_new_object(), *places = json_object_new_array();

        json_add_number(object, "days", CRASHES_DAYS);
        json_add_number(object, "count", crashes->count);
        json_add_number(object, "in_future", crashes->future_count);
        json_add_string(object, "newest", crashes->count > 0 ? crashes->newest : NULL);
        for (size_t i = 0; i < CATALOG_SOURCES_MAX; i++) {
                struct json_object *place;

                if (crashes->counts[i] == 0)
                        continue;
                place = json_from_place(crashes->catalog->sources[i]);
                json_add_number(place, "count", crashes->counts[i]);
                json_object_array_add(places, place);
        }
        json_add(object, "places", places);
        json_add_string(object, "not_seen", crashes->unseen);
        return object;
}

static int print_json(const struct check_facts *facts, const struct findings *findings,
                      struct output *output) {
        struct json_object *report = json_report_new("check");
        struct json_object *stores = json_object_new_array(), *proofs = json_object_new_array();

        for (size_t i = 0; i < facts->store_count; i++)
                json_object_array_add(stores, json_from_store(&facts->stores[i]));
        json_add_string(report, "verdict", verdict_name(findings_worst(findings)));
        json_add(report, "findings", json_from_findings(findings));
        json_add(report, "crashes", json_from_crashes(&facts->crashes));
        json_add(report, "stores", stores);
        for (size_t i = 0; i < facts->proof_count; i++)
                json_object_array_add(proofs, json_from_proof(&facts->proofs[i], facts->release));
        json_add(report, "proofs", proofs);
        json_add(report, "kernel", facts->kernel.known ? json_from_kernel(&facts->kernel) : NULL);
        return json_report_print(report, output);
}

static int judge(const struct options *options, struct report *report) {
        int r;

        findings_init(&report->findings, &system_allocator);
        r = gather(options, report);
        if (r == 0)
                check_judge(&report->facts, &report->findings);
        return r;
}

static void report_free(struct report *report) {
        findings_free(&report->findings);
        inventory_free(&report->session);
        free(report);
}

enum verdict check_verdict(const struct options *options, struct finding *ret_worst) {
        struct report *report = calloc(1, sizeof(*report));
        enum verdict verdict = VERDICT_UNKNOWN;

        *ret_worst =
                (struct finding){ VERDICT_UNKNOWN, "what a crash would leave could not be found out", "" };
        if (!report)
                return verdict;
        if (judge(options, report) == 0) {
                const struct finding *worst;

                verdict = findings_worst(&report->findings);
                worst = findings_first(&report->findings, verdict);
                if (worst)
                        *ret_worst = *worst;
        }
        report_free(report);
        return verdict;
}

/* The exit status is the verdict's number; a check that could not be made is unknown. */
static int check_run(const struct options *options, void *context) {
        struct output *output = context;
        struct report *report = calloc(1, sizeof(*report));
        enum verdict verdict;
        int r;

        if (!report)
                return VERDICT_UNKNOWN;
        r = judge(options, report);
        if (r == 0 && options_have(options, &option_json))
                r = print_json(&report->facts, &report->findings, output);
        else if (r == 0)
                r = check_print(&report->facts, &report->findings, &output->sink);
        verdict = r < 0 ? VERDICT_UNKNOWN : findings_worst(&report->findings);
        report_free(report);
        return (int) verdict;
}

static const struct option *const options_taken[] = { &option_source, NULL };

const struct verb verb_check = {
        .name = "check",
        .summary = "will a crash on this machine leave a trace?",
        .operands = "",
        .description = "A verdict, and the facts behind it: stores, their space, the records that wait\n"
                       "in them, which back end the kernel writes to, and what mends what is wrong;\n"
                       "and how often this machine has crashed of late, and where that lies.\n"
                       "The exit status is that of a monitoring plug-in.\n",
        .options = options_taken,
        .statuses = "0 OK, 1 WARNING, 2 CRITICAL or usage, 3 UNKNOWN",
        .unheard = VERDICT_UNKNOWN,
        .run = check_run,
};
