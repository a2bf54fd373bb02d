/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/clear.h"
#include "base/error.h"

/* What goes is what was copied: the store may have changed meanwhile, or give something else each time. */
static int compare_row(const struct catalog_record *row, struct record_source *source,
                       struct buffer *buffer) {
        int r;

        if (source->is_archive && !source->is_outbox)
                return 0; /* the copy itself, whole or not */
        if (source->operations->compare)
                return source->operations->compare(source, row->record.name, buffer_bytes(&row->raw));
        r = source->operations->read(source, row->record.name, buffer);
        if (r < 0)
                return r;
        return bytes_equal(buffer_bytes(buffer), buffer_bytes(&row->raw)) ? 0 : ERR_CHANGED;
}

static int erase_row(const struct catalog_record *row, struct record_source *source, struct buffer *buffer) {
        const struct source_operations *operations = source->operations;
        int r = operations->erase ? compare_row(row, source, buffer) : ERR_NOT_SUPPORTED;

        return r < 0 ? r : operations->erase(source, row->record.name);
}

struct eraser {
        struct work *work;
        struct buffer buffer;
        size_t done, total;
};

/* An event's records, or one that belongs to none. Between them whoever observes may stop it. */
static void erase_together(struct eraser *eraser, size_t first, size_t count) {
        const struct catalog *catalog = eraser->work->catalog;
        bool stopped = observer_stopped(catalog->observer);

        for (size_t i = first; i < first + count; i++) {
                struct record *record = catalog->records[i];
                int r = ERR_INTERRUPTED;

                if (!work_is_selected(eraser->work, record))
                        continue;
                if (!stopped)
                        r = erase_row(catalog_row(record), catalog_row(record)->source, &eraser->buffer);
                work_state(eraser->work, record)->outcome = r < 0 ? r : ERR_UNVERIFIED;
                observer_tell(catalog->observer, "clearing", ++eraser->done, eraser->total);
        }
}

/*
 * Event by event, and of each the oldest text first, which was written last: when a reset cuts this short,
 * what is left has the event's name and lies in its copy, and looks like no other crash.
 */
static void erase_selected(struct work *work) {
        const struct catalog *catalog = work->catalog;
        struct eraser eraser = { .work = work, .total = work_selected_count(work) };

        buffer_init(&eraser.buffer, catalog->allocator);
        for (size_t i = 0; i < catalog->event_count; i++)
                erase_together(&eraser, catalog->events[i].first, catalog->events[i].record_count);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                erase_together(&eraser, i, 1);
        buffer_free(&eraser.buffer);
}

static bool is_shared(const struct work *work, size_t index, const struct record_source *outbox) {
        const struct catalog *catalog = work->catalog;
        const struct catalog_record *row = catalog->rows[index];

        for (size_t i = 0; i < catalog->source_count; i++)
                if (catalog->sources[i] == outbox && (row->shown_by >> i & 1))
                        return row->source != outbox && work->states[index].saved;
        return false;
}

int clear_shared(const struct work *work, struct record_source *outbox) {
        struct buffer buffer;
        int first_error = 0;

        buffer_init(&buffer, work->catalog->allocator);
        for (size_t i = 0; i < work->count; i++) {
                int r = is_shared(work, i, outbox) ? erase_row(work->catalog->rows[i], outbox, &buffer) : 0;

                if (first_error == 0)
                        first_error = r;
        }
        buffer_free(&buffer);
        return first_error;
}

int clear_confirm_shared(const struct work *work, struct record_source *outbox, size_t *ret_left) {
        const struct source_operations *operations = outbox->operations;
        int first_error = 0;

        *ret_left = 0;
        for (size_t i = 0; i < work->count; i++) {
                int r;

                if (!is_shared(work, i, outbox))
                        continue;
                r = operations->confirm_erased
                            ? operations->confirm_erased(outbox, work->catalog->rows[i]->record.name)
                            : ERR_UNVERIFIED;
                *ret_left += r < 0;
                if (first_error == 0)
                        first_error = r;
        }
        return first_error;
}

/* The store says that it erased this record, but nobody has looked yet whether it is gone. */
static bool awaits_proof(const struct work *work, size_t index, const struct record_source *source) {
        const struct work_state *state = &work->states[index];

        return state->selected && state->outcome == ERR_UNVERIFIED &&
               work->catalog->rows[index]->source == source;
}

static void settle(struct work *work, const struct record_source *source) {
        for (size_t i = 0; i < work->count; i++)
                if (awaits_proof(work, i, source))
                        work->states[i].outcome = 0;
}

static void mark_still_there(struct work *work, const struct record_source *source,
                             const struct source_entry *entry) {
        for (size_t i = 0; i < work->count; i++) {
                const struct record *record = &work->catalog->rows[i]->record;

                if (awaits_proof(work, i, source) && record->store == entry->store &&
                    text_equal(record->name, entry->name))
                        work->states[i].outcome = ERR_STILL_THERE;
        }
}

/*
 * A new list of the store: what is still in it was not cleared. A list that breaks off, or that holds an
 * entry without a name, proves nothing of the others.
 */
static void look_again(struct work *work, struct record_source *source) {
        if (source->operations->open(source) < 0)
                return;
        for (size_t walked = 0; walked < SOURCE_RECORDS_MAX; walked++) {
                struct source_entry entry = { 0 };
                int r = source->operations->next(source, &entry);

                if (r == 0) {
                        settle(work, source);
                        return;
                }
                if (!entry.name[0])
                        return;
                /* With an error, too: what is listed is there. */
                mark_still_there(work, source, &entry);
        }
}

/* A source that nothing was erased from is left alone. */
static void confirm(struct work *work) {
        const struct record_source *listed = NULL;

        for (size_t i = 0; i < work->count; i++) {
                const struct catalog_record *row = work->catalog->rows[i];
                struct record_source *source = row->source;

                if (!awaits_proof(work, i, source))
                        continue;
                if (source->operations->confirm_erased) {
                        work->states[i].outcome =
                                source->operations->confirm_erased(source, row->record.name);
                } else if (source != listed) {
                        /* Once for all of its rows, which stand together. */
                        look_again(work, source);
                        listed = source;
                }
        }
}

int clear_selected(struct work *work, clear_report *report, void *report_context,
                   struct clear_result *ret_result) {
        const struct catalog *catalog = work->catalog;
        int first_error = 0;

        *ret_result = (struct clear_result){ 0 };
        erase_selected(work);
        confirm(work);
        for (size_t i = 0; i < work->count; i++) {
                const struct work_state *state = &work->states[i];

                if (!state->selected)
                        continue;
                if (state->outcome == 0)
                        ret_result->cleared_count++;
                else if (state->outcome == ERR_UNVERIFIED)
                        ret_result->unverified_count++;
                else
                        ret_result->failed_count++;
                if (first_error == 0)
                        first_error = state->outcome;
                if (report)
                        report(report_context, catalog->rows[i], state->outcome);
        }
        return first_error;
}
