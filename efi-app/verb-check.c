/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "efi-app/document.h"
#include "efi-app/variable-home.h"
#include "efi-app/verb.h"
#include "store/check-json.h"

/* Nothing is said of variables that are not looked at, or that firmware does not tell of. */
static void look_at_variables(struct app *app, const struct session *session,
                              struct check_variables *ret_variables) {
        struct variable_home home;
        bool shown = false;

        for (size_t i = 0; i < session->source_count; i++)
                shown |= session->sources[i]->store == RECORD_STORE_EFI && session->errors[i] == 0;
        if (!shown)
                return;
        variable_home_look(app, &home);
        *ret_variables = home.known;
        ret_variables->differs = !variable_home_agrees(&home, app);
        variable_home_free(&home);
}

/* No kernel runs, and nothing is remembered here of what it has done. */
static int print_json(struct app *app, const struct check_facts *facts, const struct findings *findings) {
        struct document document;
        struct json_writer *json = document_begin(&document, app);

        check_begin_json(json, facts, findings);
        json_begin_array(json, "proofs");
        json_end_array(json);
        json_put_null(json, "boot");
        json_put_null(json, "kernel");
        json_end_object(json);
        return document_end(&document);
}

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
        (void) inventory_load(&inventory, app); /* what has failed is judged */
        for (size_t i = 0; i < session->source_count; i++)
                check_look_at(session, i,
                              session->sources[i]->is_report ? &facts.report : &stores[facts.store_count++]);
        look_at_variables(app, session, &facts.variables);
        crashes_count(&session->catalog, clock_seconds(app), &facts.crashes);
        check_judge(&facts, &findings);
        if (options_have(options, &option_json))
                r = print_json(app, &facts, &findings);
        else
                r = check_print(&facts, &findings, &sink);
        verdict = r < 0 ? VERDICT_UNKNOWN : findings_worst(&findings);
        findings_free(&findings);
        inventory_free(&inventory);
        return verdict;
}

static const struct option *const options_taken[] = {
        &option_source,
        &option_json,
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
