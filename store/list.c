/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/list.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "pstore/description.h"
#include "store/event-crash.h"
#include "store/places.h"
#include "store/selection.h"

#define LINE_WIDTH    80
#define TITLE_INDENT  2
#define ID_WIDTH      35
#define OTHER_COLUMNS " %-23s %9s %9s\n"
#define COLUMNS       "%-35s" OTHER_COLUMNS

/*
 * Columns of runs of missing parts that are written out, which is what a line has left beside the words
 * around them; a malformed part number can leave very many, and long ones.
 */
#define RUNS_WIDTH 41

void list_format_missing(const struct catalog *catalog, const struct event *event, struct text *text) {
        size_t start = text->length;
        uint32_t first, last = 0;

        while (event_missing_run(event, catalog->records, last, &first, &last)) {
                char run[32];
                struct text run_text = TEXT_ON(run);

                text_format(&run_text, "%u", first);
                if (last > first)
                        text_format(&run_text, "-%u", last);
                if (text->length - start + text_length(", ") + run_text.length > RUNS_WIDTH) {
                        text_put(text, " and more");
                        return;
                }
                text_format(text, "%s%s", text->length > start ? ", " : "", run);
        }
}

void list_format_error(const struct record *record, struct text *text) {
        const struct fault *fault = &record->fault;

        if (record->error == ERR_CODEC_UNKNOWN && fault->field)
                text_put(text, fault->reason); /* what was tried is all that there is to say */
        else if (fault->field)
                text_format(text, "offset %zu: %s: %s", fault->offset, fault->field, fault->reason);
        else
                text_put(text, error_text(record->error));
}

static void put_size(bool known, uint64_t size, struct text *text) {
        if (known)
                text_format(text, "%llu", (unsigned long long) size);
        else
                text_put(text, "-");
}

static void put_kind(const struct record *record, struct text *text) {
        if (record->header.reason != REASON_NONE)
                text_format(text, "part %u", record->header.part);
        else
                text_put(text, record_type_name(record->type));
        /* The column has room for two words: what is found behind damage matters more than its compression.
         */
        if (record->salvaged)
                text_put(text, ", salvaged");
        else if (record->codec)
                text_format(text, ", %s", record->codec);
        if (record->deleted)
                text_put(text, ", deleted");
}

static int list_record_error(const struct record *record, const struct sink *sink) {
        bool malformed = error_group(record->error) == ERROR_GROUP_INPUT;
        char error[128];
        struct text text = TEXT_ON(error);

        list_format_error(record, &text);
        return sink_format(sink, "    %s: %s\n", malformed ? "malformed" : "cannot be read", error);
}

/* What firmware wrote in it was made visible. */
static int list_record_title(const struct record *record, const struct sink *sink) {
        char title[RECORD_TITLE_SIZE];
        struct text text = TEXT_ON(title);

        record_put_title(record, &text);
        return sink_prose(sink, "    ", "%s", title);
}

static int list_image(const struct record *record, const struct sink *sink) {
        const struct catalog_record *row = catalog_row(record);

        if (row->image == SOURCE_IMAGE_WHOLE)
                return sink_format(sink, "    memory image: %llu bytes\n",
                                   (unsigned long long) row->image_size);
        if (row->image == SOURCE_IMAGE_CUT)
                return sink_format(sink,
                                   "    memory image: none, the capture ended before it was complete\n");
        return row->image == SOURCE_IMAGE_NONE ? sink_format(sink, "    memory image: none\n") : 0;
}

static int list_record(const struct record *record, const struct sink *sink) {
        char plain[RECORD_ID_SIZE], id[4 * RECORD_ID_SIZE], kind[64], stored[24], decoded[24];
        struct text plain_text = TEXT_ON(plain), id_text = TEXT_ON(id), kind_text = TEXT_ON(kind);
        struct text stored_text = TEXT_ON(stored), decoded_text = TEXT_ON(decoded);
        int r;

        /* Ids come from firmware: what is not plain text in them becomes visible. */
        record_format_id(record, &plain_text);
        text_put(&id_text, "  ");
        text_put_escaped(&id_text, text_bytes(&plain_text));
        while (id_text.length < ID_WIDTH)
                text_put_char(&id_text, ' ');
        put_kind(record, &kind_text);
        put_size(record->raw.size > 0, record->raw.size, &stored_text);
        put_size(record_has_log(record), record_log(record).size, &decoded_text);
        r = sink_put(sink, text_bytes(&id_text)); /* longer than sink_format() takes, when all is escaped */
        if (r >= 0)
                r = sink_format(sink, OTHER_COLUMNS, kind, stored, decoded);
        if (r >= 0 && record->decoded && !record_has_log(record))
                r = list_record_title(record, sink);
        if (r >= 0)
                r = list_image(record, sink);
        return r < 0 || record->error == 0 ? r : list_record_error(record, sink);
}

