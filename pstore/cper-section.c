/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper-section.h"
#include "base/arith.h"
#include "pstore/cper-names.h"

/* Of a section that has no rows: so many bytes are shown, and so many in a line. */
#define DUMPED_BYTES 64
#define DUMPED_LINE  16

/* N.2.5 */
static const struct cper_field memory_fields[] = {
        { "error type", CPER_AT(72), 8, 14, CPER_NAME, CPER_LIST_MEMORY, false },
        { "status", CPER_AT(9), 8, 0, CPER_NAME, CPER_LIST_STATUS, false },
        { "status flags", CPER_AT(10), 7, 0, CPER_FLAGS, CPER_LIST_STATUS_FLAGS, false },
        { "error status", CPER_AT(8), 64, 0, CPER_HEX, 0, false },
        { "physical address", CPER_AT(16), 64, 1, CPER_HEX, 0, false },
        { "physical address mask", CPER_AT(24), 64, 2, CPER_HEX, 0, false },
        { "node", CPER_AT(32), 16, 3, CPER_DECIMAL, 0, false },
        { "card", CPER_AT(34), 16, 4, CPER_DECIMAL, 0, true },
        { "module", CPER_AT(36), 16, 5, CPER_DECIMAL, 0, true },
        { "rank", CPER_AT(74), 16, 15, CPER_DECIMAL, 0, true },
        { "device", CPER_AT(40), 16, 7, CPER_DECIMAL, 0, true },
        { "chip", CPER_AT(73) + 5, 3, 21, CPER_DECIMAL, 0, true },
        { "bank", CPER_AT(38), 16, 6, CPER_DECIMAL, 0, false },
        { "bank group", CPER_AT(39), 8, 19, CPER_DECIMAL, 0, true },
        { "bank address", CPER_AT(38), 8, 20, CPER_DECIMAL, 0, true },
        { "row", CPER_AT(42), 16, 8, CPER_MEMORY_ROW, 0, true },
        { "column", CPER_AT(44), 16, 9, CPER_DECIMAL, 0, true },
        { "bit", CPER_AT(46), 16, 10, CPER_DECIMAL, 0, true },
        { "requestor", CPER_AT(48), 64, 11, CPER_HEX, 0, false },
        { "responder", CPER_AT(56), 64, 12, CPER_HEX, 0, true },
        { "target", CPER_AT(64), 64, 13, CPER_HEX, 0, false },
        { "SMBIOS handle of the card", CPER_AT(76), 16, 16, CPER_HEX, 0, false },
        { "SMBIOS handle of the module", CPER_AT(78), 16, 17, CPER_HEX, 0, false },
};

/* N.2.6 */
static const struct cper_field memory_2_fields[] = {
        { "error type", CPER_AT(61), 8, 13, CPER_NAME, CPER_LIST_MEMORY, false },
        { "outcome", CPER_AT(62), 1, 14, CPER_NAME, CPER_LIST_UNCORRECTED, false },
        { "status", CPER_AT(9), 8, 0, CPER_NAME, CPER_LIST_STATUS, false },
        { "status flags", CPER_AT(10), 7, 0, CPER_FLAGS, CPER_LIST_STATUS_FLAGS, false },
        { "error status", CPER_AT(8), 64, 0, CPER_HEX, 0, false },
        { "physical address", CPER_AT(16), 64, 1, CPER_HEX, 0, false },
        { "physical address mask", CPER_AT(24), 64, 2, CPER_HEX, 0, false },
        { "node", CPER_AT(32), 16, 3, CPER_DECIMAL, 0, false },
        { "card", CPER_AT(34), 16, 4, CPER_DECIMAL, 0, true },
        { "module", CPER_AT(36), 16, 5, CPER_DECIMAL, 0, true },
        { "rank", CPER_AT(52), 32, 10, CPER_DECIMAL, 0, true },
        { "device", CPER_AT(40), 32, 7, CPER_DECIMAL, 0, true },
        { "chip", CPER_AT(60), 8, 12, CPER_DECIMAL, 0, true },
        { "bank", CPER_AT(38), 16, 6, CPER_DECIMAL, 0, false },
        { "bank group", CPER_AT(39), 8, 20, CPER_DECIMAL, 0, true },
        { "bank address", CPER_AT(38), 8, 21, CPER_DECIMAL, 0, true },
        { "row", CPER_AT(44), 32, 8, CPER_DECIMAL, 0, true },
        { "column", CPER_AT(48), 32, 9, CPER_DECIMAL, 0, true },
        { "bit", CPER_AT(56), 32, 11, CPER_DECIMAL, 0, true },
        { "requestor", CPER_AT(64), 64, 15, CPER_HEX, 0, false },
        { "responder", CPER_AT(72), 64, 16, CPER_HEX, 0, true },
        { "target", CPER_AT(80), 64, 17, CPER_HEX, 0, false },
        { "SMBIOS handle of the card", CPER_AT(88), 32, 18, CPER_HEX, 0, false },
        { "SMBIOS handle of the module", CPER_AT(92), 32, 19, CPER_HEX, 0, false },
};

