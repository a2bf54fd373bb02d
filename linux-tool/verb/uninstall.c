/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/install-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/application.h"
#include "linux/boot-entry.h"

/* What starts it goes first: cut short, nothing is left that would start what is not there. */
static int remove_entries(const char *name, int *count) {
        struct reason reason;

        for (enum boot_entry_kind kind = 0; kind < BOOT_ENTRY_KINDS; kind++) {
                int r = boot_entry_remove(kind, name, &reason);

                if (r < 0) {
                        message_error("uninstall: %s", reason.text);
                        return r;
                }
                *count += r;
        }
        return 0;
}

static int remove_file(const struct options *options, const char *name, struct esp_place *ret_esp,
                       bool *ret_removed) {
        struct reason reason;
        int r = esp_choose("", options_text(options, &option_esp), ret_esp, &reason);

        if (r == 0)
                r = application_remove(ret_esp->directory, name, ret_removed, &reason);
        if (r < 0)
                message_error("uninstall: %s", reason.text);
        return r;
}

static int report(const struct options *options, const struct esp_place *esp, const char *name, int entries,
                  bool removed, struct output *output) {
        struct json_object *report;

        if (options_have(options, &option_json)) {
                report = json_report_new("uninstall");
                json_add_number(report, "entries_removed", (uint64_t) entries);
                json_add_bool(report, "file_removed", removed);
                return json_report_print(report, output);
        }
        if (entries > 0)
                sink_format(&output->sink, "removed: %d entr%s of the firmware's\n", entries,
                            entries == 1 ? "y" : "ies");
        if (removed)
                sink_format(&output->sink, "removed: %s" APPLICATION_DIRECTORY "/%s; dumps stay\n",
                            esp->directory, name);
        return 0;
}

static int uninstall_run(const struct options *options, void *context) {
        struct esp_place esp;
        struct reason reason;
        const char *name;
        unsigned machine;
        bool removed = false;
        int r, entries = 0;

        r = application_choose("", &name, &machine, &reason);
        if (r < 0) {
                message_error("uninstall: %s", reason.text);
                return EXIT_FAILED;
        }
        r = remove_entries(name, &entries);
        if (r == 0)
                r = remove_file(options, name, &esp, &removed);
        if (report(options, &esp, name, entries, removed, context) < 0 || r < 0)
                return EXIT_FAILED;
        return entries > 0 || removed ? EXIT_DONE : EXIT_NOTHING;
}

static const struct option *const options_taken[] = { &option_esp, NULL };

const struct verb verb_uninstall = {
        .name = "uninstall",
        .operands = "",
        .summary = "take the application and the entries that start it away",
        .description = "Takes away what 'install' has put there and nothing else: everybody else's\n"
                       "entries and their order stay, and so do dumps and settings on the ESP.\n",
        .options = options_taken,
        .run = uninstall_run,
};
