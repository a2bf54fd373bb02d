/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-describe.h"
#include "base/error.h"
#include "efi-app/acpi-hardware.h"
#include "efi-app/esp.h"
#include "efi-app/verb.h"
#include "store/erst-report.h"

static int print_table(struct app *app, const char *name, struct bytes raw) {
        const struct sink sink = console_sink(&app->console);
        struct erst_report report;
        struct erst_table table;
        struct erst_fault fault;
        char line[256];
        struct text text = TEXT_ON(line);
        int r;

        if (erst_table_parse(raw, &table, &fault) < 0) {
                erst_describe_fault(&fault, &text);
                console_problem(&app->console, "%s: %s", name, line);
                return EXIT_FAILED;
        }
        r = erst_report_init(&report, &table, &app->allocator);
        if (r < 0) {
                console_problem(&app->console, "%s: %s", name, error_text(r));
                return EXIT_FAILED;
        }
        r = erst_report_print(&report, &sink);
        erst_report_free(&report);
        return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int erst_run(const struct options *options, void *context) {
        struct app *app = context;
        const char *name = options->operand_count > 0 ? options->operands[0] : "erst";
        struct buffer raw;
        int r, status;

        buffer_init(&raw, &app->allocator);
        r = options->operand_count > 0 ? esp_read_any(app, name, ERST_TABLE_CAPACITY, &raw)
                                       : acpi_hardware_find_erst(app, &raw);
        if (r < 0) {
                console_problem(&app->console, "%s: %s", name, error_text(r));
                status = r == ERR_NO_STORE ? EXIT_NOTHING : EXIT_FAILED;
        } else {
                status = print_table(app, name, buffer_bytes(&raw));
        }
        buffer_free(&raw);
        return status;
}

const struct verb verb_erst = {
        .name = "erst",
        .operands = "[FILE]",
        .summary = "the ACPI table decoded and judged",
        .description = "The Error Record Serialization Table says how the platform's record store is\n"
                       "driven (ACPI 6.5, 18.5). Nothing of it is run.\n",
        .operand_max = 1,
        .run = erst_run,
};
