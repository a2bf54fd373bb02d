/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"

static int dump_run(const struct options *options, void *context) {
        struct app *app = context;
        const struct selection selection = { .ids = options->operands, .id_count = options->operand_count };
        struct session session;
        int status;

        session_open(&session, app);
        if (session_select(&session, &selection, &status) > 0)
                status = session_status(&session, session_dump(&session));
        session_close(&session);
        return status;
}

static const struct option *const options_taken[] = {
        &option_source,
        &option_all,
        NULL,
};

const struct verb verb_dump = {
        .name = "dump",
        .operands = "[ID...]",
        .summary = "copy to the ESP; this is what happens without a verb",
        .description = "Copies records and joined logs to \\EFI\\pstore-fw\\dumps, flushed, read back and\n"
                       "compared. What is there already with the same bytes is not written again.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = dump_run,
};
