/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/judgement.h"

#include <stdlib.h>
#include <time.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux-tool/installation.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux/boot-report.h"
#include "linux/esp.h"
#include "linux/system-file.h"
#include "posix/memory.h"
#include "store/check-kernel.h"

/* The stores that are judged when no source is named: ERST itself too, where the kernel lets one. */
static const char *const check_sources[] = { "efivarfs", "erst-dbg", "pstorefs", "bert" };

/* --- what was proven ---------------------------------------------------------------------------- */

static struct check_mark mark_of(const struct proof_mark *mark) {
        return (struct check_mark){
                .seconds = mark->seconds,
                .kernel = mark->kernel,
                .fault = text_equal(mark->result, PROOF_GOOD) ? NULL : mark->result,
        };
}

static void add_proof(struct judgement *judgement, enum record_store store) {
        const struct proof_store *proof = &judgement->proof.stores[store];

        judgement->proofs[judgement->facts.proof_count++] = (struct check_proof){
                .store = record_store_name(store),
                .canary = mark_of(&proof->canary),
                .crash = mark_of(&proof->crash),
        };
}

/* Of each store that a panic goes to now. Nothing is said where it cannot be read. */
static void gather_proofs(struct judgement *judgement) {
        const struct check_kernel *kernel = &judgement->machine.kernel;
        enum crash_path path = check_panic_path(kernel);

        if (!judgement->has_settings ||
            proof_read("", judgement->settings.directory, &judgement->proof) < 0 ||
            !system_file_line("", "/proc/sys/kernel/osrelease", judgement->release,
                              sizeof(judgement->release)))
                return;
        judgement->facts.proofs = judgement->proofs;
        judgement->facts.release = judgement->release;
        if (kernel->backend && (path == CRASH_PATH_PSTORE || path == CRASH_PATH_BOTH))
                add_proof(judgement, backend_store(kernel->backend));
        if (path == CRASH_PATH_KDUMP || path == CRASH_PATH_BOTH)
                add_proof(judgement, RECORD_STORE_KDUMP);
}

/* --- the facts ---------------------------------------------------------------------------------- */

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
static int gather(const struct options *options, struct judgement *judgement) {
        struct session *session = &judgement->session;
        struct check_facts *facts = &judgement->facts;
        struct text unseen = TEXT_ON(judgement->unseen);
        bool about_machine = false;
        int r;

        r = make_sources(options, session);
        if (r < 0)
                return r;
        for (size_t i = 0; i < session->source_count; i++)
                about_machine |= session->sources[i]->of_machine;
        /* What the kernel does at a panic says nothing of an image or of a directory of copies. */
        if (about_machine) {
                machine_look("", &judgement->machine);
                judgement->has_settings = kdump_settings_load(options, &judgement->settings) == 0;
                if (judgement->has_settings)
                        judgement->machine.kernel.wish = judgement->settings.path;
        }
        r = session_load(session);
        if (r < 0)
                message_failure("records", r);
        *facts = (struct check_facts){
                .stores = judgement->stores,
                .kernel = judgement->machine.kernel,
                .of_kernel = &check_of_kernel,
        };
        for (size_t i = 0; i < session->source_count; i++) {
                struct check_store *store = &judgement->stores[facts->store_count];

                if (session->sources[i]->is_archive)
                        continue;
                if (session->sources[i]->is_report) {
                        check_look_at(session, i, &facts->report);
                        continue;
                }
                check_look_at(session, i, store);
                store->store = inventory_store_of(session->sources[i], &judgement->machine);
                facts->store_count++;
        }
        crashes_count(&session->catalog, (uint64_t) time(NULL), &facts->crashes);
        put_unseen(session, &unseen);
        facts->crashes.unseen = unseen.length > 0 ? judgement->unseen : NULL;
        if (about_machine) {
                facts->boot_error = boot_report_find("", &judgement->boot);
                facts->boot = facts->boot_error == 0 ? &judgement->boot : NULL;
                gather_proofs(judgement);
        }
        return r;
}

int judgement_make(const struct options *options, struct judgement **ret_judgement) {
        struct judgement *judgement = calloc(1, sizeof(*judgement));
        int r;

        if (!judgement)
                return ERR_NO_MEMORY;
        findings_init(&judgement->findings, &system_allocator);
        r = gather(options, judgement);
        if (r == 0)
                check_judge(&judgement->facts, &judgement->findings);
        if (r == 0 && judgement->facts.kernel.known) {
                installation_judge("", &judgement->findings);
                findings_sort(&judgement->findings);
        }
        if (r < 0) {
                judgement_free(judgement);
                return r;
        }
        *ret_judgement = judgement;
        return 0;
}

void judgement_free(struct judgement *judgement) {
        if (!judgement)
                return;
        findings_free(&judgement->findings);
        inventory_free(&judgement->session);
        free(judgement);
}
