/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/verification.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "kdump/test.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux/program.h"
#include "posix/memory.h"
#include "store/prove.h"

#define LOST "lost"

static bool is_this_boot(const struct verification *verification, const char *boot_id) {
        return verification->boot_id[0] && strcmp(verification->boot_id, boot_id) == 0;
}

static void mark(struct verification *verification, struct proof_mark *mark, const char *kernel,
                 const char *result) {
        *mark = (struct proof_mark){ .seconds = (unsigned) verification->now };
        (void) snprintf(mark->kernel, sizeof(mark->kernel), "%s", kernel);
        (void) snprintf(mark->result, sizeof(mark->result), "%s", result);
        verification->change_proof = true;
}

/* --- canaries ------------------------------------------------------------------------------------ */

/* What is remembered of the canary with this name. */
static struct proof_armed *find_armed(struct verification *verification, const char *seed) {
        for (size_t i = 0; i < RECORD_STORE_END; i++) {
                struct proof_armed *armed = &verification->proof.stores[i].armed;

                if (seed[0] && strcmp(armed->seed, seed) == 0)
                        return armed;
        }
        return NULL;
}

/*
 * By the boot that it was armed in; of one that firmware or another system has armed, by the clock. Of an
 * image nobody knows when its machine ran.
 */
static bool is_too_soon(void *context, const struct catalog_record *row, const struct canary *canary) {
        struct verification *verification = context;
        const struct proof_armed *armed = find_armed(verification, canary->seed);

        if (!row->source->of_machine)
                return false;
        if (armed)
                return is_this_boot(verification, armed->boot_id);
        return verification->booted > 0 && canary->seconds >= verification->booted &&
               canary->seconds <= verification->now;
}

static void add_canary(struct verification *verification, const char *id, const char *source,
                       const char *seed, uint64_t seconds, enum prove_fate fate, bool cleared, int error) {
        struct json_object *object = json_object_new_object();
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(seconds, time);
        json_add_string(object, "id", id);
        json_add_string(object, "source", source);
        json_add_string(object, "seed", seed[0] ? seed : NULL);
        json_add_string(object, "armed_at", seconds > 0 ? time : NULL);
        json_add_string(object, "fate", prove_fate_name(fate));
        json_add_bool(object, "cleared", cleared);
        json_add(object, "error", json_from_error(error, NULL));
        json_object_array_add(verification->canaries, object);
}

static enum record_store store_of_canary(const struct prove_canary *found) {
        for (enum record_store store = 0; store < RECORD_STORE_END; store++)
                if (strcmp(found->canary->store, record_store_name(store)) == 0)
                        return store;
        return found->row->record.store;
}

/* One in an image says nothing of this machine. */
static void take_canary(void *context, const struct prove_canary *found) {
        struct verification *verification = context;
        struct proof_armed *armed = find_armed(verification, found->canary->seed);
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(&found->row->record, &text);
        add_canary(verification, id, found->row->source->spec, found->canary->seed, found->canary->seconds,
                   found->fate, found->cleared && (found->error == 0 || found->error == ERR_UNVERIFIED),
                   found->cleared ? found->error : 0);
        if (found->fate == PROVE_TOO_SOON || !found->row->source->of_machine)
                return;
        mark(verification, &verification->proof.stores[store_of_canary(found)].canary, verification->release,
             found->fate == PROVE_UNHARMED ? PROOF_GOOD : prove_fate_name(found->fate));
        if (armed)
                armed->seed[0] = '\0'; /* it has its verdict */
}

/* Whether what the machine has of a store was read to its end. */
static bool is_looked_at(const struct verification *verification, enum record_store store) {
        const struct session *session = verification->session;

        for (size_t i = 0; i < session->source_count; i++)
                if (session->sources[i]->of_machine && session->errors[i] == 0 &&
                    inventory_store_of(session->sources[i], &verification->machine) == store)
                        return true;
        return false;
}

static const struct catalog_record *find_record(const struct catalog *catalog, const char *id) {
        for (size_t i = 0; i < catalog->row_count; i++)
                if (record_has_id(&catalog->rows[i]->record, id))
                        return catalog->rows[i];
        return NULL;
}

