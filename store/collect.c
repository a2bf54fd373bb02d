/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/collect.h"
#include "base/error.h"

/* Without a copy that lasts nothing is begun, and each record has that for its outcome. */
static void give_up(struct session *session, int error) {
        struct work *work = &session->work;

        for (size_t i = 0; i < work->count; i++) {
                work->states[i].outcome = error;
                work->states[i].selected = false;
        }
        session->failed = true;
}

/*
 * But for what an archive has nothing of, as of a dump that was cut off: there is nothing to be copied, and
 * it was told when it was read.
 */
static void select_all(struct session *session) {
        static const struct selection all = { 0 };
        struct work *work = &session->work;

        (void) session_select(session, &all); /* no id that could be unknown */
        for (size_t i = 0; i < work->count; i++) {
                const struct catalog_record *row = work->catalog->rows[i];

                if (row->source->is_archive && row->record.raw.size == 0 && !row->record.decoded)
                        work->states[i].selected = false;
        }
}

/* A dry run has only found what has a copy: the rest would get one. */
static bool has_or_gets_copy(const struct work *work, size_t index, bool dry_run) {
        return work->states[index].saved || (dry_run && !work->states[index].surplus);
}

static bool is_allowed(const struct catalog_record *row, enum collect_clear clear) {
        if (row->source->is_archive)
                return row->source->is_outbox;
        return clear == COLLECT_CLEAR_ALL ||
               (clear == COLLECT_CLEAR_CRASHES && !record_is_hardware_error(&row->record));
}

/* Says of each source what stays in it although it was copied. */
static void tell_kept(const struct session *session, const struct record_source *source,
                      const struct collect_wish *wish, size_t read_only, size_t hardware) {
        if (read_only > 0)
                session_tell_note(session, "%s: %zu record%s not cleared: it can only be read", source->spec,
                                  read_only, text_plural(read_only));
        if (hardware > 0 && wish->clear == COLLECT_CLEAR_CRASHES)
                session_tell_note(session,
                                  "%s: %zu record%s of firmware's own not cleared: 'clear = all' does it",
                                  source->spec, hardware, text_plural(hardware));
}

/* Selects what is to be cleared; how many records stay in their stores. */
static size_t select_to_clear(struct session *session, const struct collect_wish *wish) {
        struct work *work = &session->work;
        size_t kept = 0;

        for (size_t s = 0; s < session->source_count; s++) {
                const struct record_source *source = session->sources[s];
                size_t read_only = 0, refused = 0;

                for (size_t i = 0; i < work->count; i++) {
                        const struct catalog_record *row = work->catalog->rows[i];
                        bool may_clear, can_clear;

                        if (row->source != source)
                                continue;
                        work->states[i].selected = false;
                        if (source->is_report)
                                continue; /* nobody's to clear, and it does not stay */
                        may_clear = has_or_gets_copy(work, i, wish->dry_run) && is_allowed(row, wish->clear);
                        can_clear = source->operations->erase != NULL;
                        work->states[i].selected = may_clear && can_clear;
                        read_only += may_clear && !can_clear;
                        refused += work->states[i].saved && !may_clear && !source->is_archive;
                }
                tell_kept(session, source, wish, read_only, refused);
                kept += read_only + refused;
        }
        return kept;
}

/* Told is what the outbox said, where it said something, and otherwise what was found. */
static void look_into_outbox(struct session *session, struct record_source *outbox, int error,
                             struct clear_result *result) {
        size_t left;
        int r = clear_confirm_shared(&session->work, outbox, &left);

        if (r == 0)
                return;
        session_tell_error(session, outbox->spec, "%zu record%s that a store has as well not cleared: %s",
                           left, text_plural(left), error_text(error < 0 ? error : r));
        result->failed_count += left;
}

/* What was selected, and what outboxes hold of others' records. */
static void clear(struct session *session, const struct collect_front *front,
                  struct clear_result *ret_result) {
        int errors[SESSION_SOURCES_MAX] = { 0 };

        for (size_t i = 0; i < session->source_count; i++)
                if (session->sources[i]->is_outbox)
                        errors[i] = clear_shared(&session->work, session->sources[i]);
        (void) clear_selected(&session->work, front->cleared, front->context, ret_result);
        for (size_t i = 0; i < session->source_count; i++)
                if (session->sources[i]->is_outbox)
                        look_into_outbox(session, session->sources[i], errors[i], ret_result);
        session->failed |= ret_result->failed_count > 0;
}

int collect_records(struct session *session, const struct collect_wish *wish,
                    const struct session_target *target, const struct collect_front *front,
                    struct collect_result *ret_result) {
        struct work *work = &session->work;
        int r = 0;

        *ret_result = (struct collect_result){ 0 };
        select_all(session);
        if (work->count > 0 && !wish->volatile_copy && !wish->dry_run)
                r = session_check_lasting(session, target);
        if (r < 0) {
                give_up(session, r);
                return 0;
        }
        if (front->plan)
                front->plan(front->context, work);
        if (wish->dry_run)
                r = session_keep_dumped(session, target, &ret_result->copies);
        else
                r = session_copy(session, target, &ret_result->copies);
        if (front->copied && !wish->dry_run)
                front->copied(front->context, &ret_result->copies);
        ret_result->kept_count = select_to_clear(session, wish);
        if (wish->dry_run)
                return 0;
        clear(session, front, &ret_result->cleared);
        return 0;
}
