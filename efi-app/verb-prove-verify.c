/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "cli/prove-status.h"
#include "efi-app/armed.h"
#include "efi-app/verb.h"
#include "store/prove.h"

static bool is_too_soon(void *context, const struct catalog_record *row, const struct canary *canary) {
        (void) row;
        return armed_since_reset(context, canary);
}

/* Canaries, and then the panics of `prove crash`; how many. */
static size_t verify(struct inventory *inventory, struct findings *findings) {
        struct app *app = inventory->stores.app;
        struct session *session = &inventory->session;
        const struct prove_front front = { .context = app, .is_too_soon = is_too_soon };
        size_t count = prove_canaries(session, &front, findings), next = 0;
        struct prove_crash crash;
        bool unproved = false;

        session->failed |= inventory_look_into_flash(app, &session->work, &unproved) > 0;
        for (; prove_next_crash(&session->catalog, "", &next, &crash); count++)
                prove_judge_crash(&crash, findings);
        return count;
}

static int verify_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct inventory inventory;
        struct findings findings;
        size_t count = 0;
        int status;

        (void) options;
        findings_init(&findings, &app->allocator);
        if (inventory_load(&inventory, app) < 0)
                inventory.session.failed = true;
        else
                count = verify(&inventory, &findings);
        if (count == 0)
                console_note(&app->console,
                             "no canary, and no panic of 'prove crash': none was armed, or it is gone");
        (void) findings_print(&findings, &sink);
        status = inventory_status(&inventory, count);
        if (status == EXIT_DONE)
                status = prove_status(&findings);
        inventory_free(&inventory);
        findings_free(&findings);
        return status;
}

static const struct option *const options_taken[] = { &option_source, NULL };

const struct verb verb_prove_verify = {
        .name = "prove verify",
        .operands = "",
        .summary = "what became of the canaries, and clear them",
        .description = "Of a panic that 'prove crash' of Linux made it says whether the log came through,\n"
                       "to the panic's own last lines; it is left where it is.\n",
        .options = options_taken,
        .statuses = PROVE_STATUSES,
        .run = verify_run,
};
