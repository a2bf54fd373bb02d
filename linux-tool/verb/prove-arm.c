/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sys/random.h>
#include <time.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "kdump/token.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/proof.h"
#include "store/prove.h"

/* pstore itself takes records from the kernel alone; erst-dbg is not loaded by default. */
static const char *const arm_sources[] = { "efivarfs", "erst-dbg" };

struct arming {
        struct session session;
        struct kdump_settings settings; /* .directory has what is remembered */
        struct proof proof;
        bool is_armed[RECORD_STORE_END];
        bool remember; /* something of this machine was armed */
        size_t armed_count, failed_count;
        struct json_object *armed; /* NULL: not asked for */
        struct output *output;
};

/* What a canary that is gone after the reboot is missed by. */
static void remember(struct arming *arming, const struct record_source *source, const struct canary *canary,
                     const char *name) {
        struct proof_armed *armed = &arming->proof.stores[source->store].armed;

        struct text seed = TEXT_ON(armed->seed), record = TEXT_ON(armed->name);

        text_put(&seed, canary->seed);
        text_put(&record, name);
        armed->seconds = (unsigned) canary->seconds;
        (void) test_token_boot_id("", armed->boot_id);
        arming->is_armed[source->store] = true;
        arming->remember = true;
}

static int report_armed(struct arming *arming, const struct record_source *source,
                        const struct canary *canary, const char *name) {
        char id[RECORD_ID_SIZE], time[TIMESTAMP_TEXT_SIZE];
        struct json_object *object;

        (void) snprintf(id, sizeof(id), "%s:%s", record_store_name(source->store), name);
        if (!arming->armed)
                return sink_format(&arming->output->sink, "%s\n", id);
        timestamp_format_rfc3339(canary->seconds, time);
        object = json_object_new_object();
        json_add_string(object, "id", id);
        json_add_string(object, "source", source->spec);
        json_add_string(object, "seed", canary->seed);
        json_add_string(object, "armed_at", time);
        json_object_array_add(arming->armed, object);
        return 0;
}

static int arm(struct arming *arming, struct record_source *source) {
        uint8_t seed[CANARY_SEED_SIZE];
        char name[RECORD_NAME_SIZE];
        struct canary canary;
        int r;

        if (getrandom(seed, sizeof(seed), 0) != (ssize_t) sizeof(seed))
                return ERR_IO;
        r = prove_arm(source, seed, (uint64_t) time(NULL), &canary, name);
        if (r < 0)
                return r;
        arming->armed_count++;
        if (source->of_machine)
                remember(arming, source, &canary, name);
        return report_armed(arming, source, &canary, name);
}

/* One that was armed before the last boot has no verdict yet, and would not be missed any more. */
static bool awaits_verdict(const struct arming *arming, const struct record_source *source) {
        const struct proof_armed *armed = &arming->proof.stores[source->store].armed;
        char boot_id[sizeof(armed->boot_id)] = "";

        (void) test_token_boot_id("", boot_id);
        return source->of_machine && armed->seed[0] && !text_equal(armed->boot_id, boot_id);
}

/* A store that this machine does not have is worth a line only to somebody who asked for it. */
static void arm_source(struct arming *arming, struct record_source *source) {
        int r = source->operations->open(source);

        if (r == ERR_NO_STORE && !arming->session.named)
                return;
        if (r == 0 && !source->operations->write) {
                message_note("%s: it can only be read: 'pstore-fw prove crash' proves it", source->spec);
                return;
        }
        if ((r == 0 || r == ERR_STRAY) && awaits_verdict(arming, source)) {
                message_error("%s: its last canary has no verdict yet: first 'pstore-fw prove verify'",
                              source->spec);
                arming->failed_count++;
                return;
        }
        if (r == 0 || r == ERR_STRAY)
                r = arm(arming, source);
        if (r < 0) {
                char why[512];
                struct text why_text = TEXT_ON(why);

                source_put_error(r, source->refusal, &source->fault, &why_text);
                message_error("%s: %s", source->spec, why);
                arming->failed_count++;
        }
}

/* What a panic would go to, and no canary can. */
static void note_unarmed(const struct arming *arming) {
        struct machine machine;
        enum record_store store;

        machine_look("", &machine);
        if (!machine.kernel.backend)
                return;
        store = backend_store(machine.kernel.backend);
        if (!arming->is_armed[store])
                message_note(
                        "%s: only the kernel writes there, at a crash: 'pstore-fw prove crash' proves it",
                        machine.kernel.backend);
}

static int print_json(struct arming *arming) {
        struct json_object *report = json_report_new("prove-arm");

        json_add(report, "armed", arming->armed);
        return json_report_print(report, arming->output);
}

static int arm_all(struct arming *arming) {
        struct reason reason;

        for (size_t i = 0; i < arming->session.source_count; i++)
                arm_source(arming, arming->session.sources[i]);
        if (!arming->session.named)
                note_unarmed(arming);
        if (arming->remember && proof_write("", arming->settings.directory, &arming->proof, &reason) < 0) {
                message_error("prove arm: what is armed is not remembered, and not missed if it is gone: %s",
                              reason.text);
                arming->failed_count++;
        }
        if (arming->armed && print_json(arming) < 0)
                return EXIT_FAILED;
        if (arming->armed_count == 0)
                message_error("prove arm: no store that was looked at can be written");
        else
                message_note("armed: %zu; after the next boot 'pstore-fw prove verify' says what came back",
                             arming->armed_count);
        return arming->armed_count > 0 && arming->failed_count == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int arm_run(const struct options *options, void *context) {
        struct arming arming = { .output = context };
        const char *sources[SOURCES_MAX];
        size_t count = options_texts(options, &option_source, sources);
        int r, status = EXIT_FAILED;

        if (kdump_settings_load(options, &arming.settings) < 0)
                return EXIT_FAILED;
        if (proof_read("", arming.settings.directory, &arming.proof) == ERR_VALUE)
                message_error("%s/" PROOF_NAME ": malformed: it is written anew", arming.settings.directory);
        if (options_have(options, &option_json))
                arming.armed = json_object_new_array();
        if (count > 0)
                r = inventory_make(&arming.session, sources, count, true, &message_teller);
        else
                r = inventory_make(&arming.session, arm_sources, ARRAY_SIZE(arm_sources), false,
                                   &message_teller);
        if (r == 0)
                status = arm_all(&arming);
        inventory_free(&arming.session);
        return status;
}

static const struct option *const options_taken[] = { &option_source, &option_config, NULL };

const struct verb verb_prove_arm = {
        .name = "prove arm",
        .operands = "",
        .summary = "put a canary into each store that can be written",
        .description = "A canary is a record that says whether it is unharmed. What became of it after a\n"
                       "reboot, 'prove verify' tells, here or in firmware. Without --source: EFI\n"
                       "variables, and ERST where the kernel lets one write there.\n",
        .options = options_taken,
        .run = arm_run,
};
