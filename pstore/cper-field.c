/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper-field.h"
#include "base/arith.h"
#include "base/guid.h"

static const char *const lists[] = {
        /* N.2.12, table of error types */
        [CPER_LIST_STATUS] = "|internal to the component|||storage in DRAM|storage in TLB|storage in cache|"
                             "functional unit|self test failed|overflow or undervalue of a queue|||||||"
                             "on the bus|virtual address not found|improper access|"
                             "access to an address that is not mapped|loss of lockstep|"
                             "response without a request|bus parity|protocol error|path error|bus timeout|"
                             "read of poisoned data",
        [CPER_LIST_STATUS_FLAGS] = "address|control|data|by responder|by requestor|first error|overflow",
        /* N.2.5, "Memory Error Type" */
        [CPER_LIST_MEMORY] = "unknown|no error|single-bit ECC|multi-bit ECC|single-symbol chipkill ECC|"
                             "multi-symbol chipkill ECC|master abort|target abort|parity error|"
                             "watchdog timeout|invalid address|mirror broken|memory sparing|"
                             "scrub corrected error|scrub uncorrected error|physical memory map-out event",
        [CPER_LIST_UNCORRECTED] = "corrected|uncorrected",
        /* N.2.7, "Port Type", which is that of the PCI Express capability */
        [CPER_LIST_PORT] = "PCIe end point|legacy PCI end point|||root port|upstream switch port|"
                           "downstream switch port|PCIe to PCI/PCI-X bridge|PCI/PCI-X to PCIe bridge|"
                           "root complex integrated endpoint device|root complex event collector",
        /* PCI Express 6.0, 7.8.4.2 and 7.8.4.5 */
        [CPER_LIST_AER_UNCORRECTABLE] =
                "||||Data Link Protocol|Surprise Down|||||||Poisoned TLP|Flow Control Protocol|"
                "Completion Timeout|Completer Abort|Unexpected Completion|Receiver Overflow|Malformed TLP|"
                "ECRC|Unsupported Request|ACS Violation|Uncorrectable Internal|MC Blocked TLP|"
                "AtomicOp Egress Blocked|TLP Prefix Blocked|Poisoned TLP Egress Blocked",
        [CPER_LIST_AER_CORRECTABLE] =
                "Receiver Error||||||Bad TLP|Bad DLLP|REPLAY_NUM Rollover||||Replay Timer Timeout|"
                "Advisory Non-Fatal|Corrected Internal|Header Log Overflow",
        /* N.2.4.1 */
        [CPER_LIST_PROCESSOR] = "IA32/X64|IA64|ARM",
        [CPER_LIST_ISA] = "IA32|IA64|X64|ARM A32/T32|ARM A64",
        [CPER_LIST_PROCESSOR_ERROR] = "cache error|TLB error|bus error|micro-architectural error",
        [CPER_LIST_PROCESSOR_OPERATION] = "unknown or generic|data read|data write|instruction execution",
        [CPER_LIST_PROCESSOR_FLAGS] = "restartable|precise IP|overflow|corrected",
        /* N.2.4.2, and N.2.4.4 with the same numbers */
        [CPER_LIST_TRANSACTION] = "instruction|data access|generic",
        [CPER_LIST_OPERATION] = "generic error|generic read|generic write|data read|data write|"
                                "instruction fetch|prefetch|eviction|snoop|snooped|management",
        [CPER_LIST_PARTICIPATION] = "local processor originated request|"
                                    "local processor responded to request|local processor observed|generic",
        [CPER_LIST_X86_SPACE] = "memory access|reserved|I/O|other transaction",
        [CPER_LIST_X86_INTERNAL] = "no error|unclassified|microcode ROM parity error|external error|"
                                   "FRC error|internal unclassified",
        [CPER_LIST_X86_REGISTERS] =
                "unclassified data|MSR registers (machine check and other MSRs)|"
                "32-bit mode execution context|64-bit mode execution context|FXSAVE context|"
                "32-bit mode debug registers (DR0-DR7)|64-bit mode debug registers (DR0-DR7)|"
                "memory mapped registers",
        /* N.2.4.4 */
        [CPER_LIST_ARM_ERROR] = "|cache error|TLB error|bus error|micro-architectural error",
        [CPER_LIST_ARM_FLAGS] = "first error captured|last error captured|propagated|overflow",
        [CPER_LIST_ARM_TLB_OPERATION] = "generic error|generic read|generic write|data read|data write|"
                                        "instruction fetch|prefetch|local management|external management",
        [CPER_LIST_ARM_SPACE] = "external memory access|internal memory access|unknown|device memory access",
        [CPER_LIST_ARM_MODE] = "secure|normal",
        [CPER_LIST_ARM_REGISTERS] =
                "AArch32 general purpose registers|AArch32 EL1 context registers|"
                "AArch32 EL2 context registers|AArch32 secure context registers|"
                "AArch64 general purpose registers|AArch64 EL1 context registers|"
                "AArch64 EL2 context registers|AArch64 EL3 context registers|system register",
        /* N.2.10 */
        [CPER_LIST_FIRMWARE] = "IPF SAL error record|SOC firmware error record type 1 (legacy CrashLog)|"
                               "SOC firmware error record type 2",
};

