/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/retire.h"
#include "base/error.h"

/* Deselects all of a source; how many that were. */
static size_t leave_source_out(struct work *work, const struct record_source *source) {
        size_t count = 0;

        for (size_t i = 0; i < work->count; i++)
                if (work->states[i].selected && work->catalog->rows[i]->source == source) {
                        work->states[i].selected = false;
                        count++;
                }
        return count;
}

/* What an archive holds is the copy, and there is no other. Only who names it means it. */
static void leave_archives_out(struct session *session) {
        for (size_t i = 0; i < session->source_count; i++) {
                const struct record_source *source = session->sources[i];
                size_t count = source->is_archive ? leave_source_out(&session->work, source) : 0;

                if (count > 0)
                        session_tell_note(session,
                                          "%zu record%s of %s left alone: clear by id, or with --source %s",
                                          count, text_plural(count), source->spec, source->spec);
        }
}

static bool is_of_archive(const struct record *record) {
        return catalog_row(record)->source->is_archive;
}

/* How many of the event are selected, in archives or in stores. */
static size_t count_selected(const struct work *work, const struct event *event, bool in_archives) {
        size_t count = 0;

        for (size_t i = 0; i < event->record_count; i++) {
                const struct record *record = work->catalog->records[event->first + i];

                count += work_is_selected(work, record) && is_of_archive(record) == in_archives;
        }
        return count;
}

/* An id names all of an event. Of one that lies in a store, what an archive alone has stays there. */
static void leave_rest_out(struct session *session) {
        struct work *work = &session->work;
        size_t count = 0;

        for (size_t i = 0; i < session->catalog.event_count; i++) {
                const struct event *event = &session->catalog.events[i];

                if (count_selected(work, event, false) == 0)
                        continue;
                count += count_selected(work, event, true);
                for (size_t k = event->first; k < event->first + event->record_count; k++)
                        work_state(work, session->catalog.records[k])->selected &=
                                !is_of_archive(session->catalog.records[k]);
        }
        if (count > 0)
                session_tell_note(session,
                                  "%zu record%s that an archive alone holds %s left alone: clear %s with its "
                                  "--source",
                                  count, text_plural(count), count == 1 ? "is" : "are",
                                  count == 1 ? "it" : "them");
}

/* Who means all means what can be cleared. */
static void leave_reports_out(struct session *session, bool named) {
        for (size_t i = 0; i < session->source_count; i++) {
                const struct record_source *source = session->sources[i];

                if (!source->is_report || leave_source_out(&session->work, source) == 0 || !named)
                        continue;
                session_tell_error(session, source->spec,
                                   "nobody can clear what firmware reports: the next boot does");
                session->failed = true;
        }
}

static void leave_read_only_out(struct session *session) {
        for (size_t i = 0; i < session->source_count; i++) {
                const struct record_source *source = session->sources[i];

                /* One that could not be made has no operations, and no records either. */
                if (!source->operations || source->operations->erase ||
                    leave_source_out(&session->work, source) == 0)
                        continue;
                session_tell_error(session, source->spec, "%s: it can only be read",
                                   error_text(ERR_NOT_SUPPORTED));
                session->failed = true;
        }
}

/* Nothing is copied of what is a copy: the memory images beside it are too large. */
static void mark_copies(struct work *work) {
        for (size_t i = 0; i < work->count; i++)
                work->states[i].is_copy = work->catalog->rows[i]->source->is_archive;
}

static size_t selected_copies(const struct work *work) {
        size_t count = 0;

        for (size_t i = 0; i < work->count; i++)
                count += work->states[i].selected && work->catalog->rows[i]->source->is_archive;
        return count;
}

static int choose(struct session *session, const struct retire_wish *wish) {
        int r = session_select(session, &wish->selection);

        if (r < 0)
                return r;
        if (!wish->archives_too)
                leave_archives_out(session);
        else if (!session->named)
                leave_rest_out(session);
        leave_reports_out(session, wish->archives_too);
        mark_copies(&session->work);
        return 0;
}

/* Whether there can be copies, and, where only those that are there count, which: told in *ret_found. */
static int look_at_target(struct session *session, const struct retire_wish *wish,
                          const struct session_target *target, struct dump_result *ret_found) {
        size_t count = work_selected_count(&session->work);
        int r = 0;

        if (count > selected_copies(&session->work) && !wish->volatile_copy && !wish->dry_run)
                r = session_check_lasting(session, target);
        if (r == 0 && count > 0 && wish->only_dumped)
                r = session_keep_dumped(session, target, ret_found);
        return r < 0 ? r : 0;
}

/* Where there can be no copy nothing goes, and each record has that for its outcome. */
static void give_up(struct session *session, const struct retire_wish *wish, int error) {
        struct work *work = &session->work;

        for (size_t i = 0; i < work->count; i++)
                if (work->states[i].selected) {
                        work->states[i].outcome = error;
                        work->states[i].saved = false;
                        work->states[i].selected = !wish->dry_run;
                }
        session->failed = true;
}

/* Nothing is erased before its copy is flushed, read back and compared. What was found is all of that. */
static void copy_and_clear(struct session *session, const struct retire_wish *wish,
                           const struct session_target *target, const struct retire_front *front,
                           struct dump_result *copies, struct retire_result *result) {
        if (!wish->only_dumped)
                (void) session_copy(session, target, copies);
        if (front->copied)
                front->copied(front->context, copies);
        result->saved_count = (size_t) selection_keep_saved(&session->work);
        if (result->saved_count > 0)
                (void) clear_selected(&session->work, front->cleared, front->context, &result->cleared);
        session->failed |= result->cleared.failed_count > 0;
}

int retire_records(struct session *session, const struct retire_wish *wish,
                   const struct session_target *target, const struct retire_front *front,
                   struct retire_result *ret_result) {
        struct dump_result copies = { 0 };
        int r;

        *ret_result = (struct retire_result){ 0 };
        r = choose(session, wish);
        if (r < 0)
                return r;
        r = look_at_target(session, wish, target, &copies);
        if (r < 0) {
                give_up(session, wish, r);
                ret_result->selected_count = work_selected_count(&session->work);
                return 0;
        }
        leave_read_only_out(session);
        ret_result->selected_count = work_selected_count(&session->work);
        ret_result->archive_count = selected_copies(&session->work);
        if (ret_result->selected_count == 0 && !session->failed)
                session_tell_note(session, "nothing to clear");
        if (ret_result->selected_count == 0 || wish->dry_run)
                return 0;
        if (front->agree) {
                r = front->agree(front->context, ret_result->selected_count, ret_result->archive_count);
                if (r < 0)
                        return r;
        }
        copy_and_clear(session, wish, target, front, &copies, ret_result);
        return 0;
}