/* N.2.7; from 112 on the AER extended capability (PCI Express 6.0, 7.8.4) */
#define PCIE_UNCORRECTABLE CPER_AT(116)
#define PCIE_MASK          CPER_AT(120)
#define PCIE_CORRECTABLE   CPER_AT(128)
static const struct cper_field pcie_fields[] = {
        { "device", CPER_AT(31), 40, 3, CPER_PCI_ADDRESS, 0, false },
        { "slot", CPER_AT(37) + 3, 13, 3, CPER_DECIMAL, 0, true },
        { "secondary bus", CPER_AT(36), 8, 3, CPER_HEX, 0, true },
        { "vendor", CPER_AT(24), 16, 3, CPER_HEX, 0, false },
        { "device id", CPER_AT(26), 16, 3, CPER_HEX, 0, true },
        { "class", CPER_AT(28), 24, 3, CPER_HEX, 0, true },
        { "port type", CPER_AT(8), 32, 0, CPER_NAME, CPER_LIST_PORT, false },
        { "version", CPER_AT(12), 16, 1, CPER_VERSION, 0, true },
        { "command", CPER_AT(16), 16, 2, CPER_HEX, 0, false },
        { "status", CPER_AT(18), 16, 2, CPER_HEX, 0, true },
        { "serial number", CPER_AT(40), 64, 4, CPER_HEX, 0, false },
        { "bridge's secondary status", CPER_AT(48), 16, 5, CPER_HEX, 0, false },
        { "control", CPER_AT(50), 16, 5, CPER_HEX, 0, true },
        { "AER uncorrectable status", PCIE_UNCORRECTABLE, 32, 7, CPER_FLAGS, CPER_LIST_AER_UNCORRECTABLE,
          false },
        { "AER uncorrectable mask", PCIE_MASK, 32, 7, CPER_HEX, 0, false },
        { "severity", CPER_AT(124), 32, 7, CPER_HEX, 0, true },
        { "AER correctable status", PCIE_CORRECTABLE, 32, 7, CPER_FLAGS, CPER_LIST_AER_CORRECTABLE, false },
        { "AER correctable mask", CPER_AT(132), 32, 7, CPER_HEX, 0, false },
        { "control", CPER_AT(136), 32, 7, CPER_HEX, 0, true },
        { "TLP header", CPER_AT(140), 0, 7, CPER_DWORDS, 0, false },
        { "AER root status", CPER_AT(160), 32, 7, CPER_HEX, 0, false },
        { "source", CPER_AT(164), 32, 7, CPER_HEX, 0, true },
};

/* N.2.4.1 */
static const struct cper_field processor_fields[] = {
        { "error type", CPER_AT(10), 8, 2, CPER_FLAGS, CPER_LIST_PROCESSOR_ERROR, false },
        { "processor type", CPER_AT(8), 8, 0, CPER_NAME, CPER_LIST_PROCESSOR, false },
        { "instruction set", CPER_AT(9), 8, 1, CPER_NAME, CPER_LIST_ISA, true },
        { "operation", CPER_AT(11), 8, 3, CPER_NAME, CPER_LIST_PROCESSOR_OPERATION, false },
        { "flags", CPER_AT(12), 8, 4, CPER_FLAGS, CPER_LIST_PROCESSOR_FLAGS, false },
        { "level", CPER_AT(13), 8, 5, CPER_DECIMAL, 0, false },
        { "processor version", CPER_AT(16), 64, 6, CPER_HEX, 0, false },
        { "brand", CPER_AT(24), 128, 7, CPER_TEXT, 0, false },
        { "processor id", CPER_AT(152), 64, 8, CPER_HEX, 0, false },
        { "target address", CPER_AT(160), 64, 9, CPER_HEX, 0, false },
        { "requestor", CPER_AT(168), 64, 10, CPER_HEX, 0, false },
        { "responder", CPER_AT(176), 64, 11, CPER_HEX, 0, true },
        { "instruction pointer", CPER_AT(184), 64, 12, CPER_HEX, 0, false },
};