static bool is_inside(struct bytes body, size_t bit, size_t width) {
        return (bit + width + 7) / 8 <= body.size;
}

uint64_t cper_field_value(struct bytes body, size_t bit, unsigned width) {
        uint64_t value = 0;

        if (!is_inside(body, bit, width))
                return 0;
        for (unsigned i = 0; i < width; i++, bit++)
                value |= (uint64_t) (body.data[bit / 8] >> bit % 8 & 1) << i;
        return value;
}

static size_t field_bits(const struct cper_field *field) {
        return field->form == CPER_TEXT                                 ? CPER_AT((size_t) field->width)
               : field->form == CPER_GUID || field->form == CPER_DWORDS ? CPER_AT(16)
                                                                        : field->width;
}

bool cper_field_is_there(const struct cper_layout *layout, const struct cper_field *field,
                         struct bytes body) {
        uint64_t valid = cper_field_value(body, CPER_AT(layout->valid_offset), layout->valid_width);
        bool has_upper_row = field->form == CPER_MEMORY_ROW && valid >> 18 & 1;

        return is_inside(body, field->bit, field_bits(field)) &&
               (field->valid == CPER_ALWAYS || valid >> field->valid & 1 || has_upper_row);
}

bool cper_list_put(enum cper_list list, uint64_t index, struct text *text) {
        struct bytes names = text_view(lists[list]);

        for (;; index--) {
                size_t size = 0;

                while (size < names.size && names.data[size] != '|')
                        size++;
                if (index == 0) {
                        text_put_bytes(text, bytes_first(names, size));
                        return size > 0;
                }
                if (size == names.size)
                        return false;
                names = bytes_from(names, size + 1);
        }
}

void cper_list_put_flags(enum cper_list list, uint64_t bits, struct text *text) {
        const char *before = "";

        for (unsigned i = 0; i < 64; i++) {
                char name[48];
                struct text name_text = TEXT_ON(name);

                if (!(bits >> i & 1) || !cper_list_put(list, i, &name_text))
                        continue;
                text_format(text, "%s%s", before, name);
                before = ", ";
        }
}

static void put_decimal(const struct cper_field *field, struct bytes body, uint64_t value,
                        struct text *text) {
        (void) field;
        (void) body;
        text_format(text, "%llu", (unsigned long long) value);
}

static void put_hex(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        (void) body;
        text_put(text, "0x");
        for (unsigned at = (field->width + 3u) / 4; at > 0; at--)
                text_put_char(text, hex_digit(value >> 4 * (at - 1) & 0xf));
}

static void put_yes_no(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        (void) field;
        (void) body;
        text_put(text, value ? "yes" : "no");
}

