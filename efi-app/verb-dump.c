/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"

static int dump_run(const struct options *options, void *context) {
        struct app *app = context;
        struct inventory_output output;
        const struct session_target target = inventory_target(&output, app);
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
        &option_output,
        NULL,
};

const struct verb verb_dump = {
        .name = "dump",
        .operands = "[ID...]",
        .summary = "copy to files; without a verb, when no key comes",
        .description = "Copies records and joined logs to \\EFI\\pstore-fw\\dumps of the volume that it was\n"
                       "started from, flushed, read back and compared. What is there already with the\n"
                       "same bytes is not written again. Where that cannot be written it says where to.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .run = dump_run,
};