/* N.2.10; the GUID since revision 1 */
static const struct cper_field firmware_fields[] = {
        { "type", CPER_AT(0), 8, CPER_ALWAYS, CPER_NAME, CPER_LIST_FIRMWARE, false },
        { "revision", CPER_AT(1), 8, CPER_ALWAYS, CPER_DECIMAL, 0, false },
        { "record id", CPER_AT(8), 64, CPER_ALWAYS, CPER_HEX, 0, true },
        { "record GUID", CPER_AT(16), 0, CPER_ALWAYS, CPER_GUID, 0, false },
};

#define LAYOUT(fields, size)                                                                                 \
        { fields, ARRAY_SIZE(fields), 0, 64, size }
static const struct cper_layout memory_layout = LAYOUT(memory_fields, 73);
static const struct cper_layout memory_2_layout = LAYOUT(memory_2_fields, 96);
static const struct cper_layout pcie_layout = LAYOUT(pcie_fields, 208);
static const struct cper_layout processor_layout = LAYOUT(processor_fields, 192);
static const struct cper_layout firmware_layout = LAYOUT(firmware_fields, 16);

/* --- titles ------------------------------------------------------------------------------------- */

/* The field that begins at `bit`; NULL where it is not there. */
static const struct cper_field *find_field(const struct cper_layout *layout, struct bytes body, size_t bit) {
        for (size_t i = 0; i < layout->field_count; i++)
                if (layout->fields[i].bit == bit && cper_field_is_there(layout, &layout->fields[i], body))
                        return &layout->fields[i];
        return NULL;
}

/* The place of a field that both memory sections have, by its name in lists of what is to be replaced. */
static void put_memory_place(const struct cper_layout *layout, struct bytes body, struct text *text) {
        static const uint8_t bytes[] = { 32, 34, 36 }; /* node, card, module */
        const char *before = " (";

        for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
                const struct cper_field *field = find_field(layout, body, CPER_AT(bytes[i]));

                if (!field)
                        continue;
                text_format(text, "%s%s ", before, field->name);
                cper_field_put_value(field, body, text);
                before = ", ";
        }
        if (*before == ',')
                text_put_char(text, ')');
}

static void put_memory_title(const struct cper_section *section, const struct cper_layout *layout,
                             struct text *text) {
        const struct cper_field *type = &layout->fields[0];

        text_put(text, "memory error");
        if (cper_field_is_there(layout, type, section->body)) {
                text_put(text, ": ");
                cper_list_put(CPER_LIST_MEMORY, cper_field_value(section->body, type->bit, type->width),
                              text);
        }
        if (section->has_fru_text && section->fru_text.size > 0) {
                text_put(text, ", ");
                text_put_escaped(text, section->fru_text);
        }
        put_memory_place(layout, section->body, text);
}

/* What is masked was not reported. */
static void put_pcie_title(const struct cper_section *section, const struct cper_layout *layout,
                           struct text *text) {
        struct bytes body = section->body;
        const struct cper_field *address = &layout->fields[0];
        uint64_t status = cper_field_value(body, PCIE_UNCORRECTABLE, 32) &
                          ~cper_field_value(body, PCIE_MASK, 32),
                 corrected = cper_field_value(body, PCIE_CORRECTABLE, 32);
        bool is_corrected = section->severity == CPER_SEVERITY_CORRECTED;

        text_put(text, "PCIe error");
        if (cper_field_is_there(layout, address, body)) {
                text_put(text, " at ");
                cper_field_put_value(address, body, text);
        }
        if (!find_field(layout, body, PCIE_UNCORRECTABLE) || !(is_corrected ? corrected : status))
                return;
        text_put(text, ": ");
        cper_list_put_flags(is_corrected ? CPER_LIST_AER_CORRECTABLE : CPER_LIST_AER_UNCORRECTABLE,
                            is_corrected ? corrected : status, text);
}

static void put_processor_title(const struct cper_section *section, const struct cper_layout *layout,
                                struct text *text) {
        const struct cper_field *type = &layout->fields[0], *id;

        text_put(text, "processor error");
        if (cper_field_is_there(layout, type, section->body)) {
                text_put(text, ": ");
                cper_list_put_flags(CPER_LIST_PROCESSOR_ERROR,
                                    cper_field_value(section->body, type->bit, type->width), text);
        }
        id = find_field(layout, section->body, CPER_AT(152));
        if (id) {
                text_put(text, ", processor ");
                cper_field_put_value(id, section->body, text);
        }
}