static int list_event_line(const struct catalog *catalog, const struct event *event,
                           const struct sink *sink) {
        char name[EVENT_NAME_SIZE], time[TIMESTAMP_TEXT_SIZE], stored[24], log[24];
        struct text name_text = TEXT_ON(name), stored_text = TEXT_ON(stored), log_text = TEXT_ON(log);
        uint64_t size = 0;

        for (size_t i = 0; i < event->record_count; i++)
                size += catalog->records[event->first + i]->raw.size;
        event_format_name(event, &name_text);
        timestamp_format(event->seconds, time);
        put_size(size > 0, size, &stored_text); /* of what the kernel decoded, no stored byte is known */
        put_size(true, event->log_size, &log_text);
        return sink_format(sink, COLUMNS, name, time, stored, log);
}

/* What crashed, where the log tells it: what a person looks for in a list. */
static int list_title(const struct catalog *catalog, const struct event *event, const struct sink *sink) {
        char line[LINE_WIDTH + 1];
        struct text text = TEXT_ON(line);
        struct event_crash crash;
        int r = event_crash_read(catalog, event, &crash);

        if (r > 0) {
                crash_put_short_title(&crash.told.crash, LINE_WIDTH - TITLE_INDENT, &text);
                r = sink_format(sink, "  %s\n", line);
        }
        event_crash_free(&crash);
        return r;
}

/* Without a work everything is. */
static bool is_listed(const struct work *work, const struct record *record) {
        return !work || work_is_selected(work, record);
}

/* Where it lies, unless that is seen anyway. */
static int list_places(const struct catalog *catalog, const struct place *places, size_t count,
                       enum record_store store, const char *indent, const struct sink *sink) {
        char words[PLACES_SIZE];
        struct text text = TEXT_ON(words);

        places_describe(catalog, places, count, store, &text);
        return text.length > 0 ? sink_prose(sink, indent, "%s", words) : 0;
}

static int list_event_places(const struct catalog *catalog, const struct event *event,
                             const struct sink *sink) {
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_event(catalog, event, places);

        return list_places(catalog, places, count, event->store, "  ", sink);
}

static int list_record_places(const struct catalog *catalog, struct record *record, const struct sink *sink) {
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_record(catalog, record, places);

        return list_places(catalog, places, count, record->store, "    ", sink);
}

static int list_event(const struct catalog *catalog, const struct event *event, const struct work *work,
                      const struct sink *sink) {
        char missing[128];
        struct text missing_text = TEXT_ON(missing);
        int r;

        if (work && !selection_touches_event(work, event))
                return 0;
        r = list_event_line(catalog, event, sink);
        if (r >= 0)
                r = list_title(catalog, event, sink);
        for (size_t i = 0; i < event->record_count && r >= 0; i++)
                if (is_listed(work, catalog->records[event->first + i]))
                        r = list_record(catalog->records[event->first + i], sink);
        list_format_missing(catalog, event, &missing_text);
        if (r >= 0 && missing_text.length > 0)
                r = sink_format(sink, "  missing: part %s of %u\n", missing, event->part_max);
        return r < 0 ? r : list_event_places(catalog, event, sink);
}

static int list_some(const struct catalog *catalog, const struct work *work, const struct sink *sink) {
        bool titled = false;
        int r;

        if (catalog->record_count == 0)
                return 0;
        r = sink_format(sink, COLUMNS, "EVENT, RECORDS", "TIME, PART", "STORED", "LOG");
        for (size_t i = 0; i < catalog->event_count && r >= 0; i++)
                r = list_event(catalog, &catalog->events[i], work, sink);
        for (size_t i = catalog->other_first; i < catalog->record_count && r >= 0; i++) {
                if (!is_listed(work, catalog->records[i]))
                        continue;
                if (!titled)
                        r = sink_format(sink, "other records\n");
                titled = true;
                if (r >= 0)
                        r = list_record(catalog->records[i], sink);
                if (r >= 0)
                        r = list_record_places(catalog, catalog->records[i], sink);
        }
        return r;
}

int list_catalog(const struct catalog *catalog, const struct sink *sink) {
        return list_some(catalog, NULL, sink);
}

int list_selected(const struct work *work, const struct sink *sink) {
        return list_some(work->catalog, work, sink);
}
