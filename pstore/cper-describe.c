/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper-describe.h"
#include "base/arith.h"
#include "base/timestamp.h"
#include "pstore/cper-names.h"
#include "pstore/cper-section.h"

/* Behind the last section that is described. */
#define REST_SIZE 64

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

/* Only a record has what this says of it. */
static void put_origin(const struct cper_record *record, struct text *text) {
        text_format(text, "hardware error record %016llx, severity: %s\ncreator: ",
                    (unsigned long long) record->record_id, cper_severity_name(record->severity));
        put_named(cper_creator_name(&record->creator), &record->creator, text);
        text_put(text, "\nnotification: ");
        put_named(cper_notification_name(&record->notification), &record->notification, text);
        text_put_char(text, '\n');
}

static void put_header(const struct cper_record *record, struct text *text) {
        char time[TIMESTAMP_TEXT_SIZE];
        uint64_t seconds;

        if (record->is_status)
                text_format(text, "hardware error that firmware reported, severity: %s\n",
                            cper_severity_name(record->severity));
        else
                put_origin(record, text);
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

/* The GUID of a type that has a name is known, too. */
static void put_type(const struct cper_section *section, struct text *text) {
        const char *name = cper_section_type_name(&section->type);

        if (name)
                text_put(text, name);
        else
                put_named(NULL, &section->type, text);
}

static void put_section(const struct cper_section *section, size_t number, struct text *text) {
        text_format(text, "section %zu: ", number);
        put_type(section, text);
        text_format(text, ", %s, %zu bytes", cper_severity_name(section->severity), section->body.size);
        put_unit(section, text);
        text_put_char(text, '\n');
        cper_section_put(section, text);
}

void cper_describe(const struct cper_record *record, struct text *text) {
        struct cper_cursor cursor = { 0 };
        struct cper_section section;
        size_t shown = 0;

        put_header(record, text);
        while (text->capacity - text->length > CPER_SECTION_TEXT_SIZE + REST_SIZE &&
               cper_next_section(record, &cursor, &section))
                put_section(&section, ++shown, text);
        if (record->section_count > shown)
                text_format(text, "and %zu more section%s\n", record->section_count - shown,
                            text_plural(record->section_count - shown));
}

/* The gravest first. */
static unsigned severity_rank(uint32_t severity) {
        static const uint8_t ranks[] = {
                [CPER_SEVERITY_RECOVERABLE] = 3,
                [CPER_SEVERITY_FATAL] = 4,
                [CPER_SEVERITY_CORRECTED] = 2,
                [CPER_SEVERITY_INFORMATIONAL] = 1,
        };

        return severity < ARRAY_SIZE(ranks) ? ranks[severity] : 0;
}

void cper_put_title(const struct cper_record *record, struct text *text) {
        struct cper_section section, gravest = { 0 };
        struct cper_cursor cursor = { 0 };
        bool found = false;

        while (cper_next_section(record, &cursor, &section))
                if (!found || severity_rank(section.severity) > severity_rank(gravest.severity)) {
                        gravest = section;
                        found = true;
                }
        if (found)
                cper_section_put_title(&gravest, text);
        else
                text_format(text, "%s hardware error that says nothing more",
                            cper_severity_name(record->severity));
        if (record->section_count > 1)
                text_format(text, ", and %u more", (unsigned) record->section_count - 1);
}
