/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "cli/retire-options.h"

#include "cli/common-options.h"

const char *retire_options_misuse(const struct options *options) {
        if (options->operand_count == 0 && !options_have(options, &option_all) &&
            !options_have(options, &option_dumped) && !options_have(options, &option_older_than) &&
            !options_have(options, &option_keep))
                return "say what: ids, --all, --dumped, --older-than or --keep";
        if (options->operand_count > 0 && options_have(options, &option_all))
                return "--all and ids exclude each other";
        return NULL;
}

struct retire_wish retire_options_wish(const struct options *options, uint64_t now, bool sources_named) {
        bool archives_too = sources_named || options->operand_count > 0;
        uint64_t age = options_number(options, &option_older_than);

        return (struct retire_wish){
                .selection = {
                        .ids = options->operands,
                        .id_count = options->operand_count,
                        .only_crashes = !options_have(options, &option_all),
                        .limit_age = options_have(options, &option_older_than),
                        .made_before = now > age ? now - age : 0,
                        .keep_events = options_number(options, &option_keep),
                        .stores_alone = !archives_too,
                },
                .archives_too = archives_too,
                .only_dumped = options_have(options, &option_dumped),
                .volatile_copy = options_have(options, &option_volatile_copy),
                .dry_run = options_have(options, &option_dry_run),
        };
}
