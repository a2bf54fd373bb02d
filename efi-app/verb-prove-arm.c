/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "codec/sha256.h"
#include "efi-app/armed.h"
#include "efi-app/variable-home.h"
#include "efi-app/verb.h"
#include "store/prove.h"

/*
 * A name that no other canary of this machine has: the count goes up with each call and each reset
 * (UEFI 2.10, 8.5.2). Random numbers are not had everywhere, and nobody is to be kept from guessing it.
 */
static void make_seed(struct app *app, uint8_t ret_seed[CANARY_SEED_SIZE]) {
        struct {
                EFI_TIME time;
                UINT64 count;
        } unique = { 0 };
        uint8_t digest[SHA256_SIZE];

        (void) app->runtime->GetTime(&unique.time, NULL);
        (void) app->boot->GetNextMonotonicCount(&unique.count);
        sha256_digest(bytes_of(&unique, sizeof(unique)), digest);
        for (size_t i = 0; i < CANARY_SEED_SIZE; i++)
                ret_seed[i] = digest[i];
}

/* Whether the store has a canary that a reset is to leave. */
static bool arm(struct app *app, struct record_source *source) {
        const struct sink sink = console_sink(&app->console);
        uint8_t seed[CANARY_SEED_SIZE];
        char name[RECORD_NAME_SIZE];
        struct canary canary;
        int r;

        make_seed(app, seed);
        r = prove_arm(source, seed, clock_seconds(app), &canary, name);
        if (r < 0) {
                console_problem(&app->console, "%s: no canary: %s", source->spec, error_text(r));
                return false;
        }
        armed_note(app, &canary);
        (void) sink_format(&sink, "%s:%s\n", source->spec, name);
        return source->store != RECORD_STORE_EFI || variable_home_keeps(app, name);
}

static int arm_run(const struct options *options, void *context) {
        struct app *app = context;
        struct stores stores;
        size_t usable = 0, armed = 0;

        (void) options;
        stores_open(&stores, app);
        for (enum store store = 0; store < STORE_END; store++)
                if (stores.wanted[store] && stores.errors[store] == 0 &&
                    stores.sources[store].operations->write) {
                        usable++;
                        armed += arm(app, &stores.sources[store]);
                }
        stores_close(&stores);
        if (usable == 0)
                console_problem(&app->console, "no store of this machine can be written");
        if (armed > 0)
                console_note(&app->console, "armed: %zu; reset the machine, then 'prove verify'", armed);
        return usable > 0 && armed == usable && app->console.error == 0 ? EXIT_DONE : EXIT_FAILED;
}

static const struct option *const options_taken[] = { &option_source, NULL };

const struct verb verb_prove_arm = {
        .name = "prove arm",
        .operands = "",
        .summary = "put a canary into each store",
        .description = "A canary is a record that says whether it is unharmed. What became of it after a\n"
                       "reset, 'prove verify' tells, here or under Linux.\n",
        .options = options_taken,
        .run = arm_run,
};
