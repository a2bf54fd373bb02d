/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/verb.h"
#include "store/check.h"

static int check_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct check_store stores[STORE_END];
        struct check_facts facts = { .stores = stores };
        struct inventory inventory;
        const struct session *session = &inventory.session;
        struct findings findings;
        enum verdict verdict;
        int r;

        findings_init(&findings, &app->allocator);
        (void) options;
        (void) inventory_load(&inventory, app); /* what has failed is judged */
        for (; facts.store_count < session->source_count; facts.store_count++)
                check_look_at(session, facts.store_count, &stores[facts.store_count]);
        check_judge(&facts, &findings);
        r = check_print(&facts, &findings, &sink);
        verdict = r < 0 ? VERDICT_UNKNOWN : findings_worst(&findings);
        findings_free(&findings);
        inventory_free(&inventory);
        return verdict;
}

static const struct option *const options_taken[] = {
        &option_source,
        NULL,
};

const struct verb verb_check = {
        .name = "check",
        .operands = "",
        .summary = "will a crash on this machine leave a trace?",
        .description = "A verdict, and the facts behind it: the stores, their space and the records that\n"
                       "wait in them. The exit status is that of a monitoring plug-in.\n",
        .options = options_taken,
        .statuses = "0 OK, 1 WARNING, 2 CRITICAL or usage, 3 UNKNOWN",
        .run = check_run,
};
