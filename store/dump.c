/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/dump.h"
#include "base/error.h"
#include "base/json.h"
#include "store/copy.h"
#include "store/manifest.h"
#include "store/selection.h"
#include "store/show.h"

#define PATH_SIZE       (4 * RECORD_ID_SIZE)
#define OTHER_DIRECTORY "other"

/* So many copies of one name with different records; nobody gets there by accident. */
#define ALTERNATIVES_MAX 99

struct dumper {
        struct work *work;
        const struct catalog *catalog; /* the work's */
        const struct dump_target *target;
        const struct dump_origin *origin;
        struct copier copier;
        struct dump_result *result;
        dump_report *report;
        void *report_context;
        size_t done, total;
};

/* What has one copy: an event, or a record that belongs to none. */
struct subject {
        const struct event *event; /* NULL: another record */
        struct record *const *records;
        size_t count;
        const struct copy_layout *layout;
        char stem[PATH_SIZE];
};

static struct subject subject_of_event(const struct catalog *catalog, const struct event *event) {
        struct subject subject = {
                .event = event,
                .records = &catalog->records[event->first],
                .count = event->record_count,
                .layout = &copy_of_event,
        };
        struct text text = TEXT_ON(subject.stem);

        event_format_name(event, &text);
        return subject;
}

static struct subject subject_of_other(const struct catalog *catalog, size_t index) {
        struct subject subject = {
                .records = &catalog->records[index],
                .count = 1,
                .layout = &copy_of_other,
        };
        struct text text = TEXT_ON(subject.stem);

        text_put(&text, OTHER_DIRECTORY "/");
        record_format_file_name(subject.records[0], &text);
        return subject;
}

static void put_number(unsigned place, struct text *text) {
        if (place > 1)
                text_format(text, ".%u", place);
}

/* "stem", then "stem.2", "stem.3" … */
static int format_place(const struct subject *subject, unsigned alternative, char ret_place[PATH_SIZE]) {
        struct text text = text_on(ret_place, PATH_SIZE);

        text_put(&text, subject->stem);
        put_number(alternative, &text);
        return text.truncated ? ERR_TOO_LARGE : 0;
}

void dump_format_place(const struct event *event, unsigned place, struct text *text) {
        event_format_name(event, text);
        put_number(place, text);
}

/* Of a record that could not be read, or that the kernel shows but could not decode, nothing can be safe. */
static bool has_content(const struct record *record) {
        return record->raw.size > 0 || record->decoded;
}

/* What the source handed out, as it did: stored bytes, or what the kernel shows where those cannot be had. */
static struct bytes content_of(const struct record *record) {
        return buffer_bytes(&catalog_row(record)->raw);
}

static const uint8_t *digest_of(struct dumper *dumper, const struct record *record) {
        struct work_state *state = work_state(dumper->work, record);

        if (!state->hashed)
                sha256_digest(content_of(record), state->sha256);
        state->hashed = true;
        return state->sha256;
}

/* --- what was copied before --------------------------------------------------------------------- */

static void mark_saved(struct dumper *dumper, const struct record *record, unsigned place) {
        struct work_state *state = work_state(dumper->work, record);

        state->saved = true;
        state->place = place;
}

/* Marks as saved what the copy at this place holds of the subject; how many that are. */
static size_t mark_held(struct dumper *dumper, const struct subject *subject, unsigned place,
                        const struct copy *copy) {
        size_t count = 0;

        for (size_t i = 0; i < subject->count; i++) {
                const struct record *record = subject->records[i];

                if (!has_content(record) || !copy_holds(copy, content_of(record), digest_of(dumper, record)))
                        continue;
                mark_saved(dumper, record, place);
                count++;
        }
        return count;
}

static size_t count_with_content(const struct subject *subject) {
        size_t count = 0;

        for (size_t i = 0; i < subject->count; i++)
                count += has_content(subject->records[i]);
        return count;
}

/*
 * Looks into every copy of this name, and flushes those that hold anything of the subject. 1: one of them
 * holds all of it; 0: none does, and *ret_free is the first place, from `first` on, where one can be made.
 */
