/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper-describe.h"
#include "base/arith.h"
#include "base/timestamp.h"
#include "pstore/cper-names.h"

/* N.2.1, "Flags" */
static const struct {
        uint32_t bit;
        const char *name;
} flag_rows[] = {
        { 0x1, "recovered" },
        { 0x2, "of the previous boot" },
        { 0x4, "simulated" },
};

/* "memory (a5bc1114-…)", or the GUID alone. */
static void put_named(const char *name, const struct guid *guid, struct text *text) {
        char digits[GUID_TEXT_SIZE];

        guid_format(guid, digits);
        if (name)
                text_format(text, "%s (%s)", name, digits);
        else
                text_put(text, digits);
}

static void put_flags(uint32_t flags, struct text *text) {
        const char *before = "flags: ";

        for (size_t i = 0; i < ARRAY_SIZE(flag_rows); i++)
                if (flags & flag_rows[i].bit) {
                        text_format(text, "%s%s", before, flag_rows[i].name);
                        before = ", ";
                }
        if (*before == ',')
                text_put_char(text, '\n');
}

static void put_header(const struct cper_record *record, struct text *text) {
        char time[TIMESTAMP_TEXT_SIZE];
        uint64_t seconds;

        text_format(text, "hardware error record %016llx, severity: %s\ncreator: ",
                    (unsigned long long) record->record_id, cper_severity_name(record->severity));
        put_named(cper_creator_name(&record->creator), &record->creator, text);
        text_put(text, "\nnotification: ");
        put_named(cper_notification_name(&record->notification), &record->notification, text);
        text_put_char(text, '\n');
        if (cper_time(record, &seconds)) {
                timestamp_format(seconds, time);
                text_format(text, "time: %s\n", time);
        }
        put_flags(record->flags, text);
}

/* Text that firmware wrote. */
static void put_unit(const struct cper_section *section, struct text *text) {
        char guid[GUID_TEXT_SIZE];

        if (section->has_fru_text) {
                text_put(text, ", unit \"");
                text_put_escaped(text, section->fru_text);
                text_put_char(text, '"');
        }
        if (section->has_fru_id) {
                guid_format(&section->fru_id, guid);
                text_format(text, ", unit id %s", guid);
        }
}

static void put_section(const struct cper_record *record, size_t index, struct text *text) {
        struct cper_section section;

        if (cper_section(record, index, &section) < 0)
                return;
        text_format(text, "section %zu: ", index + 1);
        put_named(cper_section_type_name(&section.type), &section.type, text);
        text_format(text, ", %s, %zu bytes", cper_severity_name(section.severity), section.body.size);
        put_unit(&section, text);
        text_put_char(text, '\n');
}

void cper_describe(const struct cper_record *record, struct text *text) {
        size_t shown = size_min(record->section_count, CPER_DESCRIBED_SECTIONS);

        put_header(record, text);
        for (size_t i = 0; i < shown; i++)
                put_section(record, i, text);
        if (record->section_count > shown)
                text_format(text, "and %zu more sections\n", record->section_count - shown);
}
