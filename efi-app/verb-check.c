/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/verb.h"
#include "store/check.h"

static void gather_store(struct session *session, enum machine_store store, struct check_store *ret_facts) {
        struct record_source *source = &session->machine.sources[store];

        *ret_facts = (struct check_store){
                .store = source->store,
                .spec = source->spec,
                .is_view = source->is_view,
                .error = session->machine.errors[store],
        };
        if (ret_facts->error < 0)
                return;
        if (source->operations->space)
                (void) source->operations->space(source, &ret_facts->space);
        check_count_records(&session->catalog, source, ret_facts);
}

static int check_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct sink sink = console_sink(&app->console);
        struct check_store stores[MACHINE_STORE_END];
        struct check_facts facts = { .stores = stores };
        struct session session;
        struct findings findings;
        enum verdict verdict;
        int r;

        findings_init(&findings, &app->allocator);
        (void) options;
        session_open(&session, app);
        for (enum machine_store store = 0; store < MACHINE_STORE_END; store++)
                if (session.machine.wanted[store])
                        gather_store(&session, store, &stores[facts.store_count++]);
        check_judge(&facts, &findings);
        r = check_print(&facts, &findings, &sink);
        verdict = r < 0 ? VERDICT_UNKNOWN : findings_worst(&findings);
        findings_free(&findings);
        session_close(&session);
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