static void put_x86_title(const struct cper_section *section, const struct cper_layout *layout,
                          struct text *text) {
        (void) layout;
        text_put(text, "processor error");
        cper_x86_put_title(section->body, text);
}

static void put_arm_title(const struct cper_section *section, const struct cper_layout *layout,
                          struct text *text) {
        (void) layout;
        text_put(text, "processor error");
        cper_arm_put_title(section->body, text);
}

static void put_firmware_title(const struct cper_section *section, const struct cper_layout *layout,
                               struct text *text) {
        (void) layout;
        text_put(text, "error that firmware recorded: ");
        if (!cper_list_put(CPER_LIST_FIRMWARE, cper_field_value(section->body, 0, 8), text))
                text_put(text, "of an unknown type");
}

/* --- types -------------------------------------------------------------------------------------- */

static const struct section_row {
        struct guid type;
        const struct cper_layout *layout;         /* NULL: put does it */
        void (*put)(struct bytes, struct text *); /* NULL: the layout is all */
        void (*put_title)(const struct cper_section *, const struct cper_layout *, struct text *);
} section_rows[] = {
        { GUID_INIT(0xa5bc1114, 0x6f64, 0x4ede, 0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1),
          &memory_layout, NULL, put_memory_title },
        { GUID_INIT(0x61ec04fc, 0x48e6, 0xd813, 0x25, 0xc9, 0x8d, 0xaa, 0x44, 0x75, 0x0b, 0x12),
          &memory_2_layout, NULL, put_memory_title },
        { GUID_INIT(0xd995e954, 0xbbc1, 0x430f, 0xad, 0x91, 0xb4, 0x4d, 0xcb, 0x3c, 0x6f, 0x35), &pcie_layout,
          NULL, put_pcie_title },
        { GUID_INIT(0x9876ccad, 0x47b4, 0x4bdb, 0xb6, 0x5e, 0x16, 0xf1, 0x93, 0xc4, 0xf3, 0xdb),
          &processor_layout, NULL, put_processor_title },
        { GUID_INIT(0xdc3ea0b0, 0xa144, 0x4797, 0xb9, 0x5b, 0x53, 0xfa, 0x24, 0x2b, 0x6e, 0x1d), NULL,
          cper_x86_put, put_x86_title },
        { GUID_INIT(0xe19e3d16, 0xbc11, 0x11e4, 0x9c, 0xaa, 0xc2, 0x05, 0x1d, 0x5d, 0x46, 0xb0), NULL,
          cper_arm_put, put_arm_title },
        { GUID_INIT(0x81212a96, 0x09ed, 0x4996, 0x94, 0x71, 0x8d, 0x72, 0x9c, 0x8e, 0x69, 0xed),
          &firmware_layout, NULL, put_firmware_title },
};

static const struct section_row *find_row(const struct cper_section *section) {
        for (size_t i = 0; i < ARRAY_SIZE(section_rows); i++)
                if (guid_equal(&section_rows[i].type, &section->type))
                        return &section_rows[i];
        return NULL;
}

static void put_bytes(struct bytes body, struct text *text) {
        for (size_t at = 0; at < size_min(body.size, DUMPED_BYTES); at += DUMPED_LINE) {
                struct bytes line = bytes_first(bytes_from(body, at), DUMPED_LINE);

                text_format(text, "  %02x:", (unsigned) at);
                for (size_t i = 0; i < line.size; i += 4) {
                        text_put_char(text, ' ');
                        text_put_hex(text, bytes_first(bytes_from(line, i), 4));
                }
                text_put_char(text, '\n');
        }
        if (body.size > DUMPED_BYTES)
                text_format(text, "  and %zu more bytes\n", body.size - DUMPED_BYTES);
}

void cper_section_put(const struct cper_section *section, struct text *text) {
        const struct section_row *row = find_row(section);

        if (!row)
                put_bytes(section->body, text);
        else if (row->put)
                row->put(section->body, text);
        else {
                cper_layout_put(row->layout, section->body, "  ", text);
                if (section->body.size < row->layout->size)
                        text_format(text, "  ends too early: %u bytes are the least\n", row->layout->size);
        }
}

void cper_section_put_title(const struct cper_section *section, struct text *text) {
        const struct section_row *row = find_row(section);
        const char *name = cper_section_type_name(&section->type);

        text_format(text, "%s ", cper_severity_name(section->severity));
        if (row)
                row->put_title(section, row->layout, text);
        else
                text_format(text, "hardware error: %s", name ? name : "of an unknown type");
}
