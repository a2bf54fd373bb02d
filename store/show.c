/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/show.h"
#include "base/error.h"
#include "store/list.h"
#include "store/selection.h"

struct shower {
        const struct catalog *catalog;
        enum show_form form;
        const struct sink *sink;
        bool titled; /* more than one thing is shown */
        int count;
};

static struct bytes record_bytes(const struct record *record, enum show_form form) {
        if (form == SHOW_RAW)
                return record->raw;
        return form == SHOW_PARTS ? record->text : record_log(record);
}

static int show_gap(const struct record *newer, const struct record *older, const struct sink *sink) {
        uint32_t first = newer->header.part + 1, last = older->header.part - 1;

        if (older->header.part <= first)
                return 0;
        if (first == last)
                return sink_format(sink, "[part %u is missing here]\n", first);
        return sink_format(sink, "[parts %u-%u are missing here]\n", first, last);
}

static int show_title(const struct shower *shower, struct bytes name) {
        char line[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(line);

        if (!shower->titled)
                return 0;
        text_put_escaped(&text, name);
        return sink_format(shower->sink, "==> %s <==\n", line);
}

/* The records of the event that are selected, the oldest text first. */
static int show_event_records(const struct catalog *catalog, const struct event *event, enum show_form form,
                              bool name_gaps, bool only_selected, const struct sink *sink) {
        const struct record *previous = NULL;
        int count = 0, r = 0;

        for (size_t i = 0; i < event->record_count && r >= 0; i++) {
                const struct record *record = catalog->records[event->first + i];

                if (only_selected && !catalog_row(record)->selected)
                        continue;
                /* The same part again, from a store that was restored: one text is enough. */
                if (previous && previous->header.part == record->header.part && form != SHOW_RAW)
                        continue;
                if (name_gaps && previous)
                        r = show_gap(record, previous, sink);
                if (r >= 0)
                        r = sink_put(sink, record_bytes(record, form));
                previous = record;
                count++;
        }
        return r < 0 ? r : count;
}

static bool event_is_touched(const struct catalog *catalog, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++)
                if (catalog_row(catalog->records[event->first + i])->selected)
                        return true;
        return false;
}

static int show_event(struct shower *shower, const struct event *event) {
        bool whole = selection_has_event(shower->catalog, event);
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);
        int r;

        event_format_name(event, &text);
        r = show_title(shower, text_bytes(&text));
        if (r < 0)
                return r;
        r = show_event_records(shower->catalog, event, shower->form, whole && shower->form != SHOW_RAW, true,
                               shower->sink);
        if (r >= 0)
                shower->count += r;
        return r;
}

static int show_error(const struct shower *shower, const struct record *record) {
        char error[128];
        struct text text = TEXT_ON(error);

        list_format_error(record, &text);
        return sink_format(shower->sink, "[%s record of %zu bytes: %s]\n", record_type_name(record->type),
                           record->raw.size, error);
}

static int show_other(struct shower *shower, const struct record *record) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);
        int r;

        record_format_id(record, &text);
        r = show_title(shower, text_bytes(&text));
        if (r < 0)
                return r;
        shower->count++;
        if (record->decoded || shower->form == SHOW_RAW)
                return sink_put(shower->sink, record_bytes(record, shower->form));
        if (record->error < 0)
                return show_error(shower, record);
        return sink_format(shower->sink, "[%s record of %zu bytes, not text]\n",
                           record_type_name(record->type), record->raw.size);
}

static size_t shown_count(const struct catalog *catalog) {
        size_t count = 0;

        for (size_t i = 0; i < catalog->event_count; i++)
                count += event_is_touched(catalog, &catalog->events[i]);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                count += catalog_row(catalog->records[i])->selected;
        return count;
}

int show_selected(const struct catalog *catalog, enum show_form form, const struct sink *sink) {
        struct shower shower = {
                .catalog = catalog,
                .form = form,
                .sink = sink,
                .titled = form != SHOW_RAW && shown_count(catalog) > 1,
        };
        int r = 0;

        for (size_t i = 0; i < catalog->event_count && r >= 0; i++)
                if (event_is_touched(catalog, &catalog->events[i]))
                        r = show_event(&shower, &catalog->events[i]);
        for (size_t i = catalog->other_first; i < catalog->record_count && r >= 0; i++)
                if (catalog_row(catalog->records[i])->selected)
                        r = show_other(&shower, catalog->records[i]);
        return r < 0 ? r : shower.count;
}

int show_event_log(const struct catalog *catalog, const struct event *event, bool name_gaps,
                   const struct sink *sink) {
        return show_event_records(catalog, event, SHOW_JOINED, name_gaps, false, sink);
}
