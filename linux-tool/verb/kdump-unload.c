/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "kdump/crash-kernel.h"
#include "kdump/map.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"
#include "linux/crash-loader.h"

static int unload_run(const struct options *options, void *context) {
        struct output *output = context;
        struct reason reason;
        int r = crash_kernel_unload("", &reason);

        if (r == 0) {
                crash_loader_forget("");
                kdump_map_note("", NULL);
        } else
                message_error("%s", reason.text);
        if (options_have(options, &option_json)) {
                struct json_object *report = json_report_new("kdump-unload");

                json_add_string(report, "outcome", r < 0 ? "nothing unloaded" : "unloaded");
                if (json_report_print(report, output) < 0)
                        return EXIT_FAILED;
        }
        if (r < 0)
                return r == ERR_NOT_FOUND ? EXIT_NOTHING : EXIT_FAILED;
        return EXIT_DONE;
}

const struct verb verb_kdump_unload = {
        .name = "kdump unload",
        .operands = "",
        .summary = "take away what 'kdump load' made ready",
        .description = "A panic then goes to pstore, if it goes anywhere. The memory stays reserved.\n",
        .run = unload_run,
};