static int find_copies(struct dumper *dumper, const struct subject *subject, unsigned first,
                       unsigned *ret_free) {
        size_t wanted = count_with_content(subject);
        unsigned free_place = 0;

        for (unsigned alternative = 1; alternative <= ALTERNATIVES_MAX; alternative++) {
                char place[PATH_SIZE];
                struct copy copy;
                size_t held = 0;
                int r;

                r = format_place(subject, alternative, place);
                if (r == 0)
                        r = copy_open(&dumper->copier, subject->layout, place, &copy);
                if (r < 0)
                        return r;
                if ((r == COPY_ABSENT || r == COPY_UNFINISHED) && free_place == 0 && alternative >= first)
                        free_place = alternative;
                if (r == COPY_ABSENT && free_place > 0)
                        break;
                if (r != COPY_WHOLE)
                        continue;
                held = mark_held(dumper, subject, alternative, &copy);
                copy_close(&copy);
                if (held == 0)
                        continue;
                r = copy_flush(&dumper->copier, subject->layout, place);
                if (r < 0 || held == wanted)
                        return r < 0 ? r : 1;
        }
        if (free_place == 0)
                return ERR_EXISTS;
        *ret_free = free_place;
        return 0;
}

/* --- a new copy --------------------------------------------------------------------------------- */

static void put_record(struct dumper *dumper, struct json_writer *json, const struct record *record,
                       struct buffer *stored) {
        struct bytes content = content_of(record);

        manifest_put_record(json, catalog_row(record));
        if (!has_content(record))
                return;
        manifest_put_bytes(json, stored->size, content.size, digest_of(dumper, record));
        buffer_append(stored, content);
}

static void describe_event(struct dumper *dumper, const struct subject *subject, struct bytes log,
                           struct buffer *stored, struct buffer *manifest) {
        struct json_writer json;

        json_init(&json, manifest);
        json_begin_object(&json, NULL);
        manifest_put_event(&json, dumper->catalog, subject->event, dumper->origin);
        json_begin_array(&json, "records");
        for (size_t i = 0; i < subject->count; i++) {
                json_begin_object(&json, NULL);
                put_record(dumper, &json, subject->records[i], stored);
                json_end_object(&json);
        }
        json_end_array(&json);
        manifest_put_file(&json, "log", copy_of_event.log + 1, log);
        manifest_put_file(&json, "stored", copy_of_event.stored + 1, buffer_bytes(stored));
        json_end_object(&json);
}

static void describe_other(struct dumper *dumper, const struct subject *subject, struct buffer *stored,
                           struct buffer *manifest) {
        struct json_writer json;

        json_init(&json, manifest);
        json_begin_object(&json, NULL);
        json_put_string(&json, "schema", "pstore-fw/record/2");
        put_record(dumper, &json, subject->records[0], stored);
        json_end_object(&json);
}

static int fill(struct dumper *dumper, const struct subject *subject, struct buffer *log,
                struct buffer *stored, struct buffer *manifest) {
        const struct sink sink = sink_to_buffer(log);
        int r = 0;

        if (subject->event) {
                r = show_event_log(dumper->catalog, subject->event, false, &sink);
                describe_event(dumper, subject, buffer_bytes(log), stored, manifest);
        } else {
                describe_other(dumper, subject, stored, manifest);
        }
        if (r >= 0)
                r = buffer_error(stored);
        return r < 0 ? r : buffer_error(manifest);
}

/* Somebody may take a place that was free, or have put something into what looked unfinished: then the next.
 */
static int make_copy(struct dumper *dumper, const struct subject *subject, unsigned alternative) {
        struct buffer log, stored, manifest;
        int r;

        buffer_init(&log, dumper->catalog->allocator);
        buffer_init(&stored, dumper->catalog->allocator);
        buffer_init(&manifest, dumper->catalog->allocator);
        r = fill(dumper, subject, &log, &stored, &manifest);
        while (r == 0) {
                const struct copy_content content = { buffer_bytes(&log), buffer_bytes(&stored),
                                                      buffer_bytes(&manifest) };
                char place[PATH_SIZE];

                r = format_place(subject, alternative, place);
                if (r == 0)
                        r = copy_make(&dumper->copier, subject->layout, place, &content);
                if (r != ERR_EXISTS)
                        break;
                r = find_copies(dumper, subject, alternative + 1, &alternative);
        }
        buffer_free(&log);
        buffer_free(&stored);
        buffer_free(&manifest);
        for (size_t i = 0; i < subject->count && r == 0; i++)
                if (has_content(subject->records[i]))
                        mark_saved(dumper, subject->records[i], alternative);
        return r < 0 ? r : 0;
}

