/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-describe.h"
#include "acpi/table.h"

#include <fcntl.h>

#include "base/error.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/verbs.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/erst-report.h"

#define ERST_TABLE_FILE "/sys/firmware/acpi/tables/ERST"

static struct json_object *json_from_header(const struct erst_table *table) {
        const struct acpi_header *header = &table->header;
        struct json_object *object = json_object_new_object();

        json_add(object, "oem_id", json_from_text(bytes_of(header->oem_id, sizeof(header->oem_id))));
        json_add(object, "oem_table_id",
                 json_from_text(bytes_of(header->oem_table_id, sizeof(header->oem_table_id))));
        json_add(object, "creator_id",
                 json_from_text(bytes_of(header->creator_id, sizeof(header->creator_id))));
        json_add_number(object, "length", header->length);
        json_add_number(object, "revision", header->revision);
        json_add_bool(object, "checksum_ok", table->checksum_ok);
        return object;
}

static struct json_object *json_from_entry(const struct erst_table *table, size_t index) {
        struct json_object *object = json_object_new_object(), *region = json_object_new_object();
        struct erst_entry entry;

        if (erst_table_entry(table, index, &entry) < 0)
                return object;
        json_add_number(object, "action", entry.action);
        json_add_string(object, "action_name", erst_action_name(entry.action));
        json_add_number(object, "instruction", entry.instruction);
        json_add_string(object, "instruction_name", erst_instruction_name(entry.instruction));
        json_add_number(object, "flags", entry.flags);
        json_add_number(object, "reserved", entry.reserved);
        json_add_number(region, "space", entry.register_region.space);
        json_add_number(region, "bit_width", entry.register_region.bit_width);
        json_add_number(region, "bit_offset", entry.register_region.bit_offset);
        json_add_number(region, "access", entry.register_region.access);
        json_add_hex(region, "address", entry.register_region.address);
        json_add(object, "register", region);
        json_add_hex(object, "value", entry.value);
        json_add_hex(object, "mask", entry.mask);
        return object;
}

static struct json_object *json_from_number_or_none(int number) {
        return number < 0 ? NULL : json_object_new_int(number);
}

static struct json_object *json_from_finding(const struct erst_finding *finding) {
        struct json_object *object = json_object_new_object();

        json_add_string(object, "severity", finding->severity == FINDING_BREAKS ? "breaks" : "warns");
        json_add(object, "entry", json_from_number_or_none(finding->entry));
        json_add(object, "action", json_from_number_or_none(finding->action));
        json_add_string(object, "text", finding->text);
        json_add_string(object, "section", finding->section);
        return object;
}

static int print_json(const struct erst_report *report, const char *path, struct output *output) {
        struct json_object *object = json_report_new("erst");
        struct json_object *entries = json_object_new_array(), *findings = json_object_new_array();

        json_add_string(object, "source", path);
        json_add(object, "header", json_from_header(report->table));
        for (size_t i = 0; i < report->table->entry_count; i++)
                json_object_array_add(entries, json_from_entry(report->table, i));
        for (size_t i = 0; i < report->finding_count; i++)
                json_object_array_add(findings, json_from_finding(&report->findings[i]));
        json_add(object, "entries", entries);
        json_add(object, "findings", findings);
        return json_report_print(object, output);
}

static int judge(const char *path, struct bytes raw, const struct options *options, struct output *output) {
        struct erst_report report;
        struct erst_table table;
        struct erst_fault fault;
        char line[256];
        struct text text = TEXT_ON(line);
        int r;

        r = erst_table_parse(raw, &table, &fault);
        if (r < 0) {
                erst_describe_fault(&fault, &text);
                message_error("%s: %s", path, line);
                return r;
        }
        r = erst_report_init(&report, &table, &system_allocator);
        if (r < 0) {
                message_failure(path, r);
                return r;
        }
        if (options_have(options, &option_json))
                r = print_json(&report, path, output);
        else
                r = erst_report_print(&report, &output->sink);
        erst_report_free(&report);
        return r;
}

static int erst_run(const struct options *options, void *context) {
        struct output *output = context;
        bool named = options->operand_count > 0;
        const char *path = named ? options->operands[0] : ERST_TABLE_FILE;
        _cleanup_buffer_ struct buffer raw;
        int r;

        buffer_init(&raw, &system_allocator);
        r = file_read_at(AT_FDCWD, path, ACPI_TABLE_SIZE_MAX, &raw);
        if (r == ERR_NOT_FOUND && !named) {
                message_note("this machine has no ERST table");
                return EXIT_NOTHING;
        }
        if (r < 0) {
                message_failure(path, r);
                return EXIT_FAILED;
        }
        return judge(path, buffer_bytes(&raw), options, output) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_no_pager, NULL };

const struct verb verb_erst = {
        .name = "erst",
        .operands = "[FILE]",
        .summary = "decode and judge the ERST table of this machine or of a file",
        .description = "The Error Record Serialization Table says how the platform's record store is\n"
                       "driven (ACPI 6.5, 18.5). Nothing of it is run. This machine's table is read\n"
                       "from /sys/firmware/acpi/tables/ERST, which takes root.\n",
        .options = options_taken,
        .operand_max = 1,
        .may_be_long = true,
        .run = erst_run,
};