/* One that was armed, has no verdict and is not among those that were found. */
static void miss_canary(struct verification *verification, enum record_store store) {
        struct proof_store *proof = &verification->proof.stores[store];
        struct proof_armed *armed = &proof->armed;
        struct findings *findings = &verification->findings;
        char id[RECORD_ID_SIZE], time[TIMESTAMP_TEXT_SIZE];
        enum prove_fate fate = PROVE_GONE;

        snprintf(id, sizeof(id), "%s:%s", record_store_name(store), armed->name);
        timestamp_format(armed->seconds, time);
        verification->count++;
        if (is_this_boot(verification, armed->boot_id)) {
                findings_add(findings, VERDICT_UNKNOWN, "pstore-fw prove arm",
                             "%s: the canary of %s is gone, and not by a reboot: there was none", id, time);
                fate = PROVE_TOO_SOON;
        } else if (!is_looked_at(verification, store)) {
                findings_add(findings, VERDICT_UNKNOWN, "",
                             "%s: the canary of %s is not found, but the store cannot be looked into", id,
                             time);
                return;
        } else if (find_record(&verification->session->catalog, id)) {
                findings_add(findings, VERDICT_CRITICAL, "",
                             "%s: the canary of %s came back as something else; it is left there", id, time);
                fate = PROVE_CHANGED;
        } else {
                findings_add(findings, VERDICT_CRITICAL, "", "%s: the canary of %s is gone", id, time);
        }
        add_canary(verification, id, record_store_name(store), armed->seed, armed->seconds, fate, false, 0);
        armed->seed[0] = '\0';
        verification->change_proof = true;
        if (fate != PROVE_TOO_SOON)
                mark(verification, &proof->canary, verification->release, prove_fate_name(fate));
}

static bool was_found(const struct verification *verification, const char *seed) {
        const struct catalog *catalog = &verification->session->catalog;
        struct canary canary;

        for (size_t i = 0; i < catalog->row_count; i++)
                if (canary_parse(catalog->rows[i]->record.text, &canary) == 0 &&
                    strcmp(canary.seed, seed) == 0)
                        return true;
        return false;
}

/* Nothing is missed where only images were looked at. */
static void verify_canaries(struct verification *verification) {
        const struct prove_front front = {
                .context = verification,
                .is_too_soon = is_too_soon,
                .found = take_canary,
        };

        verification->count += prove_canaries(verification->session, &front, &verification->findings);
        for (enum record_store store = 0; store < RECORD_STORE_END && !verification->session->named;
             store++) {
                const char *seed = verification->proof.stores[store].armed.seed;

                if (seed[0] && !was_found(verification, seed))
                        miss_canary(verification, store);
        }
}

/* --- the crash ----------------------------------------------------------------------------------- */

static struct json_object *json_from_proven_crash(const struct prove_crash *crash) {
        struct json_object *object = json_object_new_object();
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        event_format_name(crash->event, &text);
        json_add_string(object, "event", name);
        json_add_string(object, "source", crash->source->spec);
        json_add_number(object, "parts", crash->event->part_max);
        json_add_number(object, "missing_parts", crash->missing_count);
        json_add_number(object, "faulty_records", crash->faulty_count);
        json_add_number(object, "lines", crash->line_count);
        json_add_bool(object, "has_message", crash->has_message);
        json_add(object, "last_line", json_from_text(crash->last_line));
        json_add_bool(object, "whole", prove_crash_is_whole(crash));
        return object;
}

static void note_where_it_lies(const struct prove_crash *crash) {
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);

        event_format_name(crash->event, &text);
        if (!crash->source->is_archive && crash->source->operations->erase)
                message_note("the panic stays in its store: 'pstore-fw clear %s' saves and clears it", name);
}

/* Without a token, what lies in an archive was verified long ago. How many there are. */
static size_t find_crashes(struct verification *verification, struct json_object *events) {
        const char *word = verification->has_token ? verification->token.word : "";
        struct prove_crash crash;
        size_t next = 0, count = 0;

        while (prove_next_crash(&verification->session->catalog, word, &next, &crash)) {
                if (!verification->has_token && crash.source->is_archive)
                        continue;
                prove_judge_crash(&crash, &verification->findings);
                json_object_array_add(events, json_from_proven_crash(&crash));
                note_where_it_lies(&crash);
                verification->whole[crash.event->store] |= prove_crash_is_whole(&crash);
                if (crash.source->of_machine && verification->has_token)
                        mark(verification, &verification->proof.stores[crash.event->store].crash,
                             verification->token.kernel,
                             verification->whole[crash.event->store] ? PROOF_GOOD : LOST);
                count++;
        }
        return count;
}

/* Manifest and image beside the log; they are kdump's own. */
static void verify_kdump(struct verification *verification) {
        const struct test_token *token = &verification->token;
        struct proof_mark *proof = &verification->proof.stores[RECORD_STORE_KDUMP].crash;
        const struct finding *finding;
        struct test_result result;
        char tool[PATH_MAX] = "";

        if (!program_find(verification->settings.image_tool, tool))
                tool[0] = '\0';
        if (kdump_test_verify(verification->root, verification->settings.directory, token, tool, &result) <
            0) {
                findings_add(&verification->findings, VERDICT_UNKNOWN, "", "kdump: %s",
                             error_text(ERR_NO_MEMORY));
                return;
        }
        for (size_t i = 0; (finding = findings_at(&result.findings, i)); i++)
                findings_add(&verification->findings, finding->verdict, finding->remedy, "kdump: %s",
                             finding->text);
        mark(verification, proof, token->kernel, result.passed ? PROOF_GOOD : LOST);
        findings_free(&result.findings);
}