/* --- what is asked for -------------------------------------------------------------------------- */

/*
 * What an archive holds is what a dump would make of it, if it lies where the dump goes, there alone or there
 * too. What lies in a store is compared with its copy.
 */
static bool lies_in_target(const struct dumper *dumper, const struct catalog_record *row) {
        const struct dump_target *target = dumper->target;

        if (!row->source->is_archive || row->record.error < 0 || !target->is_at)
                return false;
        for (size_t i = 0; i < dumper->catalog->source_count; i++) {
                const struct record_source *source = dumper->catalog->sources[i];

                if ((row->shown_by >> i & 1) && source->is_archive && source->location &&
                    target->is_at(target->context, source->location))
                        return true;
        }
        return false;
}

static bool is_copy(const struct dumper *dumper, const struct record *record) {
        return work_state_of(dumper->work, record)->is_copy || lies_in_target(dumper, catalog_row(record));
}

static bool is_copy_already(const struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                if (!is_copy(dumper, subject->records[i]))
                        return false;
        return true;
}

static void forget(struct dumper *dumper, const struct subject *subject, int error) {
        for (size_t i = 0; i < subject->count; i++) {
                struct work_state *state = work_state(dumper->work, subject->records[i]);

                state->saved = false;
                state->outcome = error;
        }
}

/*
 * An event is copied whole, so that its log is: but only what was selected counts as asked for. True when
 * what is saved now relies on the names in the directory above.
 */
static bool save(struct dumper *dumper, const struct subject *subject) {
        unsigned alternative;
        int r;

        forget(dumper, subject, 0);
        if (is_copy_already(dumper, subject)) {
                for (size_t i = 0; i < subject->count; i++)
                        mark_saved(dumper, subject->records[i], 0);
                return false;
        }
        if (count_with_content(subject) == 0)
                return false;
        r = find_copies(dumper, subject, 1, &alternative);
        if (r == 0 && !subject->event)
                r = dumper->target->make_directory(dumper->target->context, OTHER_DIRECTORY);
        if (r == 0)
                r = make_copy(dumper, subject, alternative);
        if (r < 0)
                forget(dumper, subject, r);
        return r >= 0;
}

static void keep_first_failure(struct dump_result *result, const struct record *record, int error) {
        struct text text;

        if (result->failed_count++ > 0)
                return;
        text = TEXT_ON(result->first_failed);
        result->first_error = error;
        record_format_id(record, &text);
}

static void tell_record(struct dumper *dumper, const struct record *record) {
        struct work_state *state = work_state(dumper->work, record);

        if (!state->saved && state->outcome == 0)
                state->outcome = record->error < 0 ? record->error : ERR_CODEC_UNKNOWN;
        if (state->saved)
                dumper->result->record_count++;
        else
                keep_first_failure(dumper->result, record, state->outcome);
        if (dumper->report)
                dumper->report(dumper->report_context, catalog_row(record), state->outcome);
        observer_tell(dumper->catalog->observer, "saving", ++dumper->done, dumper->total);
}

/* With 0, or with what the flush of the directory said in which the copy has its name. */
static void tell(struct dumper *dumper, const struct subject *subject, int error) {
        size_t failed_before = dumper->result->failed_count;

        if (error < 0)
                forget(dumper, subject, error);
        for (size_t i = 0; i < subject->count; i++)
                if (work_is_selected(dumper->work, subject->records[i]))
                        tell_record(dumper, subject->records[i]);
        if (subject->event)
                dumper->result->event_count += dumper->result->failed_count == failed_before;
}

static void dump_events(struct dumper *dumper) {
        const struct catalog *catalog = dumper->catalog;

        for (size_t i = 0; i < catalog->event_count; i++) {
                struct subject subject = subject_of_event(catalog, &catalog->events[i]);

                if (selection_touches_event(dumper->work, subject.event))
                        tell(dumper, &subject,
                             save(dumper, &subject) ? copy_flush_above(&dumper->copier, "") : 0);
        }
}

