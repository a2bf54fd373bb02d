/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-describe.h"

#include "base/paragraph.h"

/* Index, instruction, register, value, mask. */
#define COLUMNS "%4s %-21s %-20s %-10s %s"

#define INDENT  8

/* Names in tables are padded with blanks or NULs. */
static struct bytes without_padding(const char *field, size_t size) {
        while (size > 0 && (field[size - 1] == ' ' || field[size - 1] == '\0'))
                size--;
        return bytes_of(field, size);
}

void erst_describe_table(const struct erst_table *table, struct text *text) {
        const struct acpi_header *header = &table->header;

        text_put(text, "ERST of ");
        text_put_escaped(text, without_padding(header->oem_id, sizeof(header->oem_id)));
        text_put_char(text, ' ');
        text_put_escaped(text, without_padding(header->oem_table_id, sizeof(header->oem_table_id)));
        text_format(text, ": %u bytes, revision %u, %zu entries, checksum %s", header->length,
                    header->revision, table->entry_count, table->checksum_ok ? "right" : "wrong");
}

void erst_describe_heading(struct text *text) {
        text_format(text, COLUMNS, "", "INSTRUCTION", "REGISTER/BITS+OFFSET", "VALUE", "MASK");
}

static void describe_register(const struct erst_entry *entry, struct text *text) {
        const struct gas *gas = &entry->register_region;

        if (!erst_instruction_has_register(entry->instruction)) {
                text_put_char(text, '-');
                return;
        }
        text_format(text, "%s %llx/%u+%u%s", gas->space == GAS_SPACE_IO ? "io" : "mem",
                    (unsigned long long) gas->address, gas_access_bits(gas), gas->bit_offset,
                    entry->flags & ERST_PRESERVE_REGISTER ? " keep" : "");
}

void erst_describe_entry(const struct erst_table *table, size_t index, struct text *text) {
        char number[8], region[48], value[24], mask[24];
        struct text number_text = TEXT_ON(number), region_text = TEXT_ON(region);
        struct text value_text = TEXT_ON(value), mask_text = TEXT_ON(mask);
        struct erst_entry entry, previous;

        if (erst_table_entry(table, index, &entry) < 0)
                return;
        /* The action is named above the first of its entries, and again where they are not together. */
        if (index == 0 || erst_table_entry(table, index - 1, &previous) < 0 ||
            previous.action != entry.action)
                text_format(text, "%02x %s\n", entry.action, erst_action_name(entry.action));
        text_format(&number_text, "%zu", index);
        describe_register(&entry, &region_text);
        text_format(&value_text, "%llx", (unsigned long long) entry.value);
        text_format(&mask_text, "%llx", (unsigned long long) entry.mask);
        text_format(text, COLUMNS, number, erst_instruction_name(entry.instruction), region, value, mask);
}

void erst_describe_finding(const struct erst_finding *finding, struct text *text) {
        struct paragraph paragraph = { .text = text, .indent = INDENT, .joint = "" };
        char buffer[64];
        struct text piece = TEXT_ON(buffer);

        paragraph_put_words(&paragraph, finding->severity == FINDING_BREAKS ? "breaks:" : "odd:");
        if (finding->entry >= 0) {
                text_format(&piece, "entry %d:", finding->entry);
                paragraph_put_words(&paragraph, buffer);
        }
        if (finding->action >= 0) {
                piece = TEXT_ON(buffer);
                text_format(&piece, "%s:", erst_action_name((uint8_t) finding->action));
                paragraph_put_words(&paragraph, buffer);
        }
        paragraph_put_words(&paragraph, finding->text);
        piece = TEXT_ON(buffer);
        text_format(&piece, "(%s)", finding->section);
        paragraph_put_word(&paragraph, text_bytes(&piece));
}

void erst_describe_fault(const struct erst_fault *fault, struct text *text) {
        text_format(text, "offset %zu: ", fault->offset);
        if (fault->entry >= 0)
                text_format(text, "entry %d: ", fault->entry);
        text_format(text, "%s: %s", fault->field, fault->reason);
}
