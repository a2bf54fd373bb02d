/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-describe.h"
#include "base/error.h"
#include "efi-app/acpi-hardware.h"
#include "efi-app/esp.h"
#include "efi-app/verb.h"

static int print_line(const struct sink *sink, const struct text *text) {
        return sink_format(sink, "%.*s\n", (int) text->length, text->buffer);
}

static int print_entries(const struct erst_table *table, const struct sink *sink) {
        char line[160];
        struct text text = TEXT_ON(line);
        int r;

        erst_describe_table(table, &text);
        r = print_line(sink, &text);
        text = TEXT_ON(line);
        erst_describe_heading(&text);
        if (r >= 0)
                r = print_line(sink, &text);
        for (size_t i = 0; i < table->entry_count && r >= 0; i++) {
                text = TEXT_ON(line);
                erst_describe_entry(table, i, &text);
                r = print_line(sink, &text);
        }
        return r;
}

static int print_finding(const struct erst_finding *finding, const struct sink *sink) {
        char line[256];
        struct text text = TEXT_ON(line);

        erst_describe_finding(finding, &text);
        return print_line(sink, &text);
}

/* However many there are: none is left out. */
static int print_findings(struct app *app, const struct erst_table *table, const struct sink *sink) {
        const struct allocator *allocator = &app->allocator;
        size_t count = erst_table_judge(table, NULL, 0), size = count * sizeof(struct erst_finding);
        struct erst_finding *findings;
        int r = 0;

        if (count == 0)
                return 0;
        findings = allocator->resize(allocator->context, NULL, 0, size);
        if (!findings)
                return ERR_NO_MEMORY;
        erst_table_judge(table, findings, count);
        for (size_t i = 0; i < count && r >= 0; i++)
                r = print_finding(&findings[i], sink);
        (void) allocator->resize(allocator->context, findings, size, 0);
        return r;
}

static int print_table(struct app *app, const char *name, struct bytes raw) {
        const struct sink sink = console_sink(&app->console);
        struct erst_table table;
        struct erst_fault fault;
        char line[256];
        struct text text = TEXT_ON(line);

        if (erst_table_parse(raw, &table, &fault) < 0) {
                erst_describe_fault(&fault, &text);
                console_problem(&app->console, "%s: %s", name, line);
                return EXIT_FAILED;
        }
        if (print_entries(&table, &sink) < 0 || print_findings(app, &table, &sink) < 0)
                return EXIT_FAILED;
        return EXIT_DONE;
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