static void put_name(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        size_t end;

        put_decimal(field, body, value, text);
        end = text->length;
        text_put(text, ": ");
        if (!cper_list_put(field->list, value, text))
                text->buffer[text->length = end] = '\0';
}

static void put_flags(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        put_hex(field, body, value, text);
        if (value)
                text_put(text, ": ");
        cper_list_put_flags(field->list, value, text);
}

static void put_version(const struct cper_field *field, struct bytes body, uint64_t value,
                        struct text *text) {
        (void) field;
        (void) body;
        text_format(text, "%u.%u", (unsigned) (value >> 8), (unsigned) (value & 0xff));
}

static void put_text(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        struct bytes words = bytes_first(bytes_from(body, field->bit / 8), field->width);
        size_t size = 0;

        (void) value;
        while (size < words.size && words.data[size] != '\0')
                size++;
        text_put_char(text, '"');
        text_put_escaped(text, bytes_first(words, size));
        text_put_char(text, '"');
}

static void put_guid(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        char digits[GUID_TEXT_SIZE];
        struct guid guid = { 0 };

        (void) value;
        (void) guid_load(body, field->bit / 8, &guid);
        guid_format(&guid, digits);
        text_put(text, digits);
}

static void put_dwords(const struct cper_field *field, struct bytes body, uint64_t value, struct text *text) {
        (void) value;
        for (size_t i = 0; i < 4; i++)
                text_format(text, "%s%08x", i > 0 ? " " : "", bytes_u32(body, field->bit / 8 + 4 * i));
}

static void put_pci_address(const struct cper_field *field, struct bytes body, uint64_t value,
                            struct text *text) {
        (void) field;
        (void) body;
        text_format(text, "%04x:%02x:%02x.%x", (unsigned) (value >> 16 & 0xffff),
                    (unsigned) (value >> 32 & 0xff), (unsigned) (value >> 8 & 0xff),
                    (unsigned) (value & 0xff));
}

/* Where no validation bit says that there are upper ones, what stands in their place is nothing. */
static void put_memory_row(const struct cper_field *field, struct bytes body, uint64_t value,
                           struct text *text) {
        if (cper_field_value(body, 18, 1))
                value |= cper_field_value(body, CPER_AT(73), 2) << 16;
        put_decimal(field, body, value, text);
}

void cper_field_put_value(const struct cper_field *field, struct bytes body, struct text *text) {
        static void (*const puts[])(const struct cper_field *, struct bytes, uint64_t, struct text *) = {
                [CPER_DECIMAL] = put_decimal,
                [CPER_HEX] = put_hex,
                [CPER_YES_NO] = put_yes_no,
                [CPER_NAME] = put_name,
                [CPER_FLAGS] = put_flags,
                [CPER_VERSION] = put_version,
                [CPER_TEXT] = put_text,
                [CPER_GUID] = put_guid,
                [CPER_DWORDS] = put_dwords,
                [CPER_PCI_ADDRESS] = put_pci_address,
                [CPER_MEMORY_ROW] = put_memory_row,
        };
        bool is_number = field_bits(field) <= 64;

        puts[field->form](field, body, is_number ? cper_field_value(body, field->bit, field->width) : 0,
                          text);
}

void cper_layout_put(const struct cper_layout *layout, struct bytes body, const char *indent,
                     struct text *text) {
        bool begun = false, in_line = false;

        for (size_t i = 0; i < layout->field_count; i++) {
                const struct cper_field *field = &layout->fields[i];

                in_line = in_line && field->joined;
                if (!cper_field_is_there(layout, field, body))
                        continue;
                if (in_line)
                        text_put(text, ", ");
                else
                        text_format(text, "%s%s", begun ? "\n" : "", indent);
                text_format(text, "%s ", field->name);
                cper_field_put_value(field, body, text);
                begun = in_line = true;
        }
        if (begun)
                text_put_char(text, '\n');
}
