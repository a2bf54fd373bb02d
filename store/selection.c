/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/selection.h"
#include "base/error.h"

static void select_event(struct work *work, const struct event *event, bool selected) {
        for (size_t i = 0; i < event->record_count; i++)
                work_state(work, work->catalog->records[event->first + i])->selected = selected;
}

static void select_all(struct work *work, bool selected) {
        for (size_t i = 0; i < work->count; i++)
                work->states[i].selected = selected;
}

/* One id may name records of several stores or images; all of them are meant. */
static bool select_id(struct work *work, const char *id) {
        const struct catalog *catalog = work->catalog;
        bool found = false;

        for (size_t i = 0; i < catalog->event_count; i++) {
                char name[EVENT_NAME_SIZE];
                struct text text = TEXT_ON(name);

                event_format_name(&catalog->events[i], &text);
                if (text_equal(name, id)) {
                        select_event(work, &catalog->events[i], true);
                        found = true;
                }
        }
        for (size_t i = 0; i < catalog->row_count; i++)
                if (record_has_id(&catalog->rows[i]->record, id)) {
                        work->states[i].selected = true;
                        found = true;
                }
        return found;
}

static bool lies_in_store(const struct catalog *catalog, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++)
                if (!catalog_row(catalog->records[event->first + i])->source->is_archive)
                        return true;
        return false;
}

int selection_mark(struct work *work, const struct selection *selection, const char **ret_unknown) {
        const struct catalog *catalog = work->catalog;
        size_t newer = 0;

        select_all(work, selection->id_count == 0);
        for (size_t i = 0; i < selection->id_count; i++)
                if (!select_id(work, selection->ids[i])) {
                        select_all(work, false);
                        *ret_unknown = selection->ids[i];
                        return ERR_UNKNOWN_ID;
                }
        /* Hardware errors are not the kernel's, somebody else may want them: who names them means them. */
        for (size_t i = 0; i < catalog->row_count && selection->only_crashes; i++)
                if (selection->id_count == 0 && record_is_hardware_error(&catalog->rows[i]->record))
                        work->states[i].selected = false;
        /* Age and number are an event's: half of one is never left behind. The newest are the last. */
        for (size_t i = catalog->event_count; i > 0; i--) {
                const struct event *event = &catalog->events[i - 1];
                bool is_young = selection->limit_age && event->seconds >= selection->made_before;
                bool counts = !selection->stores_alone || lies_in_store(catalog, event);

                if (is_young || (counts && newer < selection->keep_events))
                        select_event(work, event, false);
                newer += counts;
        }
        for (size_t i = catalog->other_first; i < catalog->record_count && selection->limit_age; i++) {
                const struct record *record = catalog->records[i];

                if (!record->has_time || record->seconds >= selection->made_before)
                        work_state(work, record)->selected = false;
        }
        return (int) work_selected_count(work);
}

int selection_mark_newest(struct work *work) {
        const struct catalog *catalog = work->catalog;

        select_all(work, catalog->event_count == 0);
        if (catalog->event_count > 0)
                select_event(work, &catalog->events[catalog->event_count - 1], true);
        return (int) work_selected_count(work);
}

static bool is_record_id(const char *id) {
        for (enum record_store store = 0; store < RECORD_STORE_END; store++) {
                const char *name = record_store_name(store);

                if (text_starts_with(id, name) && id[text_length(name)] == ':')
                        return true;
        }
        return false;
}

static bool is_event_name(struct bytes id) {
        static const char pattern[] = "00000000T000000Z-";

        if (id.size <= sizeof(pattern) - 1)
                return false;
        for (size_t i = 0; i < sizeof(pattern) - 1; i++)
                if (pattern[i] == '0' ? !digit_is_decimal(id.data[i]) : id.data[i] != (uint8_t) pattern[i])
                        return false;
        return true;
}

bool selection_id_is_valid(const char *id) {
        return is_record_id(id) || is_event_name(text_view(id));
}

bool selection_has_event(const struct work *work, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++)
                if (!work_is_selected(work, work->catalog->records[event->first + i]))
                        return false;
        return true;
}

bool selection_touches_event(const struct work *work, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++)
                if (work_is_selected(work, work->catalog->records[event->first + i]))
                        return true;
        return false;
}

int selection_keep_saved(struct work *work) {
        for (size_t i = 0; i < work->count; i++)
                work->states[i].selected = work->states[i].selected && work->states[i].saved;
        return (int) work_selected_count(work);
}
