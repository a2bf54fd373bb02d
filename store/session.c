/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/session.h"
#include "base/error.h"
#include "store/list.h"

/* An id with every byte of it made visible, and a fault behind it. */
#define LINE_SIZE (4 * RECORD_ID_SIZE + 512)

/* `subject` is NULL for a note. */
static void __attribute__((format(printf, 3, 0)))
tell(const struct session *session, const char *subject, const char *format, va_list arguments) {
        const struct teller *teller = session->teller;
        char line[LINE_SIZE];
        struct text text = TEXT_ON(line);

        text_format_list(&text, format, arguments);
        if (!teller)
                return;
        if (subject)
                teller->error(teller->context, subject, line);
        else
                teller->note(teller->context, line);
}

void session_tell_error(const struct session *session, const char *subject, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        tell(session, subject, format, arguments);
        va_end(arguments);
}

void session_tell_note(const struct session *session, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        tell(session, NULL, format, arguments);
        va_end(arguments);
}

void session_init(struct session *session, const struct allocator *allocator, const struct codec *codecs,
                  size_t codec_count, const struct observer *observer, const struct teller *teller) {
        *session = (struct session){ .teller = teller };
        catalog_init(&session->catalog, allocator, codecs, codec_count, observer);
}

void session_add(struct session *session, struct record_source *source, int error) {
        session->errors[session->source_count] = error;
        session->sources[session->source_count++] = source;
}

static void tell_source_error(const struct session *session, const struct record_source *source, int error) {
        char why[512];
        struct text why_text = TEXT_ON(why);

        source_put_error(error, source->refusal, &source->fault, &why_text);
        session_tell_error(session, source->spec, "%s", why);
}

static void tell_record_error(const struct session *session, const struct catalog_record *row) {
        char id[RECORD_ID_SIZE], visible[4 * RECORD_ID_SIZE], why[256];
        struct text id_text = TEXT_ON(id), visible_text = TEXT_ON(visible), why_text = TEXT_ON(why);

        record_format_id(&row->record, &id_text);
        text_put_escaped(&visible_text, text_bytes(&id_text));
        list_format_error(&row->record, &why_text);
        session_tell_error(session, row->source->spec, "%s: %s", visible, why);
}

/* An archive that nobody named need not be there, and may have other things in it, which were told. */
static int excuse(const struct session *session, const struct record_source *source, int error) {
        if (session->named || !source->is_archive)
                return error;
        return error == ERR_NOT_FOUND ? ERR_NO_STORE : error == ERR_STRAY ? 0 : error;
}

static void read_source(struct session *session, size_t index) {
        struct record_source *source = session->sources[index];
        bool is_made = session->errors[index] == 0;
        int r;

        if (is_made) {
                r = catalog_add(&session->catalog, source);
                session->errors[index] = r < 0 ? excuse(session, source, r) : 0;
        }
        r = session->errors[index];
        if (r == 0 || (r == ERR_NO_STORE && !session->named))
                return;
        session->failed = true;
        if (is_made)
                tell_source_error(session, source, r);
}

/* A dump that was cut off stays in its archive, and is no failure of each run of those who did not ask for
 * it. */
static void read_with_error(struct session *session, const struct catalog_record *row) {
        tell_record_error(session, row);
        session->failed |= session->named || !row->source->is_archive;
}

#define LAST_TURN 2

/*
 * Of what lies in several places, the record is that of the first which is cleared: see catalog_add(). A
 * store comes before an outbox, and that before the archives which keep what they have.
 */
static unsigned turn_of(const struct record_source *source) {
        return !source->is_archive ? 0 : source->is_outbox ? 1 : LAST_TURN;
}

int session_load(struct session *session) {
        struct catalog *catalog = &session->catalog;
        int r;

        for (unsigned turn = 0; turn <= LAST_TURN; turn++)
                for (size_t i = 0; i < session->source_count; i++)
                        if (turn_of(session->sources[i]) == turn)
                                read_source(session, i);
        r = catalog_join(catalog);
        if (r == 0)
                r = work_init(&session->work, catalog);
        if (r < 0)
                session_tell_error(session, "records", "%s", error_text(r));
        for (size_t i = 0; i < catalog->row_count; i++)
                if (catalog->rows[i]->record.error < 0)
                        read_with_error(session, catalog->rows[i]);
        session->failed |= r < 0;
        return r;
}

int session_select(struct session *session, const struct selection *selection) {
        const char *unknown = NULL;
        int r = selection_mark(&session->work, selection, &unknown);

        if (r == ERR_UNKNOWN_ID)
                session_tell_error(session, unknown, "%s", error_text(r));
        return r;
}

void session_free(struct session *session) {
        if (!session->catalog.allocator)
                return; /* nothing was begun */
        work_free(&session->work);
        catalog_free(&session->catalog);
}

static void end_copying(const struct session_target *target, const struct dump_result *result) {
        if (target->failed && result->refused_count > 0)
                target->failed(target->context, result);
        target->close(target->context);
}

int session_copy(struct session *session, const struct session_target *target,
                 struct dump_result *ret_result) {
        struct dump_target files;
        int r;

        *ret_result = (struct dump_result){ 0 };
        r = target->open(target->context, &files);
        if (r >= 0) {
                r = dump_selected(&session->work, &files, &target->origin, target->report, target->context,
                                  ret_result);
                end_copying(target, ret_result);
        }
        session->failed |= r < 0;
        return r;
}

int session_keep_dumped(struct session *session, const struct session_target *target,
                        struct dump_result *ret_result) {
        struct dump_target files;
        int r;

        *ret_result = (struct dump_result){ 0 };
        r = target->open(target->context, &files);
        if (r < 0)
                return r;
        r = dump_keep_dumped(&session->work, &files, ret_result);
        end_copying(target, ret_result);
        session->failed |= ret_result->failed_count > 0;
        return r;
}

int session_check_lasting(struct session *session, const struct session_target *target) {
        struct dump_target files;
        int r = target->open(target->context, &files);

        if (r < 0)
                return r;
        target->close(target->context);
        if (!files.is_volatile)
                return 0;
        session_tell_error(session, target->name,
                           "%s: nothing is erased for a copy there; %s, or add --volatile-copy",
                           error_text(ERR_VOLATILE), target->elsewhere);
        return ERR_VOLATILE;
}
