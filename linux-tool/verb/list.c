/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/list.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/verbs.h"
#include "posix/memory.h"

static int print_json(const struct work *work, struct output *output) {
        _cleanup_buffer_ struct buffer buffer;
        struct json_writer json;

        json_piece_begin(&json, &buffer);
        report_put_list(&json, work);
        return json_report_print(json_piece_end(&json), output);
}

static int list_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_inventory_ struct session session = { 0 };
        int count, r;

        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        count = inventory_select(&session, options);
        if (count < 0)
                return inventory_status(&session, 0);
        if (options_have(options, &option_json))
                r = print_json(&session.work, output);
        else
                r = list_selected(&session.work, &output->sink);
        if (r < 0)
                return EXIT_FAILED;
        if (count == 0 && !session.failed)
                inventory_note_none(&session);
        return inventory_status(&session, (size_t) count);
}

static const struct option *const options_taken[] = { &option_source, &option_deleted, &option_no_pager,
                                                      NULL };

const struct verb verb_list = {
        .name = "list",
        .operands = "[ID...]",
        .summary = "list events with their records",
        .description = "An event is one oops or panic, with all the records into which the kernel cut\n"
                       "its log. STORED is the size of the stored bytes, LOG that of the decoded log.\n"
                       "Records that belong to no event come last. The ids are what the other verbs\n"
                       "take. --deleted lists what was deleted from an image and not overwritten yet.\n",
        .options = options_taken,
        .operand_max = SIZE_MAX,
        .operands_are_ids = true,
        .may_be_long = true,
        .run = list_run,
};