/* The names of other records' copies, and that of the directory which they share. */
static int flush_others(struct dumper *dumper) {
        int r = copy_flush_above(&dumper->copier, OTHER_DIRECTORY);

        return r < 0 ? r : copy_flush_above(&dumper->copier, "");
}

/* They share a directory, whose flush all have to wait for: one for them all. */
static void dump_others(struct dumper *dumper) {
        const struct catalog *catalog = dumper->catalog;
        bool flushes = false;
        int r = 0;

        for (size_t i = catalog->other_first; i < catalog->record_count; i++) {
                struct subject subject = subject_of_other(catalog, i);

                if (work_is_selected(dumper->work, catalog->records[i]))
                        flushes |= save(dumper, &subject);
        }
        if (flushes)
                r = flush_others(dumper);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++) {
                struct subject subject = subject_of_other(catalog, i);

                if (work_is_selected(dumper->work, catalog->records[i]))
                        tell(dumper, &subject, is_copy(dumper, catalog->records[i]) ? 0 : r);
        }
}

static struct dumper dumper_begin(struct work *work, const struct dump_target *target,
                                  struct dump_result *result) {
        struct dumper dumper = {
                .work = work,
                .catalog = work->catalog,
                .target = target,
                .result = result,
                .total = work_selected_count(work),
        };

        *result = (struct dump_result){ .is_volatile = target->is_volatile };
        copier_init(&dumper.copier, target, work->catalog->allocator);
        return dumper;
}

static void dumper_end(struct dumper *dumper) {
        dumper->result->file_count = dumper->copier.file_count;
        copier_free(&dumper->copier);
}

int dump_selected(struct work *work, const struct dump_target *target, const struct dump_origin *origin,
                  dump_report *report, void *report_context, struct dump_result *ret_result) {
        struct dumper dumper = dumper_begin(work, target, ret_result);

        dumper.origin = origin;
        dumper.report = report;
        dumper.report_context = report_context;
        if (dumper.total > 0)
                copier_clean(&dumper.copier);
        dump_events(&dumper);
        dump_others(&dumper);
        dumper_end(&dumper);
        return ret_result->first_error;
}

static bool is_any_saved(const struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                if (work_state_of(dumper->work, subject->records[i])->saved)
                        return true;
        return false;
}

/* How many of the subject stay. */
static size_t keep_if_dumped(struct dumper *dumper, const struct subject *subject) {
        unsigned alternative;
        size_t kept = 0;
        int r;

        forget(dumper, subject, 0);
        r = find_copies(dumper, subject, 1, &alternative);
        if (r >= 0 && is_any_saved(dumper, subject))
                r = subject->event ? copy_flush_above(&dumper->copier, "") : flush_others(dumper);
        if (r < 0)
                forget(dumper, subject, r);
        for (size_t i = 0; i < subject->count; i++) {
                struct work_state *state = work_state(dumper->work, subject->records[i]);

                state->saved = state->selected && (state->saved || is_copy(dumper, subject->records[i]));
                if (state->selected && !state->saved && r < 0)
                        keep_first_failure(dumper->result, subject->records[i], r);
                state->selected = state->saved;
                kept += state->saved;
        }
        return kept;
}

int dump_keep_dumped(struct work *work, const struct dump_target *target, struct dump_result *ret_result) {
        struct dumper dumper = dumper_begin(work, target, ret_result);
        const struct catalog *catalog = work->catalog;

        for (size_t i = 0; i < work->count; i++)
                work->states[i].saved = false;
        for (size_t i = 0; i < catalog->event_count; i++) {
                struct subject subject = subject_of_event(catalog, &catalog->events[i]);

                if (selection_touches_event(work, subject.event))
                        ret_result->record_count += keep_if_dumped(&dumper, &subject);
        }
        for (size_t i = catalog->other_first; i < catalog->record_count; i++) {
                struct subject subject = subject_of_other(catalog, i);

                if (work_is_selected(work, catalog->records[i]))
                        ret_result->record_count += keep_if_dumped(&dumper, &subject);
        }
        dumper_end(&dumper);
        return (int) ret_result->record_count;
}
