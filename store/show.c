/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/show.h"
#include "base/error.h"
#include "store/list.h"
#include "store/selection.h"

struct shower {
        const struct catalog *catalog;
        const struct work *work; /* only what is selected; NULL: everything */
        enum show_form form;
        const struct sink *sink;
        bool name_gaps;
        bool titled;   /* more than one thing is shown */
        bool mid_line; /* the last part was cut before the end of its line */
        int count;
};

static int put_record(struct shower *shower, const struct record *record) {
        struct bytes bytes = record_log(record);

        if (shower->form == SHOW_RAW)
                bytes = record->raw;
        else if (shower->form == SHOW_PARTS)
                bytes = record->text;
        if (bytes.size > 0)
                shower->mid_line = bytes.data[bytes.size - 1] != '\n';
        shower->count++;
        return sink_put(shower->sink, bytes);
}

/* Before what is ours and not the log's. */
static int start_line(struct shower *shower) {
        bool mid_line = shower->mid_line;

        shower->mid_line = false;
        return mid_line ? sink_put(shower->sink, text_view("\n")) : 0;
}

/* Behind a part of which only the beginning could be decoded. */
static int show_cut(struct shower *shower, const struct record *record) {
        char error[128];
        struct text text = TEXT_ON(error);
        int r;

        if (record->error == 0)
                return 0;
        r = start_line(shower);
        if (r < 0)
                return r;
        list_format_error(record, &text);
        return sink_format(shower->sink, "[part %u is cut here: %s]\n", record->header.part, error);
}

static int show_gap(void *context, uint32_t first, uint32_t last) {
        struct shower *shower = context;
        int r = start_line(shower);

        if (r < 0)
                return r;
        if (first == last)
                return sink_format(shower->sink, "[part %u is missing here]\n", first);
        return sink_format(shower->sink, "[parts %u-%u are missing here]\n", first, last);
}

static int show_part(void *context, const struct record *record) {
        struct shower *shower = context;
        int r = put_record(shower, record);

        return r < 0 || !shower->name_gaps ? r : show_cut(shower, record);
}

static int show_title(struct shower *shower, struct bytes name) {
        char line[4 * RECORD_ID_SIZE + 16]; /* longer than sink_format() takes, when all is escaped */
        struct text text = TEXT_ON(line);
        int r;

        if (!shower->titled)
                return 0;
        r = start_line(shower);
        if (r < 0)
                return r;
        text_put(&text, "==> ");
        text_put_escaped(&text, name);
        text_put(&text, " <==\n");
        return sink_put(shower->sink, text_bytes(&text));
}

/* A copy of what was shown last, or the beginning of it: see pstore/event.h. */
static bool is_repeated(const struct record *previous, const struct record *record) {
        return previous->header.part == record->header.part && bytes_start_with(previous->text, record->text);
}

/* What is missing between a part and the one that follows it in time, `newer`; 0 behind the last one. */
static int walk_gap(const struct show_walker *walker, uint32_t older, uint32_t newer) {
        uint32_t first = newer + 1, last = older - 1;

        /* The same part again, or the very next one. */
        if (!walker->gap || older <= newer || older == first)
                return 0;
        return walker->gap(walker->context, first, last);
}

int show_walk(const struct catalog *catalog, const struct work *work, const struct event *event,
              const struct show_walker *walker) {
        const struct record *previous = NULL;
        int r = 0;

        for (size_t i = 0; i < event->record_count && r >= 0; i++) {
                const struct record *record = catalog->records[event->first + i];

                if (work && !work_is_selected(work, record))
                        continue;
                if (previous && !walker->with_copies && is_repeated(previous, record))
                        continue;
                if (previous)
                        r = walk_gap(walker, previous->header.part, record->header.part);
                if (r >= 0)
                        r = walker->part(walker->context, record);
                previous = record;
        }
        return r >= 0 && previous ? walk_gap(walker, previous->header.part, 0) : r;
}

static int show_event_records(struct shower *shower, const struct event *event) {
        const struct show_walker walker = {
                .context = shower,
                .with_copies = shower->form == SHOW_RAW,
                .part = show_part,
                .gap = shower->name_gaps ? show_gap : NULL,
        };

        return show_walk(shower->catalog, shower->work, event, &walker);
}

static int show_event(struct shower *shower, const struct event *event) {
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);
        int r;

        shower->name_gaps = shower->form != SHOW_RAW && selection_has_event(shower->work, event);
        event_format_name(event, &text);
        r = show_title(shower, text_bytes(&text));
        return r < 0 ? r : show_event_records(shower, event);
}

static int show_other(struct shower *shower, const struct record *record) {
        char id[RECORD_ID_SIZE], why[128];
        struct text id_text = TEXT_ON(id), why_text = TEXT_ON(why);
        int r;

        record_format_id(record, &id_text);
        r = show_title(shower, text_bytes(&id_text));
        if (r < 0)
                return r;
        if (record->decoded || shower->form == SHOW_RAW)
                return put_record(shower, record);
        shower->count++;
        if (record->error >= 0)
                return sink_format(shower->sink, "[%s record of %zu bytes, not text]\n",
                                   record_type_name(record->type), record->raw.size);
        list_format_error(record, &why_text);
        return sink_format(shower->sink, "[%s record of %zu bytes: %s]\n", record_type_name(record->type),
                           record->raw.size, why);
}

size_t show_count(const struct work *work) {
        const struct catalog *catalog = work->catalog;
        size_t count = 0;

        for (size_t i = 0; i < catalog->event_count; i++)
                count += selection_touches_event(work, &catalog->events[i]);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                count += work_is_selected(work, catalog->records[i]);
        return count;
}

int show_selected(const struct work *work, enum show_form form, const struct sink *sink) {
        const struct catalog *catalog = work->catalog;
        struct shower shower = {
                .catalog = catalog,
                .work = work,
                .form = form,
                .sink = sink,
                .titled = form != SHOW_RAW && show_count(work) > 1,
        };
        int r = 0;

        for (size_t i = 0; i < catalog->event_count && r >= 0; i++)
                if (selection_touches_event(work, &catalog->events[i]))
                        r = show_event(&shower, &catalog->events[i]);
        for (size_t i = catalog->other_first; i < catalog->record_count && r >= 0; i++)
                if (work_is_selected(work, catalog->records[i]))
                        r = show_other(&shower, catalog->records[i]);
        return r < 0 ? r : shower.count;
}

int show_event_log(const struct catalog *catalog, const struct event *event, bool name_gaps,
                   const struct sink *sink) {
        struct shower shower = {
                .catalog = catalog,
                .form = SHOW_JOINED,
                .sink = sink,
                .name_gaps = name_gaps,
        };
        int r = show_event_records(&shower, event);

        return r < 0 ? r : shower.count;
}