static void miss_pstore(struct verification *verification, bool came_elsewhere) {
        const struct test_token *token = &verification->token;
        bool expected = strcmp(token->path, "pstore") == 0 || strcmp(token->path, "both") == 0;
        bool came = false;

        for (enum record_store store = 0; store < RECORD_STORE_END; store++) {
                came |= store != RECORD_STORE_KDUMP && verification->whole[store];
                if (strcmp(record_store_name(store), token->store) == 0 && !verification->whole[store])
                        mark(verification, &verification->proof.stores[store].crash, token->kernel, LOST);
        }
        if (expected && !came)
                findings_add(&verification->findings, came_elsewhere ? VERDICT_WARNING : VERDICT_CRITICAL,
                             "pstore-fw check", "pstore was expected to take the panic%s%s, and has not",
                             token->store[0] ? " into " : "", token->store);
}

static void tell_absence(struct verification *verification) {
        const struct test_token *token = &verification->token;
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format(token->seconds, time);
        if (verification->booted >= token->seconds)
                findings_add(
                        &verification->findings, VERDICT_OK, "",
                        "the machine was away for %llu s, from the crash at %s to the start of this boot",
                        (unsigned long long) (verification->booted - token->seconds), time);
}

static void add_crash(struct verification *verification, struct json_object *events) {
        struct json_object *object = json_object_new_object();
        const struct test_token *token = &verification->token;
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(token->seconds, time);
        json_add_string(object, "crashed_at", verification->has_token ? time : NULL);
        json_add_string(object, "kernel", token->kernel[0] ? token->kernel : NULL);
        json_add_string(object, "expected", token->path[0] ? token->path : NULL);
        json_add(object, "away_seconds",
                 verification->has_token && verification->booted >= token->seconds
                         ? json_object_new_uint64(verification->booted - token->seconds)
                         : NULL);
        json_add(object, "events", events);
        verification->crash = object;
}

static void verify_crash(struct verification *verification) {
        struct json_object *events;
        size_t found;

        if (verification->has_token && is_this_boot(verification, verification->token.boot_id)) {
                findings_add(&verification->findings, VERDICT_UNKNOWN, "",
                             "the machine was to crash in this boot, and has not");
                verification->count++;
                return;
        }
        events = json_object_new_array();
        found = find_crashes(verification, events);
        if (!verification->has_token && found == 0) {
                json_object_put(events);
                return;
        }
        verification->count++;
        if (verification->has_token) {
                bool kdump = test_token_has_kdump(&verification->token);

                if (kdump)
                        verify_kdump(verification);
                miss_pstore(verification, found > 0);
                if (found == 0 && !kdump)
                        findings_add(&verification->findings, VERDICT_CRITICAL, "pstore-fw check",
                                     "the crash left nothing anywhere%s",
                                     strcmp(verification->token.path, "none") == 0 ? ", as was expected"
                                                                                   : "");
                tell_absence(verification);
        }
        add_crash(verification, events);
}

/* --- all of it ----------------------------------------------------------------------------------- */

void verification_init(struct verification *verification) {
        findings_init(&verification->findings, &system_allocator);
        verification->canaries = json_object_new_array();
}

void verification_free(struct verification *verification) {
        json_object_put(verification->canaries);
        json_object_put(verification->crash);
        findings_free(&verification->findings);
}

/* By writing it again as it is. */
int verification_prepare(const struct verification *verification, struct reason *ret_reason) {
        bool armed = false;

        for (size_t i = 0; i < RECORD_STORE_END; i++)
                armed |= verification->proof.stores[i].armed.seed[0] != '\0';
        if (!armed)
                return 0;
        return proof_write(verification->root, verification->settings.directory, &verification->proof,
                           ret_reason);
}

void verification_run(struct verification *verification) {
        verify_canaries(verification);
        verify_crash(verification);
        findings_sort(&verification->findings);
}

int verification_settle(const struct verification *verification, struct reason *ret_reason) {
        const char *root = verification->root, *directory = verification->settings.directory;
        int r = 0;

        if (verification->change_proof)
                r = proof_write(root, directory, &verification->proof, ret_reason);
        if (r == 0 && verification->has_token)
                r = test_token_remove(root, directory, ret_reason);
        return r;
}
