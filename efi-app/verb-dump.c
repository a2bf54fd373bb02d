/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"

static int dump_run(const struct options *options, void *context) {
        struct app *app = context;
        struct inventory_esp esp;
        const struct session_target target = inventory_target(&esp, app);
        struct inventory inventory;
        struct dump_result result;
        size_t count = 0;
        int status;

        if (inventory_load(&inventory, app) == 0)
                count = inventory_select(&inventory, options);
        if (count > 0) {
                (void) session_copy(&inventory.session, &target, &result);
                inventory_tell_saved(app, &result);
        }
        status = inventory_status(&inventory, count);
        inventory_free(&inventory);
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
